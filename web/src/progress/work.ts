/**
 * A student's whole work as one file: a tar of readable files, below `tinytorch/`.
 *
 *   work.json                    what was done in each lesson; names the files below
 *   engine/shape.cpp             a unit as it stands
 *   accepted/engine/shape.cpp    the same as it last passed every test
 *   examples/shape.cpp           the small program behind the Run button
 */
import { createTar, parseTar } from 'nanotar';
import type { LessonRecord } from './records.ts';
import { EXAMPLE, unitOf } from './records.ts';
import { readContents, type Stored } from './workSchema.ts';

/** Says for the student why a file is not one of ours. */
export class WorkError extends Error {}

export interface Work {
  /** When it was exported, in milliseconds since 1970. */
  at: number;
  records: LessonRecord[];
}

const FOLDER = 'tinytorch/';
const CONTENTS = 'work.json';

const placeOf = (slug: string, path: string) => (path === EXAMPLE ? `examples/${slug}.cpp` : path);

/** Makes the file of all these records. */
export function packWork({ at, records }: Work): Uint8Array {
  const texts: Record<string, string> = {};
  const keep = (place: string, text: string) => {
    texts[place] = text;
    return place;
  };
  const lessons = records.map((record): Stored => {
    const { slug, accepted } = record;
    const files = Object.entries(record.files).map(([path, text]) => [
      path,
      keep(placeOf(slug, path), text),
    ]);
    return {
      ...record,
      files: Object.fromEntries(files) as Record<string, string>,
      accepted:
        accepted === null ? null : keep(`accepted/${unitOf(record) ?? `${slug}.cpp`}`, accepted),
    };
  });
  const contents = JSON.stringify({ format: 'tinytorch', version: 1, at, lessons }, null, 1);
  const files = Object.entries({ [CONTENTS]: contents, ...texts });
  const attrs = { mtime: at, mode: '644' };
  return createTar(files.map(([place, text]) => ({ name: FOLDER + place, data: text, attrs })));
}

/** Reads such a file, wherever it comes from. Throws `WorkError`, and changes nothing. */
export function readWork(bytes: Uint8Array): Work {
  const texts = textsOf(bytes);
  const json = texts.get(CONTENTS);
  if (json === undefined) {
    throw new WorkError(
      `This is not a file that TinyTorch exported: ${FOLDER}${CONTENTS} is not in it.`,
    );
  }
  const contents = readContents(json);
  if ('reason' in contents) {
    throw new WorkError(`${FOLDER}${CONTENTS} cannot be read: ${contents.reason}.`);
  }
  const text = (place: string) => {
    const found = texts.get(place);
    if (found === undefined) {
      throw new WorkError(`The file is not whole: ${FOLDER}${place} is missing.`);
    }
    return found;
  };
  const records = contents.lessons.map((lesson): LessonRecord => {
    const files = Object.entries(lesson.files).map(([path, place]) => [path, text(place)]);
    return {
      ...lesson,
      files: Object.fromEntries(files) as Record<string, string>,
      accepted: lesson.accepted === null ? null : text(lesson.accepted),
    };
  });
  return { at: contents.at, records };
}

/** Every file below our folder; `tar` itself may have put `./` in front. */
function textsOf(bytes: Uint8Array): Map<string, string> {
  let entries;
  try {
    entries = parseTar(new Uint8Array(bytes)); // a copy: it reads the whole buffer behind a view
  } catch {
    throw new WorkError('This is not a file that TinyTorch exported, or it is not whole.');
  }
  const files = entries
    .map(({ name, data }) => ({ path: name.replace(/^\.\//, ''), data }))
    .filter(({ path }) => path.startsWith(FOLDER) && !path.endsWith('/'));
  // An empty file has no data.
  const text = (data?: Uint8Array) => (data === undefined ? '' : new TextDecoder().decode(data));
  return new Map(files.map(({ path, data }) => [path.slice(FOLDER.length), text(data)]));
}
