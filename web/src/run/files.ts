import type { LessonData } from '../../../wasm/toolchain/types.ts';
import type { LessonRecord } from '../progress/records.ts';
import { EXAMPLE } from '../progress/records.ts';
import type { SourceFile } from '../editor/editor.ts';

/** Everything the editor can show, the student's own files first. */
export const filePaths = (lesson: LessonData) => [
  lesson.unit,
  EXAMPLE,
  ...Object.keys(lesson.headers),
];

export const isOwn = (lesson: LessonData, path: string) => path === lesson.unit || path === EXAMPLE;

export const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A file as it was left, or else at the first place where something is to be written. */
export function openFile(lesson: LessonData, record: LessonRecord, path: string): SourceFile {
  const text = record.files[path] ?? lesson.headers[path] ?? '';
  return {
    path,
    text,
    readOnly: !isOwn(lesson, path),
    cursor: record.cursors[path] ?? Math.max(0, text.indexOf('// TODO')),
  };
}
