import { useId, useState } from 'react';
import type { GraphModel, GraphNode } from './model.ts';

const MOST_OFFERED = 12;

/** Finds a tensor by a part of its name or of the operation that made it. */
export function FindNode({ model, onFind }: { model: GraphModel; onFind: (node: number) => void }) {
  const [text, setText] = useState('');
  const list = useId();
  const found = search(model, text);
  const isKnown = text.trim() === '' || found.length > 0;
  const submit = () => {
    if (found[0] !== undefined) onFind(found[0].number);
  };
  return (
    <form
      role="search"
      className="graph-find"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <input
        type="search"
        aria-label="Find a tensor"
        placeholder="Find"
        list={list}
        value={text}
        aria-invalid={!isKnown}
        onChange={({ target }) => setText(target.value)}
      />
      <datalist id={list}>
        {found.slice(0, MOST_OFFERED).map(({ number, label }) => (
          <option key={number} value={label} />
        ))}
      </datalist>
      <span aria-live="polite" className="muted">
        {isKnown ? '' : 'No tensor is called that.'}
      </span>
    </form>
  );
}

/** Those whose name is the text, then those that begin with it, then those that have it. */
function search({ nodes }: GraphModel, text: string): GraphNode[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const rank = ({ label, operation }: GraphNode) => {
    const name = label.toLowerCase();
    if (name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    return name.includes(wanted) || operation?.op.includes(wanted) === true ? 2 : 3;
  };
  return [...nodes.values()]
    .map((node) => ({ node, at: rank(node) }))
    .filter(({ at }) => at < 3)
    .toSorted((a, b) => a.at - b.at)
    .map(({ node }) => node);
}
