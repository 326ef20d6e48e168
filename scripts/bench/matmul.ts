/** Our matmul beside TensorFlow.js's, in one page. */
import { cpSync, existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { linkInputs } from '../../wasm/toolchain/build.ts';
import { Compiler } from '../../wasm/toolchain/compiler.ts';
import { type Course, DiskAssets } from '../../wasm/toolchain/node.ts';
import { launchChromium } from '../chromium.ts';
import { serve } from '../serve.mjs';
import { run } from '../setup.mjs';
import { type Figure, median, ROUNDS, WARM_UPS } from './figure.ts';

const SOURCES = fileURLToPath(new URL('matmul', import.meta.url));
const FOLDER = 'build/bench';
const EXTENT = 512;
const TIMES = 5;

/** Links the bench's program from the reference units of the lesson `matmul`. */
async function program(course: Course): Promise<Uint8Array> {
  const lesson = await course.lesson('matmul');
  const compiler = await Compiler.load(course.index.toolchain, new DiskAssets(course.folder));
  const text = await readFile(path.join(SOURCES, 'program.cpp'), 'utf8');
  const source = { path: 'program.cpp', text, headers: lesson.headers };
  const { object, diagnostics } = await compiler.compile(source, 'train');
  if (object === null) {
    throw new Error(`program.cpp: ${diagnostics[0]?.message ?? 'does not compile'}`);
  }
  const linked = await compiler.link(linkInputs(lesson.link, {}, object, 'train'));
  if (linked.program === null) {
    throw new Error(`program.cpp: ${linked.diagnostics[0]?.message ?? 'cannot be linked'}`);
  }
  return linked.program;
}

export async function benchMatmul(course: Course): Promise<Figure[]> {
  await mkdir(FOLDER, { recursive: true });
  cpSync(SOURCES, FOLDER, { recursive: true });
  if (!existsSync(path.join(FOLDER, 'node_modules/@tensorflow'))) {
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER });
  }
  const root = path.join(FOLDER, 'node_modules');
  await writeFile(path.join(root, 'program.wasm'), await program(course));
  for (const file of ['page.html', 'page.js']) {
    cpSync(path.join(SOURCES, file), path.join(root, file));
  }
  const server = await serve(root, 5660, sirv(root, { dev: true }));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.address}page.html`);
    const seconds = await page.evaluate<{ ours: number[]; theirs: number[] }>(
      `measure(${String(EXTENT)}, ${String(WARM_UPS)}, ${String(ROUNDS)}, ${String(TIMES)})`,
    );
    const [ours, theirs] = [median(seconds.ours), median(seconds.theirs)];
    const prefix = `matmul/${String(EXTENT)}`;
    const gflops = (2 * EXTENT ** 3) / 1e9;
    return [
      { name: `${prefix}/gflops`, value: gflops / ours, unit: 'GFLOP/s', target: null },
      { name: `${prefix}/tfjs-wasm/gflops`, value: gflops / theirs, unit: 'GFLOP/s', target: null },
      { name: `${prefix}/ratio-to-tfjs-wasm`, value: ours / theirs, unit: 'ratio', target: null },
    ];
  } finally {
    await browser.close();
    server.close();
  }
}
