/**
 * `npm run -s calibrate [milestone...]`: trains every run of a milestone on the right engine and on
 * each one with something knocked out, with several seeds, and writes what share of the test
 * examples was right into `calibration.json`, beside the gate that must lie between.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readLessons } from '../wasm/pack/lessons.ts';
import { knockOut, readMilestones } from '../wasm/pack/milestones.ts';
import { type Experiment, reactorExperiment } from '../wasm/session/experiment.ts';
import { Build } from '../wasm/toolchain/build.ts';
import { Compiler } from '../wasm/toolchain/compiler.ts';
import { Course, DiskAssets } from '../wasm/toolchain/node.ts';
import type { MilestoneRun } from '../wasm/toolchain/types.ts';

const SEEDS = [0, 1, 2, 3, 4];

const wanted = process.argv.slice(2);
const course = await Course.open('build/course');
const compiler = await Compiler.load(course.index.toolchain, new DiskAssets(course.folder));
const last = await course.lesson(course.index.lessons.at(-1)!.slug);
const lessons = await readLessons('.');
const { training } = course.index;
if (training === null) throw new Error('The course has nothing to train.');
const digits = await readFile(path.join(course.folder, training.digits.path));

/** An experiment linked from these units, and the reference for the rest. */
async function experimentOf(units: Record<string, string>): Promise<Experiment> {
  const build = new Build(compiler);
  const objects = await build.compile({ lesson: last, units }, 'train');
  const program = await build.linkLive(last, 'experiment', objects);
  const module = await WebAssembly.compile(program as Uint8Array<ArrayBuffer>);
  const experiment = reactorExperiment(module);
  experiment.digits(digits);
  return experiment;
}

/** What share is right after all steps; 0 where the engine gives up. */
function accuracyOf(experiment: Experiment, run: MilestoneRun, seed: number): number {
  experiment.begin({ ...run.options, seed });
  try {
    experiment.steps(run.steps);
    const { accuracy } = experiment.quality(true, Infinity);
    return Number(accuracy.toFixed(4));
  } catch {
    return 0;
  }
}

const right = await experimentOf({});
for (const milestone of await readMilestones('.')) {
  if (wanted.length > 0 && !wanted.includes(milestone.slug)) continue;
  const measured: Record<string, MilestoneRun['calibration']> = {};
  for (const run of milestone.runs) {
    const correct = SEEDS.map((seed) => accuracyOf(right, run, seed));
    console.log(`${milestone.slug} ${run.name}: ${correct.join(' ')}`);
    const knockouts: MilestoneRun['calibration']['knockouts'] = [];
    for (const knockout of milestone.knockouts.filter((each) => each.run === run.name)) {
      const broken = knockOut(milestone, knockout, lessons);
      const experiment = await experimentOf({ [knockout.unit]: broken });
      const accuracy = SEEDS.map((seed) => accuracyOf(experiment, run, seed));
      console.log(`  ${knockout.name}: ${accuracy.join(' ')}`);
      knockouts.push({ name: knockout.name, accuracy });
    }
    measured[run.name] = { correct, knockouts };
  }
  const file = `${milestone.folder}/calibration.json`;
  await writeFile(file, `${JSON.stringify(measured, null, 2)}\n`);
}
