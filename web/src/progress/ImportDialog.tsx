import { useState } from 'react';
import type { LessonSummary } from '../../../wasm/toolchain/types.ts';
import { Dialog } from '../shell/Dialog.tsx';
import { lastKept, meet } from './merge.ts';
import type { LessonRecord } from './records.ts';
import { lessonState } from './records.ts';
import { useRecords } from './useProgress.ts';

interface Props {
  lessons: LessonSummary[];
  offered: LessonRecord[];
  onTake: (chosen: Set<string>) => void;
  onClose: () => void;
}

const time = new Intl.DateTimeFormat('en', {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
});

function stateOf(record: LessonRecord): string {
  const at = lastKept(record);
  const steps = record.grade?.steps ?? [];
  const done = steps.filter((step) => step.passed).length;
  const state = {
    new: 'not started',
    started: steps.length > 0 ? `${String(done)} of ${String(steps.length)} steps` : 'started',
    passed: 'passed',
    edited: 'passed, then edited',
  }[lessonState(record)];
  return at === 0 ? state : `${state}, ${time.format(at)}`;
}

/** Asks, for every lesson with work both here and in the file, which of them goes on. */
export function ImportDialog({ lessons, offered, onTake, onClose }: Props) {
  const records = useRecords();
  const both = lessons.flatMap(({ slug, title }) => {
    const theirs = offered.find((record) => record.slug === slug);
    const here = records[slug];
    const asks = theirs && here && meet(here, theirs) === 'different';
    return asks ? [{ slug, title, here, theirs }] : [];
  });
  const newer = both.filter(({ here, theirs }) => lastKept(theirs) > lastKept(here));
  const [chosen, setChosen] = useState(new Set(newer.map(({ slug }) => slug)));

  const choose = (slug: string, theirs: boolean) => {
    const next = new Set(chosen);
    if (theirs) next.add(slug);
    else next.delete(slug);
    setChosen(next);
  };
  return (
    <Dialog title="Which work goes on?" onClose={onClose}>
      <p>
        {both.length === 1 ? 'One lesson has' : `${String(both.length)} lessons have`} work both
        here and in the file. The newer is chosen. What is replaced here stays in the lesson’s
        history.
      </p>
      <ul className="work-choices">
        {both.map(({ slug, title, here, theirs }) => (
          <li key={slug}>
            <fieldset>
              <legend>{title}</legend>
              <label>
                <input
                  type="radio"
                  name={slug}
                  checked={!chosen.has(slug)}
                  onChange={() => choose(slug, false)}
                />
                Here: {stateOf(here)}
              </label>
              <label>
                <input
                  type="radio"
                  name={slug}
                  checked={chosen.has(slug)}
                  onChange={() => choose(slug, true)}
                />
                In the file: {stateOf(theirs)}
              </label>
            </fieldset>
          </li>
        ))}
      </ul>
      <p className="row">
        <button type="button" className="button primary" onClick={() => onTake(chosen)}>
          Import
        </button>
        <button type="button" className="button" onClick={onClose}>
          Change nothing
        </button>
      </p>
    </Dialog>
  );
}
