import type { Grade, LessonData } from '../../../wasm/toolchain/types.ts';
import type { Library } from '../progress/library.ts';
import type { LessonRecord } from '../progress/records.ts';
import { EXAMPLE, newRecord } from '../progress/records.ts';

/** One lesson's record, and the ways in which it may change. */
export function createNotebook(library: Library, lesson: LessonData) {
  const read = () => library.store.getState().records[lesson.slug] ?? newRecord(lesson);
  const change = (part: Partial<LessonRecord>) => library.put({ ...read(), ...part });

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

    edit: (path: string, text: string) => change({ files: { ...read().files, [path]: text } }),

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

    graded: (grade: Grade, source: string) =>
      change(grade.verdict === 'passed' ? { grade, accepted: source } : { grade }),

    /** Puts back a file as it was given; gives back the way to undo that. */
    reset(path: string): () => void {
      const before = read().files[path];
      const given = path === EXAMPLE ? lesson.example : lesson.starter;
      change({ files: { ...read().files, [path]: given } });
      return () => change({ files: { ...read().files, [path]: before ?? given } });
    },
  };
}

export type Notebook = ReturnType<typeof createNotebook>;
