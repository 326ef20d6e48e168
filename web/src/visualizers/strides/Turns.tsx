import type { Shown } from './useExplorer.ts';
import type { Problem } from '../Refusal.tsx';

interface Props {
  history: Shown[];
  problem: Problem | null;
  undo: () => void;
  reset: () => void;
}

/** The ways back. */
export function Turns({ history, problem, undo, reset }: Props) {
  const atStart = history.length === 1;
  return (
    <div className="turns">
      <Turn name="Undo" off={atStart && !problem} onClick={undo} />
      <Turn name="Start over" off={atStart && !problem} onClick={reset} />
    </div>
  );
}

function Turn({ name, off, onClick }: { name: string; off: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className="button quiet"
      aria-label={`${name} in the figure`}
      aria-disabled={off}
      onClick={() => !off && onClick()}
    >
      {name}
    </button>
  );
}
