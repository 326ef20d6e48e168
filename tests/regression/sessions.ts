import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { embindSession, type SessionEngine } from '../../wasm/session/embind.ts';
import { reactorSession } from '../../wasm/session/reactor.ts';
import { type Kind, type Limits, LIMITS, type Session } from '../../wasm/session/session.ts';
import { Build } from '../../wasm/toolchain/build.ts';
import type { LessonData } from '../../wasm/toolchain/types.ts';
import { openCourse, ROOT } from './toolchain.ts';

export type Open = (limits?: Limits, kind?: Kind) => Session;

/** The reference engine, as the page has it. */
export async function reference(): Promise<Open> {
  const script = path.join(ROOT, 'build/wasm/engine.js');
  const { default: create } = (await import(pathToFileURL(script).href)) as {
    default: (options: { wasmBinary: Uint8Array }) => Promise<SessionEngine>;
  };
  const engine = await create({ wasmBinary: await readFile(script.replace(/js$/, 'wasm')) });
  return (limits = LIMITS, kind = 'tensors') => embindSession(engine, limits, kind);
}

/** Compiles a student's unit of a lesson, and links an engine of it and of the other references. */
export async function linked(
  unit: (lesson: LessonData) => string,
  slug = 'autograd',
): Promise<Open> {
  const course = await openCourse();
  const lesson: LessonData = await course.lesson('autograd');
  const build = new Build(await course.compiler());
  const units = { [slug]: unit(await course.lesson(slug)) };
  const objects = await build.compile({ lesson, units }, 'grade');
  const program = await build.linkLive(lesson, 'session', objects);
  const module = await WebAssembly.compile(program as Uint8Array<ArrayBuffer>);
  return (limits = LIMITS, kind = 'tensors') => reactorSession(module, limits, kind);
}
