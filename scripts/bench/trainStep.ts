/** A training step beside PyTorch's and TensorFlow.js's. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { printOptions } from '../../wasm/session/experiment.ts';
import { Build } from '../../wasm/toolchain/build.ts';
import { Compiler } from '../../wasm/toolchain/compiler.ts';
import { type Course, DiskAssets } from '../../wasm/toolchain/node.ts';
import { launchChromium } from '../chromium.ts';
import { serve } from '../serve.mjs';
import { type Figure, median, ROUNDS, WARM_UPS } from './figure.ts';
import { inPyTorch, peers } from './peers.ts';
import { layPage } from './program.ts';

const SOURCES = fileURLToPath(new URL('trainStep', import.meta.url));
const STEPS = 20;

const OPTIONS = printOptions({
  ...{ data: 'digits', examples: 400, noise: 0, hidden: [128], activation: 'relu' },
  ...{ loss: 'cross_entropy', optimizer: 'sgd', lr: 0.1, momentum: 0, weightDecay: 0 },
  ...{ batchSize: 64, seed: 0 },
});

/** An experiment of which every unit is compiled as a student's. */
async function studentProgram(course: Course): Promise<Uint8Array> {
  const lesson = await course.lesson(course.index.lessons.at(-1)!.slug);
  const units: Record<string, string> = {};
  for (const { slug } of course.index.lessons) {
    units[slug] = (await course.lesson(slug)).reference;
  }
  const compiler = await Compiler.load(course.index.toolchain, new DiskAssets(course.folder));
  const build = new Build(compiler);
  return build.linkLive(lesson, 'experiment', await build.compile({ lesson, units }, 'train'));
}

export async function benchTrainStep(course: Course): Promise<Figure[]> {
  const { training } = course.index;
  if (training === null) {
    throw new Error('The course has nothing to train.');
  }
  const root = await peers();
  const file = (asset: { path: string }) => path.join(course.folder, asset.path);
  await layPage(root, SOURCES, await readFile(file(training.program)));
  await copyFile(file(training.fewDigits), path.join(root, 'digits.bin'));
  await writeFile(path.join(root, 'student.wasm'), await studentProgram(course));
  const server = await serve(root, 5680, sirv(root, { dev: true }));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.address}page.html`);
    const seconds = await page.evaluate<Record<'reference' | 'student' | 'tfjs', number[]>>(
      `measure(${JSON.stringify(OPTIONS)}, ${String(WARM_UPS)}, ${String(ROUNDS)}, ${String(STEPS)})`,
    );
    const script = path.join(SOURCES, 'peer.py');
    const theirs = inPyTorch(script, WARM_UPS, ROUNDS, STEPS);
    const live = await page.evaluate<number[]>(`liveBytes(${JSON.stringify(OPTIONS)})`);
    const [reference, student, tfjs] = [seconds.reference, seconds.student, seconds.tfjs].map(
      median,
    );
    const figures: Figure[] = [
      { name: 'milliseconds', value: reference! * 1e3, unit: 'ms', target: null },
      { name: 'student/milliseconds', value: student! * 1e3, unit: 'ms', target: null },
      { name: 'tfjs-wasm/milliseconds', value: tfjs! * 1e3, unit: 'ms', target: null },
      { name: 'ratio-to-tfjs-wasm', value: reference! / tfjs!, unit: 'ratio', target: 0.2 },
      { name: 'student/ratio-to-tfjs-wasm', value: student! / tfjs!, unit: 'ratio', target: null },
      { name: 'live-bytes/different', value: live.length, unit: 'values', target: 1 },
    ];
    if (theirs !== null) {
      const torch = median(theirs.flat());
      figures.push(
        { name: 'pytorch/milliseconds', value: torch * 1e3, unit: 'ms', target: null },
        { name: 'ratio-to-pytorch', value: reference! / torch, unit: 'ratio', target: 2.5 },
        { name: 'student/ratio-to-pytorch', value: student! / torch, unit: 'ratio', target: null },
      );
    }
    return figures.map((figure) => ({ ...figure, name: `train-step/mlp/${figure.name}` }));
  } finally {
    await browser.close();
    server.close();
  }
}
