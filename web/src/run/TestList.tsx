import type { Grade, TestResult } from '../../../wasm/toolchain/types.ts';
import { useSession } from '../lesson/session.ts';
import { isUnwritten } from './verdicts.ts';
import { TestItem } from './TestItem.tsx';

/** The tests under the steps they belong to; the first failure is open. */
export function TestList({ grade }: { grade: Grade }) {
  const { lesson } = useSession();
  const first = grade.tests.find((test) => !test.passed);
  const steps = lesson.steps.map(({ name, title }) => ({
    name,
    title,
    tests: grade.tests.filter((test) => test.step === name),
  }));
  return (
    <>
      {steps
        .filter(({ tests }) => tests.length > 0)
        .map(({ name, title, tests }) => (
          <div key={name} className="test-group">
            <h3>
              {title}
              <span className="muted">
                {tests.filter((test) => test.passed).length} of {tests.length}
              </span>
            </h3>
            {tests.every(isUnwritten) && !tests.includes(first as TestResult) ? (
              <p className="muted">Not written yet.</p>
            ) : (
              tests.map((test) => <TestItem key={test.name} test={test} open={test === first} />)
            )}
          </div>
        ))}
    </>
  );
}
