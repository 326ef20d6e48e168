import { useEffect, useId, useState } from 'react';

interface Props {
  rate: number;
  /** How many steps have been taken since the numbers were last moved by hand. */
  taken: number;
  onRate: (rate: number) => void;
  /** True if the next step would leave the finite numbers. */
  diverged: boolean;
  /** Takes one step; undefined while the last one is not yet computed. */
  onStep: (() => void) | undefined;
  onReset: () => void;
}

export const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

/** Gradient descent: one step at a time, or one for each picture that the screen shows. */
export function Descent({ rate, taken, diverged, onRate, onStep, onReset }: Props) {
  const [runs, setRuns] = useState(false);
  const id = useId();
  useEffect(() => {
    if (!runs || onStep === undefined) return undefined;
    const frame = requestAnimationFrame(onStep);
    return () => cancelAnimationFrame(frame);
  }, [runs, onStep]);
  return (
    <div className="playground-descent" role="group" aria-label="Gradient descent">
      <label htmlFor={id}>Learning rate</label>
      <select id={id} value={rate} onChange={(event) => onRate(Number(event.target.value))}>
        {RATES.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="button"
        disabled={runs || onStep === undefined}
        onClick={onStep}
      >
        Take the step
      </button>
      <button type="button" className="button" aria-pressed={runs} onClick={() => setRuns(!runs)}>
        {runs ? 'Stop' : 'Keep going'}
      </button>
      <button type="button" className="button" onClick={onReset}>
        Start over
      </button>
      <span className="muted playground-taken">
        {taken === 1 ? '1 step taken' : `${taken.toLocaleString('en')} steps taken`}
      </span>
      <span role="status">
        {diverged &&
          'The next step would leave the finite numbers: take a smaller learning rate, and start over.'}
      </span>
    </div>
  );
}
