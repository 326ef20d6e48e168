import { useRef } from 'react';
import { useJobs, useSession } from '../lesson/session.ts';
import { useHint } from '../lesson/useHint.ts';
import { CompilerProgress } from './CompilerProgress.tsx';
import { ResetButton } from './ResetButton.tsx';
import { StatusText } from './StatusText.tsx';
import './run.css';

export function ActionBar() {
  const { jobs, desk } = useSession();
  const busy = useJobs((state) => state.job !== null);
  const { openHint, open, available, step } = useHint();
  const test = useRef<HTMLButtonElement>(null);

  const start = (results: 'tests' | 'output', begin: () => Promise<void>) => () => {
    if (busy) return;
    desk.showResults(results);
    void begin();
  };
  const stop = () => {
    jobs.stop();
    test.current?.focus();
  };
  return (
    <div className="action-bar" role="group" aria-label="Actions">
      <button
        ref={test}
        type="button"
        className="button primary"
        aria-disabled={busy}
        title="Test your code (Ctrl or Cmd + Enter)"
        onClick={start('tests', jobs.test)}
      >
        Test
      </button>
      <button
        type="button"
        className="button"
        aria-disabled={busy}
        title="Run example.cpp with your code (Ctrl or Cmd + Shift + Enter)"
        onClick={start('output', jobs.run)}
      >
        Run
      </button>
      {busy && (
        <button type="button" className="button stop" title="Stop (Ctrl or Cmd + .)" onClick={stop}>
          Stop
        </button>
      )}
      <button
        type="button"
        className="button"
        aria-disabled={!step}
        title={step ? `Open the next hint for “${step.title}” (h)` : 'Every step has passed'}
        onClick={openHint}
      >
        Hint{step && ` (${open}/${available})`}
      </button>
      <button
        type="button"
        className="button"
        title="See the reference beside your code"
        onClick={() => desk.showSolution(true)}
      >
        Solution
      </button>
      <ResetButton />
      <StatusText />
      <CompilerProgress />
    </div>
  );
}
