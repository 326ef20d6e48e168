import { useJobs, useRecord, useSession } from '../lesson/session.ts';
import { GradeView } from './GradeView.tsx';

/** The last grading, or what a first one would look at. */
export function TestsView() {
  const { lesson } = useSession();
  const grade = useJobs((state) => state.grade);
  const testing = useJobs((state) => state.job?.kind === 'testing');
  const attempt = useRecord((record) => record.attempts);
  return (
    <>
      <div className={testing ? 'busy-line on' : 'busy-line'} />
      {grade ? (
        <GradeView key={attempt} grade={grade} attempt={attempt} />
      ) : (
        <div className="empty">
          <p>
            No tests have run yet. Press <strong>Test</strong>, or <kbd>Ctrl</kbd>/<kbd>Cmd</kbd>+
            <kbd>Enter</kbd>, to compile your code and run {lesson.tests.length} tests on it.
          </p>
          <p className="muted">They run on your computer, as often as you like.</p>
        </div>
      )}
    </>
  );
}
