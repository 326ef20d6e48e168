import { Link } from 'wouter';
import type { LessonSummary } from '../../../wasm/toolchain/types.ts';
import { lessonState } from '../progress/records.ts';
import { useRecords } from '../progress/useProgress.ts';
import { LessonPicker } from './LessonPicker.tsx';
import { useSession } from './session.ts';

/** Where the student is in the course, and the ways on. */
export function LessonNav({ lessons }: { lessons: LessonSummary[] }) {
  const { previous, next } = useSession();
  const records = useRecords();
  const passed = lessons.filter(({ slug }) =>
    ['passed', 'edited'].includes(lessonState(records[slug])),
  ).length;
  return (
    <nav className="lesson-nav" aria-label="Lessons">
      <Step to={previous} sign="‹" label="Previous lesson" />
      <LessonPicker lessons={lessons} />
      <Step to={next} sign="›" label="Next lesson" />
      <span className="lesson-progress" title={`${passed} of ${lessons.length} lessons passed`}>
        <progress max={lessons.length} value={passed} aria-label="Lessons passed" />
        <span>
          {passed}/{lessons.length}
        </span>
      </span>
    </nav>
  );
}

function Step({ to, sign, label }: { to: LessonSummary | null; sign: string; label: string }) {
  if (!to) {
    return (
      <span className="icon-button off" aria-hidden="true">
        {sign}
      </span>
    );
  }
  return (
    <Link
      href={`/lesson/${to.slug}`}
      className="icon-button"
      aria-label={`${label}: ${to.title}`}
      title={to.title}
    >
      <span aria-hidden="true">{sign}</span>
    </Link>
  );
}
