/** Reads the lesson folders: the folder list is the course, and every file in a folder is used. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { type LessonContent, compileContent } from './content.ts';
import { PackError, type Region, regionsOf } from './starter.ts';

export interface Mutant {
  name: string;
  step: string;
  /** Replaced in the reference unit; must stand there exactly once, inside the step's region. */
  find: string;
  replace: string;
  /** The test that must reject it. */
  killedBy: string;
  /** How that test must end; `failed` unless said otherwise. */
  verdict: 'failed' | 'crashed' | 'timeout' | 'outOfMemory';
}

export interface LessonFolder {
  slug: string;
  number: number;
  folder: string;
  content: LessonContent;
  /** The reference unit with its marks. */
  unit: string;
  regions: Region[];
  check: string;
  example: string;
  mutants: Mutant[];
  /** Other correct solutions: file name -> text. */
  alternatives: Record<string, string>;
}

const MUTANTS = z.array(
  z.strictObject({
    name: z.string(),
    step: z.string(),
    find: z.string(),
    replace: z.string(),
    killedBy: z.string(),
    verdict: z.enum(['failed', 'crashed', 'timeout', 'outOfMemory']).default('failed'),
  }),
);

const FILES = ['check.cpp', 'example.cpp', 'lesson.md', 'mutants.yaml'];
const FOLDER = /^(\d{2})-([a-z][a-z0-9-]*)$/;
/** Folders of `lessons/` that are not lessons. */
const OTHERS = new Set(['milestones']);

export async function readLessons(root: string): Promise<LessonFolder[]> {
  const entries = await readdir(path.join(root, 'lessons'), { withFileTypes: true });
  const names = entries.map((entry) => entry.name).filter((name) => !OTHERS.has(name));
  const lessons: LessonFolder[] = [];
  for (const name of names.sort()) {
    const [, number = '', slug = ''] = FOLDER.exec(name) ?? [];
    if (slug === '') {
      throw new PackError(
        `lessons/${name}`,
        1,
        'a lesson is a folder named NN-name, such as 01-shape',
      );
    }
    const twin = lessons.find((lesson) => lesson.slug === slug || lesson.number === Number(number));
    if (twin !== undefined) {
      throw new PackError(`lessons/${name}`, 1, `has the number or the name of ${twin.folder}`);
    }
    lessons.push(await readLesson(root, `lessons/${name}`, Number(number), slug));
  }
  return lessons;
}

async function readLesson(
  root: string,
  folder: string,
  number: number,
  slug: string,
): Promise<LessonFolder> {
  const files = await filesBelow(path.join(root, folder));
  const stray = files.find(
    (file) => !FILES.includes(file) && !/^alternatives\/[\w-]+\.cpp$/.test(file),
  );
  if (stray !== undefined) {
    throw new PackError(`${folder}/${stray}`, 1, 'no part of the course uses this file; remove it');
  }
  const absent = FILES.find((file) => !files.includes(file));
  if (absent !== undefined) {
    throw new PackError(`${folder}/${absent}`, 1, 'a lesson must have this file');
  }
  const text = (file: string) => readFile(path.join(root, folder, file), 'utf8');

  const markdown = `${folder}/lesson.md`;
  const content = compileContent(await text('lesson.md'), markdown);
  const unit = await readFile(path.join(root, content.unit), 'utf8').catch(() => {
    throw new PackError(markdown, 1, `the unit ${content.unit} does not exist`);
  });
  const regions = regionsOf(unit, content.unit);
  const marked = regions.map((region) => region.step);
  const described = content.steps.map((step) => step.name);
  if (marked.join() !== described.join()) {
    const [inUnit, inText] = [marked.join(', '), described.join(', ')];
    throw new PackError(
      markdown,
      1,
      `its steps are ${inText}, but ${content.unit} marks ${inUnit}`,
    );
  }
  const alternatives: Record<string, string> = {};
  for (const file of files.filter((each) => each.startsWith('alternatives/'))) {
    alternatives[path.basename(file)] = await text(file);
  }
  const mutants = readMutants(await text('mutants.yaml'), `${folder}/mutants.yaml`);
  return {
    ...{ slug, number, folder, content, unit, regions, alternatives, mutants },
    check: await text('check.cpp'),
    example: await text('example.cpp'),
  };
}

const readMutants = (text: string, file: string): Mutant[] =>
  readList(MUTANTS, text, file, 'mutants');

/** Reads a list from YAML. Throws `PackError` with the line of the first mistake. */
export function readList<Entry>(
  schema: z.ZodType<Entry[]>,
  text: string,
  file: string,
  what: string,
): Entry[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const [reason = ''] = broken.message.split('\n');
    throw new PackError(file, lines.linePos(broken.pos[0]).line, reason);
  }
  const list = schema.safeParse(document.toJS());
  if (list.success) {
    return list.data;
  }
  const [issue] = list.error.issues;
  const [entry = 0, field] = issue?.path ?? [];
  const node = isSeq<Node>(document.contents) ? document.contents.items[Number(entry)] : null;
  const line = node?.range ? lines.linePos(node.range[0]).line : 1;
  const place = field === undefined ? '' : `${String(field)}: `;
  throw new PackError(file, line, place + (issue?.message ?? `is not a list of ${what}`));
}

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
