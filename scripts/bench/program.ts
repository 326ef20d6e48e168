import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkInputs } from '../../wasm/toolchain/build.ts';
import { Compiler } from '../../wasm/toolchain/compiler.ts';
import { type Course, DiskAssets } from '../../wasm/toolchain/node.ts';

/** Links a program of the bench with a lesson's reference units, all in the train profile. */
export async function trainProgram(
  course: Course,
  slug: string,
  file: string,
  memoryBytes?: number,
): Promise<Uint8Array> {
  const lesson = await course.lesson(slug);
  const compiler = await Compiler.load(course.index.toolchain, new DiskAssets(course.folder));
  const text = await readFile(file, 'utf8');
  const source = { path: 'program.cpp', text, headers: lesson.headers };
  const { object, diagnostics } = await compiler.compile(source, 'train');
  if (object === null) {
    throw new Error(`${file}: ${diagnostics[0]?.message ?? 'does not compile'}`);
  }
  const linked = await compiler.link(linkInputs(lesson.link, {}, object, 'train'), memoryBytes);
  if (linked.program === null) {
    throw new Error(`${file}: ${linked.diagnostics[0]?.message ?? 'cannot be linked'}`);
  }
  return linked.program;
}

const LOADER = fileURLToPath(new URL('load.js', import.meta.url));

/** Lays a program and the page that measures it, of a folder of the bench, into `folder`. */
export async function layPage(folder: string, sources: string, program: Uint8Array): Promise<void> {
  await writeFile(path.join(folder, 'program.wasm'), program);
  for (const file of [LOADER, path.join(sources, 'page.html'), path.join(sources, 'page.js')]) {
    await copyFile(file, path.join(folder, path.basename(file)));
  }
}
