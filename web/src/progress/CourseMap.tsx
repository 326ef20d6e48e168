import { use } from 'react';
import { Link } from 'wouter';
import type { LessonSummary, MilestoneSummary } from '../../../wasm/toolchain/types.ts';
import { useServices } from '../shell/services.ts';
import { TopBar } from '../shell/TopBar.tsx';
import { usePassed } from '../training/useRunDisk.ts';
import { Mark } from './Mark.tsx';
import type { LessonRecord } from './records.ts';
import { lessonState } from './records.ts';
import { useRecords } from './useProgress.ts';
import { WorkFile } from './WorkFile.tsx';
import './progress.css';

/** The lessons of each part, in the course's order. */
function byPart(lessons: LessonSummary[]): [string, LessonSummary[]][] {
  const parts = new Map<string, LessonSummary[]>();
  for (const lesson of lessons) parts.set(lesson.part, [...(parts.get(lesson.part) ?? []), lesson]);
  return [...parts];
}

export function CourseMap() {
  const { lessons, milestones, training } = use(useServices().course.index());
  const records = useRecords();
  const { passed: reached } = usePassed();
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
            <Link href="/playground" className="button large">
              Playground
            </Link>
            {training !== null && (
              <Link href="/train" className="button large">
                Training ground
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
        {milestones.length > 0 && (
          <section>
            <h2>Milestones</h2>
            <p className="muted">What was built in these years, built again: on your own engine.</p>
            <ol className="map-lessons">
              {milestones.map((milestone) => (
                <MilestoneCard
                  key={milestone.slug}
                  milestone={milestone}
                  passed={reached[milestone.slug] !== undefined}
                />
              ))}
            </ol>
          </section>
        )}
        <p className="muted map-foot">
          Everything happens on this computer: no account, no server. Your work is kept in this
          browser.
        </p>
        <WorkFile lessons={lessons} />
      </main>
    </>
  );
}

function MilestoneCard({ milestone, passed }: { milestone: MilestoneSummary; passed: boolean }) {
  return (
    <li>
      <Link
        href={`/milestone/${milestone.slug}`}
        className={`map-card map-card-${passed ? 'passed' : 'new'}`}
      >
        <span className="map-number map-year">{milestone.year}</span>
        <span className="map-text">
          <span className="map-title">{milestone.title}</span>
          <span className="map-summary">{milestone.summary}</span>
        </span>
        <Mark state={passed ? 'passed' : 'new'} />
      </Link>
    </li>
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
