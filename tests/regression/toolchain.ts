/** The toolchain and the packed course, as the tests use them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as node from '../../wasm/toolchain/node.ts';
import type * as packer from '../../wasm/pack/pack.ts';

/** Lent by `environment.mjs`. */
export const { Course, pack } = (
  globalThis as unknown as { toolchain: typeof node & typeof packer }
).toolchain;

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKED = path.join(ROOT, 'build/course');

/** Milliseconds that one test may take on a busy machine. */
export const PATIENCE = 120_000;

export async function openCourse(): Promise<node.Course> {
  if (!existsSync(path.join(PACKED, 'index.json'))) {
    throw new Error('The course is not built yet: run `npm start` or `npm test` once.');
  }
  return Course.open(PACKED);
}
