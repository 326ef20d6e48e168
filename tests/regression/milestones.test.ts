// Milestones: the right engine passes, each one with something knocked out is rejected as it says,
// and each gate lies between what they get.
import { jest } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { testModel, trainNatively, writeDigits } from '../../scripts/nativeExperiment.ts';
import { readLessons } from '../../wasm/pack/lessons.ts';
import { knockOut, readMilestones } from '../../wasm/pack/milestones.ts';
import { type Experiment, reactorExperiment } from '../../wasm/session/experiment.ts';
import { judge } from '../../wasm/session/gate.ts';
import { Build } from '../../wasm/toolchain/build.ts';
import { Compiler } from '../../wasm/toolchain/compiler.ts';
import { Course, DiskAssets } from '../../wasm/toolchain/node.ts';
import type { MilestoneRun } from '../../wasm/toolchain/types.ts';
import { PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

/** What a finding rejects shows after this many steps already. */
const FEW_STEPS = 100;

const course = await Course.open('build/course');
const compiler = await Compiler.load(course.index.toolchain, new DiskAssets(course.folder));
const last = await course.lesson(course.index.lessons.at(-1)!.slug);
const lessons = await readLessons('.');
const milestones = await readMilestones('.');
const digits = await readFile(path.join(course.folder, course.index.training!.digits.path));

async function experimentOf(units: Record<string, string>): Promise<Experiment> {
  const build = new Build(compiler);
  const objects = await build.compile({ lesson: last, units }, 'train');
  const program = await build.linkLive(last, 'experiment', objects);
  const module = await WebAssembly.compile(program as Uint8Array<ArrayBuffer>);
  const experiment = reactorExperiment(module);
  experiment.digits(digits);
  return experiment;
}

function passes(experiment: Experiment, run: MilestoneRun, steps: number) {
  experiment.begin(run.options);
  experiment.steps(steps);
  const quality = experiment.quality(true, Infinity);
  const findings = experiment.examine();
  return { ...judge(run, quality, findings), quality, findings };
}

describe('the course has the first three milestones', () => {
  it('in the order of their years', () => {
    expect(course.index.milestones.map(({ year }) => year)).toEqual([1958, 1969, 1986]);
  });
});

describe('a model', () => {
  const PROGRAM = 'build/native/wasm/runner/experiment';
  const two = () =>
    milestones.flatMap(({ runs }) => runs).find((run) => run.name === 'two-layers')!;
  let folder: string;
  let pixels: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tinytorch-models-'));
    pixels = await writeDigits(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('that the page has saved is read natively, and is as good there', async () => {
    const page = await experimentOf({});
    page.begin(two().options);
    page.steps(300);
    const file = path.join(folder, 'page.ttm');
    await writeFile(file, page.save());
    const { quality } = await testModel(PROGRAM, file, pixels);
    const here = page.quality(true, Infinity);
    expect(quality.examples).toBe(here.examples);
    expect(quality.accuracy).toBeCloseTo(here.accuracy, 5);
    expect(quality.loss).toBeCloseTo(here.loss, 4);
  });

  it('that was trained natively goes on in the page', async () => {
    const file = path.join(folder, 'native.ttm');
    const told = await trainNatively(PROGRAM, two().options, 300, file, pixels);
    expect(told.findings.map(({ holds }) => holds)).toEqual(Array(6).fill(true));
    const page = await experimentOf({});
    page.load(await readFile(file));
    expect(page.sizes().steps).toBe(300);
    expect(page.quality(true, Infinity).accuracy).toBeCloseTo(told.quality.accuracy, 5);
    expect(page.steps(1)[0]?.step).toBe(300);
  });

  it('that is broken is refused natively, with the reason', async () => {
    const file = path.join(folder, 'broken.ttm');
    await writeFile(file, 'nothing of the kind');
    await expect(testModel(PROGRAM, file, pixels)).rejects.toThrow('[unseal]');
  });
});

describe.each(milestones)('$slug', (milestone) => {
  const { runs, knockouts } = milestone;

  it.each(runs)('the right engine passes: $name', async (run) => {
    const experiment = await experimentOf({});
    const { reasons } = passes(experiment, run, run.steps);
    expect(reasons).toEqual([]);
  });

  it.each(knockouts)('$name is rejected: $rejectedBy', async (knockout) => {
    const { run: name, rejectedBy, unit } = knockout;
    const run = runs.find((each) => each.name === name)!;
    const broken = await experimentOf({ [unit]: knockOut(milestone, knockout, lessons) });
    const byAccuracy = rejectedBy === 'accuracy';
    const judged = passes(broken, run, byAccuracy ? run.steps : Math.min(run.steps, FEW_STEPS));
    expect(judged.passed).toBe(false);
    if (byAccuracy) {
      expect(judge(run, judged.quality, [{ fact: '', holds: true, detail: '' }]).passed).toBe(
        false,
      );
    } else {
      expect(judged.findings.filter(({ holds }) => !holds).map(({ fact }) => fact)).toContain(
        rejectedBy,
      );
    }
  });

  it.each(runs)('the gate of $name lies between what was measured', ({ gate, ...run }) => {
    const { correct, knockouts: broken } = run.calibration;
    expect(correct.length).toBeGreaterThanOrEqual(5);
    if ('atMost' in gate) {
      expect(Math.max(...correct)).toBeLessThan(gate.atMost);
      return;
    }
    expect(Math.min(...correct)).toBeGreaterThan(gate.atLeast);
    const claimed = knockouts.filter(
      (each) => each.run === run.name && each.rejectedBy === 'accuracy',
    );
    for (const { name } of claimed) {
      const measured = broken.find((each) => each.name === name);
      expect([name, Math.max(...(measured?.accuracy ?? [Infinity])) < gate.atLeast]).toEqual([
        name,
        true,
      ]);
    }
    expect(broken.map(({ name }) => name)).toEqual(
      knockouts.filter((each) => each.run === run.name).map(({ name }) => name),
    );
  });
});
