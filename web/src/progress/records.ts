import type { Grade, LessonData } from '../../../wasm/toolchain/types.ts';

/** The second file of every lesson: the small program behind the Run button. */
export const EXAMPLE = 'example.cpp';

export interface Prediction {
  guess: number;
  /** What the student's own code counted, once it was run. */
  measured?: number;
}

/** A file as it was. */
export interface Version {
  path: string;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  /** What happened to it then, such as `3 of 7 tests passed`. */
  why: string;
}

/** Everything a student has done in one lesson. */
export interface LessonRecord {
  slug: string;
  version: string;
  /** Their unit and their example, by path. */
  files: Record<string, string>;
  cursors: Record<string, number>;
  /** How many hints of each step are open. */
  hints: Record<string, number>;
  /** The choice made at each question, counted from 0. */
  answers: Record<number, number>;
  predictions: Record<string, Prediction>;
  attempts: number;
  /** The last grading that came to an end. */
  grade: Grade | null;
  /** The unit as it last passed every test. */
  accepted: string | null;
  /** Earlier versions of their files, oldest first. */
  versions: Version[];
  /** Whether they asked to see the reference before their own unit had passed. */
  revealed: boolean;
}

export type LessonState = 'new' | 'started' | 'passed' | 'edited';

export function newRecord(lesson: LessonData): LessonRecord {
  return {
    slug: lesson.slug,
    version: lesson.version,
    files: { [lesson.unit]: lesson.starter, [EXAMPLE]: lesson.example },
    cursors: {},
    hints: {},
    answers: {},
    predictions: {},
    attempts: 0,
    grade: null,
    accepted: null,
    versions: [],
    revealed: false,
  };
}

/** The path of the lesson's unit: the file of a record that is not its example. */
export const unitOf = (record: Pick<LessonRecord, 'files'>): string | undefined =>
  Object.keys(record.files).find((path) => path !== EXAMPLE);

/** A record of an earlier release may lack what came later. */
export const completeRecord = (saved: LessonRecord): LessonRecord => ({
  ...saved,
  versions: saved.versions ?? [],
  revealed: saved.revealed ?? false,
});

/** `edited` means that an earlier version passed and this one has not been tested. */
export function lessonState(record: LessonRecord | undefined): LessonState {
  if (!record) return 'new';
  if (record.accepted === null) return 'started';
  return Object.values(record.files).includes(record.accepted) ? 'passed' : 'edited';
}

/** The student's own units that a later lesson's program may be linked from. */
export function acceptedUnits(
  records: Record<string, LessonRecord>,
  slugs: string[],
): Record<string, string> {
  const units: Record<string, string> = {};
  for (const slug of slugs) {
    const accepted = records[slug]?.accepted;
    if (accepted) units[slug] = accepted;
  }
  return units;
}
