import type { Grade, LessonData } from '../../../wasm/toolchain/types.ts';
import { keepVersion, newestOf, WRITING_KEPT_EVERY } from '../progress/history.ts';
import type { Library } from '../progress/library.ts';
import type { LessonRecord, Version } from '../progress/records.ts';
import { EXAMPLE, newRecord } from '../progress/records.ts';

/** One lesson's record, and the ways in which it may change. */
export function createNotebook(library: Library, lesson: LessonData) {
  const read = () => library.store.getState().records[lesson.slug] ?? newRecord(lesson);
  const change = (part: Partial<LessonRecord>) => library.put({ ...read(), ...part });
  const given = (path: string) => (path === EXAMPLE ? lesson.example : lesson.starter);

  /** The history with a file's present text, and what happened to it. */
  const kept = (path: string, why: string, text = read().files[path] ?? given(path)): Version[] =>
    keepVersion(read().versions, { path, text, at: Date.now(), why });

  /** The history before an edit: now and then it takes in the text that is about to change. */
  function beforeEdit(path: string): Version[] {
    const newest = newestOf(read().versions, path);
    if (!newest) return kept(path, 'At the beginning');
    const due = Date.now() - newest.at > WRITING_KEPT_EVERY;
    return due && newest.text !== read().files[path]
      ? kept(path, 'While writing')
      : read().versions;
  }

  return {
    read,

    /** Takes note that the lesson itself has changed since the last visit: its questions may have. */
    begin() {
      const { records } = library.store.getState();
      const record = records[lesson.slug];
      if (record && record.version !== lesson.version) {
        change({ version: lesson.version, answers: {}, predictions: {} });
      }
    },

    source: () => read().files[lesson.unit] ?? lesson.starter,
    example: () => read().files[EXAMPLE] ?? lesson.example,

    edit: (path: string, text: string) =>
      change({ files: { ...read().files, [path]: text }, versions: beforeEdit(path) }),

    /** Goes back to an earlier version; the present one joins the history. */
    restore: ({ path, text }: Version) =>
      change({
        files: { ...read().files, [path]: text },
        versions: kept(path, 'Before going back'),
      }),

    /** The student asked for the reference. */
    reveal: () => change({ revealed: true }),

    /** Looking around begins no lesson: only one that has begun remembers its cursor. */
    moveCursor(path: string, position: number) {
      if (lesson.slug in library.store.getState().records) {
        change({ cursors: { ...read().cursors, [path]: position } });
      }
    },

    /** Opens one more hint of a step; gives back how many are open now. */
    openHint(step: string, available: number): number {
      const open = Math.min((read().hints[step] ?? 0) + 1, available);
      change({ hints: { ...read().hints, [step]: open } });
      return open;
    },

    answer: (question: number, choice: number) =>
      change({ answers: { ...read().answers, [question]: choice } }),

    predict: (measure: string, guess: number, measured?: number) =>
      change({ predictions: { ...read().predictions, [measure]: { guess, measured } } }),

    countAttempt: () => change({ attempts: read().attempts + 1 }),

    /** Keeps a grading; `why` says in a line how it ended. */
    graded: (grade: Grade, source: string, why: string) =>
      change({
        grade,
        ...(grade.verdict === 'passed' && { accepted: source }),
        versions: kept(lesson.unit, why, source),
      }),

    /** Puts back a file as it was given; gives back the way to undo that. */
    reset(path: string): () => void {
      const before = read().files[path];
      const versions = kept(path, 'Before the reset');
      change({ files: { ...read().files, [path]: given(path) }, versions });
      return () => change({ files: { ...read().files, [path]: before ?? given(path) } });
    },
  };
}

export type Notebook = ReturnType<typeof createNotebook>;
