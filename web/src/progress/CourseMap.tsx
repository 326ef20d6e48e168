import { use } from 'react';
import { Link } from 'wouter';
import type { LessonSummary } from '../../../wasm/toolchain/types.ts';
import { useServices } from '../shell/services.ts';
import { TopBar } from '../shell/TopBar.tsx';
import { Mark } from './Mark.tsx';
import type { LessonRecord } from './records.ts';
import { lessonState } from './records.ts';
import { useRecords } from './useProgress.ts';
import './progress.css';

/** The lessons of each part, in the course's order. */
function byPart(lessons: LessonSummary[]): [string, LessonSummary[]][] {
  const parts = new Map<string, LessonSummary[]>();
  for (const lesson of lessons) parts.set(lesson.part, [...(parts.get(lesson.part) ?? []), lesson]);
  return [...parts];
}

export function CourseMap() {
  const { lessons } = use(useServices().course.index());
  const records = useRecords();
  const states = lessons.map((lesson) => lessonState(records[lesson.slug]));
  const passed = states.filter((state) => state === 'passed' || state === 'edited').length;
  const next = lessons.find((_, i) => states[i] === 'new' || states[i] === 'started');
  return (
    <>
      <title>TinyTorch</title>
      <TopBar />
      <main className="map">
        <section className="map-hero">
          <h1>Don’t just import it. Build it.</h1>
          <p>
            Write a machine-learning framework in C++, one file at a time. This page compiles your
            code with a real compiler, tests it, and says what is right and what is not yet.
          </p>
          <p className="row">
            {next && (
              <Link href={`/lesson/${next.slug}`} className="button primary large">
                {passed === 0 && states[0] === 'new' ? 'Begin' : 'Continue'}: {next.title}
              </Link>
            )}
            <span className="muted">
              {passed} of {lessons.length} {lessons.length === 1 ? 'lesson' : 'lessons'} passed
            </span>
          </p>
        </section>
        {byPart(lessons).map(([part, inPart]) => (
          <section key={part}>
            <h2>{part}</h2>
            <ol className="map-lessons">
              {inPart.map((lesson) => (
                <Card key={lesson.slug} lesson={lesson} record={records[lesson.slug]} />
              ))}
            </ol>
          </section>
        ))}
        <p className="muted map-foot">
          Everything happens on this computer: no account, no server. Your work is kept in this
          browser.
        </p>
      </main>
    </>
  );
}

function Card({ lesson, record }: { lesson: LessonSummary; record?: LessonRecord }) {
  const state = lessonState(record);
  const done = record?.grade?.steps.filter((step) => step.passed).length ?? 0;
  return (
    <li>
      <Link href={`/lesson/${lesson.slug}`} className={`map-card map-card-${state}`}>
        <span className="map-number">{lesson.number}</span>
        <span className="map-text">
          <span className="map-title">{lesson.title}</span>
          <span className="map-summary">{lesson.summary}</span>
          <span className="map-steps">
            {state === 'edited'
              ? 'Passed earlier; this version is not tested'
              : `${done} of ${lesson.steps.length} steps`}
          </span>
        </span>
        <Mark state={state} />
      </Link>
    </li>
  );
}
