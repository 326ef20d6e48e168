import { keepVersion } from './history.ts';
import type { LessonRecord, Version } from './records.ts';
import { unitOf } from './records.ts';

/**
 * What importing a lesson would mean. `different`: both have work, so the student must choose.
 * `same`: the file brings no other text than is here.
 */
export type Meeting = 'new' | 'same' | 'different';

const untouched = (record: LessonRecord) =>
  record.versions.length === 0 && record.accepted === null;

export function meet(here: LessonRecord | undefined, theirs: LessonRecord): Meeting {
  if (here === undefined) return 'new';
  const texts = (record: LessonRecord) => Object.entries(record.files).toSorted().join('\0');
  const same = texts(here) === texts(theirs) && here.accepted === theirs.accepted;
  if (same || untouched(theirs)) return 'same';
  return untouched(here) ? 'new' : 'different';
}

/** When something was last kept in the history, in milliseconds since 1970; 0 if never. */
export const lastKept = ({ versions }: LessonRecord) => Math.max(0, ...versions.map((v) => v.at));

/** A record with the file's work. What stood here before joins the history. */
export function merged(
  here: LessonRecord | undefined,
  theirs: LessonRecord,
  now: number,
): LessonRecord {
  if (here === undefined) return theirs;
  const replaced: Version[] = Object.entries(here.files)
    .filter(([path, text]) => text !== theirs.files[path])
    .map(([path, text]) => ({ path, text, at: now, why: 'Before the import' }));
  const path = unitOf(here);
  const { accepted } = here;
  const gone = accepted !== null && theirs.accepted !== null && accepted !== theirs.accepted;
  if (gone && path !== undefined && !here.versions.some(({ text }) => text === accepted)) {
    replaced.unshift({ path, text: accepted, at: now, why: 'Passed, before the import' });
  }
  return {
    ...theirs,
    files: { ...here.files, ...theirs.files },
    ...progress(here, theirs),
    versions: [...here.versions, ...theirs.versions]
      .toSorted((a, b) => a.at - b.at)
      .concat(replaced)
      .reduce(keepVersion, []),
  };
}

/** The record here with the file's progress: no text here changes. */
export function withProgress(here: LessonRecord, theirs: LessonRecord): LessonRecord {
  return { ...here, ...progress(here, theirs) };
}

function progress(here: LessonRecord, theirs: LessonRecord) {
  const hints = { ...here.hints };
  for (const [step, open] of Object.entries(theirs.hints)) {
    hints[step] = Math.max(open, hints[step] ?? 0);
  }
  return {
    hints,
    answers: { ...theirs.answers, ...here.answers },
    predictions: { ...theirs.predictions, ...here.predictions },
    attempts: Math.max(here.attempts, theirs.attempts),
    accepted: theirs.accepted ?? here.accepted,
    revealed: here.revealed || theirs.revealed,
  };
}
