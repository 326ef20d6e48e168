import { type GraphModel, phaseAt } from './model.ts';
import type { Tape } from './useTape.ts';

interface Props {
  model: GraphModel;
  tape: Tape;
  asTable: boolean;
  onTable: (on: boolean) => void;
}

/** Goes through the steps: forward, backward, and the update. */
export function StepBar({ model, tape, asTable, onTable }: Props) {
  const last = model.steps.length - 1;
  const phase = phaseAt(model, tape.step);
  return (
    <div className="graph-bar">
      <Move name="First step" sign="|◀" to={0} tape={tape} off={tape.step === 0} />
      <Move name="Step back" sign="◀" to={tape.step - 1} tape={tape} off={tape.step === 0} />
      <button type="button" className="button" onClick={tape.togglePlay}>
        {tape.plays ? 'Pause' : 'Play'}
      </button>
      <Move name="Step" sign="▶" to={tape.step + 1} tape={tape} off={tape.step === last} />
      <Move name="Last step" sign="▶|" to={last} tape={tape} off={tape.step === last} />
      <input
        aria-label="Step"
        type="range"
        min={0}
        max={Math.max(0, last)}
        value={tape.step}
        aria-valuetext={`Step ${String(tape.step + 1)} of ${String(last + 1)}, ${phase.toLowerCase()}`}
        onChange={(event) => tape.go(Number(event.target.value))}
      />
      <span className="graph-count">
        {phase}, {tape.step + 1} of {last + 1}
      </span>
      <button
        type="button"
        className="button"
        aria-pressed={asTable}
        onClick={() => onTable(!asTable)}
      >
        As a table
      </button>
    </div>
  );
}

interface MoveProps {
  name: string;
  sign: string;
  to: number;
  tape: Tape;
  off: boolean;
}

function Move({ name, sign, to, tape, off }: MoveProps) {
  return (
    <button
      type="button"
      className="button"
      aria-label={name}
      title={name}
      disabled={off}
      onClick={() => tape.go(to)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
