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

export function openFile(lesson: LessonData, record: LessonRecord, path: string): SourceFile {
  return {
    path,
    text: record.files[path] ?? lesson.headers[path] ?? '',
    readOnly: !isOwn(lesson, path),
    cursor: record.cursors[path] ?? 0,
  };
}
