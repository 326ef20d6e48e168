import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Link } from 'wouter';
import type { Grade, Verdict } from '../../../wasm/toolchain/types.ts';
import { useRecord, useSession } from '../lesson/session.ts';
import { Advice } from './Advice.tsx';
import { baseName } from './files.ts';
import { Problems } from './Problems.tsx';
import { TestList } from './TestList.tsx';
import { headline, isUnderWay } from './verdicts.ts';

interface Props {
  grade: Grade;
  attempt: number;
}

/** How a grading ended: one view for each verdict, below the same headline. */
export function GradeView({ grade, attempt }: Props) {
  const View = views[grade.verdict];
  const { compile, link, run } = grade.seconds;
  return (
    <section className={`grade grade-${isUnderWay(grade) ? 'underWay' : grade.verdict}`}>
      <header className="grade-head">
        <span className="grade-sign" aria-hidden="true">
          {signOf(grade)}
        </span>
        <h2>{headline(grade)}</h2>
        <span className="muted">
          Attempt {attempt} · {(compile + link + run).toFixed(1)} s
        </span>
      </header>
      {grade.blame && <Blame slug={grade.blame} />}
      <View grade={grade} />
    </section>
  );
}

function signOf(grade: Grade): string {
  if (isUnderWay(grade)) return '→';
  return grade.verdict === 'passed' ? '✓' : grade.verdict === 'cancelled' ? '–' : '✗';
}

const views: Record<Verdict, (props: { grade: Grade }) => ReactNode> = {
  passed: Passed,
  failed: WithTests,
  compileError: CompileError,
  missing: Missing,
  crashed: WithTests,
  timeout: WithTests,
  outOfMemory: WithTests,
  tooMuchOutput: WithTests,
  incomplete: WithTests,
  forged: WithTests,
  cancelled: WithTests,
};

function Passed({ grade }: { grade: Grade }) {
  const { lesson, next, desk } = useSession();
  return (
    <>
      <div className="celebration">
        <p>
          <strong>{baseName(lesson.unit)} is yours.</strong> From here on, later lessons run on your
          code.
        </p>
        <p className="row">
          {next && (
            <Link href={`/lesson/${next.slug}`} className="button primary">
              Next lesson: {next.title}
            </Link>
          )}
          <Link href="/" className={next ? 'button' : 'button primary'}>
            Course map
          </Link>
          <button type="button" className="button" onClick={() => desk.showSolution(true)}>
            Compare with the reference
          </button>
        </p>
      </div>
      <TestList grade={grade} />
    </>
  );
}

function CompileError({ grade }: { grade: Grade }) {
  return (
    <>
      {grade.diagnostics.length === 0 && <p className="grade-message">{grade.message}</p>}
      {grade.diagnostics.length > 0 && <Problems problems={grade.diagnostics} />}
      <Advice verdict="compileError" />
    </>
  );
}

function Missing({ grade }: { grade: Grade }) {
  return (
    <>
      <p className="grade-message">{grade.message}</p>
      {grade.missing.length > 0 && (
        <ul className="missing">
          {grade.missing.map((declaration) => (
            <li key={declaration}>
              <code>{declaration}</code>
            </li>
          ))}
        </ul>
      )}
      {grade.diagnostics.length > 0 && <Problems problems={grade.diagnostics} />}
      <Advice verdict="missing" />
    </>
  );
}

function WithTests({ grade }: { grade: Grade }) {
  // A failing test says itself what is wrong; the whole says it where no test could.
  const told = grade.tests.some((test) => !test.passed);
  return (
    <>
      {!told && grade.message && <p className="grade-message">{grade.message}</p>}
      {grade.diagnostics.length > 0 && <Problems problems={grade.diagnostics} />}
      {!grade.tests.some((test) => test.verdict === grade.verdict) && (
        <Advice verdict={grade.verdict} />
      )}
      {!isUnderWay(grade) && <WhereButton />}
      <TestList grade={grade} />
    </>
  );
}

const ShowWhere = lazy(() => import('../graph/ShowWhere.tsx'));

/** For a lesson whose figures are graphs of the student's engine: the graph of this one. */
function WhereButton() {
  const { lesson } = useSession();
  const source = useRecord((record) => record.files[lesson.unit]) ?? lesson.starter;
  const [shows, setShows] = useState(false);
  const figure = lesson.sections.find(
    (section) =>
      section.kind === 'figure' && section.name === 'graph' && section.props.whose === 'student',
  );
  if (figure?.kind !== 'figure') return null;
  const kind = figure.props.numbers === 'single' ? 'scalars' : 'tensors';
  return (
    <>
      <p>
        <button type="button" className="button" onClick={() => setShows(true)}>
          Show me where
        </button>{' '}
        <span className="muted">Your engine beside the reference, step by step.</span>
      </p>
      {shows && (
        <Suspense fallback={null}>
          <ShowWhere
            draft={{ slug: lesson.slug, source }}
            kind={kind}
            onClose={() => setShows(false)}
          />
        </Suspense>
      )}
    </>
  );
}

function Blame({ slug }: { slug: string }) {
  return (
    <p className="blame">
      The cause lies in your earlier lesson <Link href={`/lesson/${slug}`}>{slug}</Link>, not in
      this file. Test it again there, then come back.
    </p>
  );
}
