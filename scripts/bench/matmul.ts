/** Our matmul beside TensorFlow.js's, in one page. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import type { Course } from '../../wasm/toolchain/node.ts';
import { launchChromium } from '../chromium.ts';
import { serve } from '../serve.mjs';
import { type Figure, median, ROUNDS, WARM_UPS } from './figure.ts';
import { peers } from './peers.ts';
import { layPage, trainProgram } from './program.ts';

const SOURCES = fileURLToPath(new URL('matmul', import.meta.url));
const EXTENT = 512;
const TIMES = 5;

export async function benchMatmul(course: Course): Promise<Figure[]> {
  const root = await peers();
  const program = await trainProgram(course, 'matmul', path.join(SOURCES, 'program.cpp'));
  await layPage(root, SOURCES, program);
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
