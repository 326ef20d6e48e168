import { useJobs } from '../lesson/session.ts';
import { Advice } from './Advice.tsx';
import { CrashSite } from './CrashSite.tsx';
import type { RunResult } from './lab.ts';
import { Problems } from './Problems.tsx';
import { verdicts } from './verdicts.ts';

/** What the example program printed, and how it ended. */
export function OutputView() {
  const output = useJobs((state) => state.output);
  const ran = useJobs((state) => state.ran);
  const running = useJobs((state) => state.job?.kind === 'running');
  return (
    <>
      <div className={running ? 'busy-line on' : 'busy-line'} />
      {!output && !ran && !running && (
        <div className="empty">
          <p>
            <strong>Run</strong> compiles example.cpp with your code and shows here what it prints.
            Change it as you like; it is not graded.
          </p>
        </div>
      )}
      {output && (
        <pre className="output" tabIndex={0}>
          {output}
        </pre>
      )}
      <div aria-live="polite">{ran && <Ending ran={ran} />}</div>
    </>
  );
}

function Ending({ ran }: { ran: RunResult }) {
  if (ran.verdict === 'passed') return <p className="ending">The program ended normally.</p>;
  return (
    <section className="grade ending-bad">
      <header className="grade-head">
        <h2>{verdicts[ran.verdict].title}</h2>
      </header>
      {ran.message && <p className="grade-message">{ran.message}</p>}
      {ran.diagnostics.length > 0 && <Problems problems={ran.diagnostics} />}
      <CrashSite location={ran.location} stack={ran.stack} />
      {ran.verdict !== 'cancelled' && <Advice verdict={ran.verdict} />}
    </section>
  );
}
