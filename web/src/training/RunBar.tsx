import { useStore } from 'zustand';
import type { Run } from './run.ts';

interface Props {
  run: Run;
  /** Steps after which the run is over; without it, there is no end. */
  last?: number;
  onReset: () => void;
  /** False where single steps have no place. */
  steps?: boolean;
}

/** Start, pause, one step, begin again: and how far it is. */
export function RunBar({ run, last = Infinity, onReset, steps = true }: Props) {
  const status = useStore(run.store, (state) => state.status);
  const done = useStore(run.store, (state) => state.steps);
  const isRunning = status === 'running';
  const canRun = isRunning || (status === 'paused' && done < last);
  return (
    <div className="run-bar row">
      <button
        type="button"
        className="button primary large"
        disabled={!canRun}
        onClick={() => (isRunning ? run.pause() : void run.play(last))}
      >
        {isRunning ? '⏸ Stop' : done > 0 ? '▶ Go on' : '▶ Train'}
      </button>
      {steps && (
        <button
          type="button"
          className="button"
          disabled={status !== 'paused'}
          onClick={() => void run.stepOnce()}
        >
          One batch
        </button>
      )}
      <button
        type="button"
        className="button"
        disabled={status === 'starting' || (done === 0 && status !== 'failed')}
        onClick={onReset}
      >
        Begin again
      </button>
      {Number.isFinite(last) && (
        <progress aria-label="Steps done" max={last} value={done} className="run-progress" />
      )}
      <RunStatusText run={run} last={last} />
    </div>
  );
}

function RunStatusText({ run, last }: { run: Run; last: number }) {
  const { status, steps, seconds, sizes, message, liveBytes, points } = useStore(run.store);
  const epoch = points.at(-1)?.epoch ?? 0;
  const told = {
    ...{ starting: 'Getting ready…', running: 'Training', paused: 'Waiting', done: 'Done' },
    failed: 'Stopped',
  }[status];
  const speed = seconds > 0 ? `, ${(steps / seconds).toFixed(0)} a second` : '';
  return (
    <p className="run-status">
      {/* Only what changes seldom is announced. */}
      <strong role="status">{told}</strong>
      {sizes !== null && (
        <span className="muted">
          {' '}
          · step {steps.toLocaleString('en')}
          {Number.isFinite(last) && ` of ${last.toLocaleString('en')}`}
          {speed} · epoch {epoch + 1} · {sizes.parameters.toLocaleString('en')} parameters
          {liveBytes > 0 && ` · ${memoryText(liveBytes)} of tensors`}
        </span>
      )}
      {message !== '' && (
        <span className="run-message" role="alert">
          {message}
        </span>
      )}
    </p>
  );
}

const memoryText = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
