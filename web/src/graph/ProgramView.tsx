import { useEffect, useMemo, useRef } from 'react';
import type { GraphModel } from './model.ts';
import { programOf } from './program.ts';

/** So many lines around the one that is done are in the page. */
const AROUND = 60;

interface Props {
  model: GraphModel;
  step: number;
  onChoose: (node: number) => void;
}

/** The C++ that did it, with the line of this step marked. */
export function ProgramView({ model, step, onChoose }: Props) {
  const program = useMemo(() => programOf(model), [model]);
  const now = program.lineOf(model.steps[step]);
  const from = Math.max(0, (now ?? program.lines.length) - AROUND);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // Only the list moves: the page stays where the reader is.
    const line = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (!line || !list.current) return;
    const { offsetTop, offsetHeight } = line;
    const { scrollTop, clientHeight } = list.current;
    if (offsetTop < scrollTop) list.current.scrollTop = offsetTop;
    if (offsetTop + offsetHeight > scrollTop + clientHeight) {
      list.current.scrollTop = offsetTop + offsetHeight - clientHeight;
    }
  }, [now]);
  return (
    <section className="graph-program" aria-label="The C++ that did it">
      <ol ref={list} start={from + 1} tabIndex={0} aria-label="Lines of C++">
        {program.lines.slice(from, from + 2 * AROUND).map(({ text, node }, index) => (
          <li key={from + index} aria-current={from + index === now ? 'step' : undefined}>
            <code onClick={() => node !== null && onChoose(node)}>{text}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}
