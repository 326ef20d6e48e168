import type { ReactNode } from 'react';
import { Prose } from './Prose.tsx';
import { useRecord, useSession } from './session.ts';

interface Props {
  step: string;
  hints: string[];
  /** Stands beside the button that opens the next hint. */
  children: ReactNode;
}

/** Hints, opened one at a time. */
export function HintLadder({ step, hints, children }: Props) {
  const { notebook } = useSession();
  const open = useRecord((record) => record.hints[step] ?? 0);
  return (
    <div className="hints" id={`hints-${step}`}>
      <ol aria-live="polite">
        {hints.slice(0, open).map((hint, i) => (
          <li key={i}>
            <span className="hint-label">
              Hint {i + 1} of {hints.length}
            </span>
            <Prose html={hint} />
          </li>
        ))}
      </ol>
      <div className="row">
        {open < hints.length && (
          <button
            type="button"
            className="button quiet"
            onClick={() => notebook.openHint(step, hints.length)}
          >
            {open === 0 ? 'Show a hint' : 'Show the next hint'} ({open + 1} of {hints.length})
          </button>
        )}
        {children}
      </div>
    </div>
  );
}
