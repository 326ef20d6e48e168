import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import { type Argument, type Kind, signatures, type Step } from '../../engine/engine.ts';
import { parseNumber, parseNumbers } from '../numbers.ts';
import type { Call } from './start.ts';

interface Props {
  calls: Call[];
  /** The shape of the tensor that the view is taken of. */
  shape: number[];
  onCall: (step: Step) => void;
}

/** Arguments to begin with, which do something visible to most shapes. */
const suggestions: Record<Call, (shape: number[]) => string[]> = {
  transpose: () => ['0', '1'],
  permute: (shape) => [shape.map((_, axis) => shape.length - 1 - axis).join(', ')],
  slice: () => ['0', '1', '', '1'],
  select: () => ['0', '1'],
  expand: (shape) => [['2', ...shape].slice(-3).join(', ')],
  view: () => ['-1'],
};

function parse(kind: Kind, text: string): Argument | undefined {
  if (kind === 'list') return parseNumbers(text) ?? undefined;
  if (kind === 'end' && text.trim() === '') return null;
  return parseNumber(text) ?? undefined;
}

/** A call of one view, written as in C++ with fields for its arguments. */
export function CallForm({ calls, shape, onCall }: Props) {
  const id = useId();
  const [op, setOp] = useState(calls[0]!);
  const [texts, setTexts] = useState(() => suggestions[op](shape));
  const [wrong, setWrong] = useState<number | null>(null);
  const parameters = Object.entries<Kind>(signatures[op]);

  const choose = (next: Call) => {
    setOp(next);
    setTexts(suggestions[next](shape));
    setWrong(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const args = parameters.map(([, kind], i) => parse(kind, texts[i]!));
    const first = args.indexOf(undefined);
    setWrong(first < 0 ? null : first);
    if (first < 0) onCall({ op, args: args as Argument[] });
  };
  return (
    <form className="call-form" onSubmit={submit}>
      {calls.length > 1 && (
        <fieldset className="call-names">
          <legend className="unseen">The view to take</legend>
          {calls.map((call) => (
            <label key={call}>
              <input type="radio" name={id} checked={call === op} onChange={() => choose(call)} />
              {call}
            </label>
          ))}
        </fieldset>
      )}
      <div className="call-line">
        <code>x.{op}(</code>
        {parameters.map(([name, kind], i) => (
          <label key={`${op} ${name}`} className={kind === 'list' ? 'wide' : ''}>
            <small>{name}</small>
            <input
              value={texts[i]}
              spellCheck={false}
              autoComplete="off"
              autoCapitalize="off"
              placeholder={kind === 'end' ? 'all' : undefined}
              aria-invalid={wrong === i}
              aria-describedby={wrong === i ? `${id}-problem` : undefined}
              onChange={(event) => setTexts(texts.with(i, event.target.value))}
            />
          </label>
        ))}
        <code>)</code>
        <button type="submit" className="button">
          Apply
        </button>
      </div>
      {wrong !== null && (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {parameters[wrong]![0]} must be{' '}
          {parameters[wrong]![1] === 'list'
            ? 'whole numbers with commas, such as 2, 3'
            : 'a whole number'}
        </p>
      )}
    </form>
  );
}
