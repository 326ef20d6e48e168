/** Reads the milestones: `lessons/milestones/YYYY-name/`. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import {
  ACTIVATIONS,
  DATA,
  type ExperimentOptions,
  LOSSES,
  OPTIMIZERS,
} from '../session/experiment.ts';
import type { MilestoneRun } from '../toolchain/types.ts';
import { compileStory, type StoryContent } from './content.ts';
import { filesBelow, type LessonFolder, readList } from './lessons.ts';
import { fill, PackError } from './starter.ts';

/** An engine with one thing broken, which the milestone must not let pass. */
export interface Knockout {
  name: string;
  /** The lesson whose unit is broken. */
  unit: string;
  find: string;
  replace: string;
  /** The run that rejects it. */
  run: string;
  /** What rejects it: `accuracy`, a fact that `examine` looks at, or that it throws. */
  rejectedBy: string;
}

export interface MilestoneFolder {
  slug: string;
  folder: string;
  story: StoryContent;
  runs: MilestoneRun[];
  knockouts: Knockout[];
}

const Options = z.strictObject({
  data: z.enum(DATA),
  examples: z.number().int().default(400),
  noise: z.number().default(0),
  hidden: z.array(z.number().int()),
  activation: z.enum(ACTIVATIONS).default('relu'),
  loss: z.enum(LOSSES),
  optimizer: z.enum(OPTIMIZERS).default('sgd'),
  lr: z.number(),
  momentum: z.number().default(0),
  weightDecay: z.number().default(0),
  batchSize: z.number().int(),
  seed: z.number().int().default(0),
}) satisfies z.ZodType<ExperimentOptions>;

const share = z.number().min(0).max(1);

const RUNS = z.array(
  z.strictObject({
    name: z.string().regex(/^[a-z][a-z-]*$/, 'must be a name such as two-layers'),
    title: z.string(),
    options: Options,
    steps: z.number().int().positive(),
    gate: z.union([z.strictObject({ atLeast: share }), z.strictObject({ atMost: share })]),
  }),
);

const KNOCKOUTS = z.array(
  z.strictObject({
    name: z.string(),
    unit: z.string(),
    find: z.string(),
    replace: z.string(),
    run: z.string(),
    rejectedBy: z.string(),
  }),
);

const Calibration = z.record(
  z.string(),
  z.strictObject({
    correct: z.array(z.number()),
    knockouts: z.array(z.strictObject({ name: z.string(), accuracy: z.array(z.number()) })),
  }),
);

const FOLDER = /^\d{4}-[a-z][a-z0-9-]*$/;
const FILES = ['calibration.json', 'knockouts.yaml', 'milestone.md', 'runs.yaml'];

/** Reads all milestones, in the order of their years; none if there is no such folder. */
export async function readMilestones(root: string): Promise<MilestoneFolder[]> {
  const names = await readdir(path.join(root, 'lessons/milestones')).catch(() => []);
  return Promise.all(names.sort().map((name) => readMilestone(root, name)));
}

async function readMilestone(root: string, slug: string): Promise<MilestoneFolder> {
  const folder = `lessons/milestones/${slug}`;
  if (!FOLDER.test(slug)) {
    throw new PackError(folder, 1, 'a milestone is a folder named YYYY-name, such as 1969-xor');
  }
  const files = await filesBelow(path.join(root, folder));
  const odd = [...files, ...FILES].find((file) => !files.includes(file) || !FILES.includes(file));
  if (odd !== undefined) {
    throw new PackError(`${folder}/${odd}`, 1, `a milestone is made of ${FILES.join(', ')}`);
  }
  const text = (file: string) => readFile(path.join(root, folder, file), 'utf8');
  const story = compileStory(await text('milestone.md'), `${folder}/milestone.md`);
  const planned = readList(RUNS, await text('runs.yaml'), `${folder}/runs.yaml`, 'runs');
  const file = `${folder}/knockouts.yaml`;
  const knockouts = readList(KNOCKOUTS, await text('knockouts.yaml'), file, 'knock-outs');
  const lost = knockouts.find(({ run }) => !planned.some(({ name }) => name === run));
  if (lost !== undefined) {
    throw new PackError(file, 1, `"${lost.name}" names a run that there is not: ${lost.run}`);
  }
  const calibration = Calibration.parse(JSON.parse(await text('calibration.json')));
  const runs = planned.map((run) => {
    const measured = calibration[run.name];
    if (measured === undefined) {
      const asked = `npm run -s calibrate ${slug}`;
      throw new PackError(`${folder}/calibration.json`, 1, `has no run ${run.name}: ${asked}`);
    }
    return { ...run, calibration: measured };
  });
  return { slug, folder, story, runs, knockouts };
}

/** The broken unit's text. What is replaced must stand once in it, inside a region. */
export function knockOut(
  { folder }: Pick<MilestoneFolder, 'folder'>,
  { name, find, replace, unit }: Knockout,
  lessons: LessonFolder[],
): string {
  const lesson = lessons.find(({ slug }) => slug === unit);
  const text = lesson?.unit ?? '';
  const at = text.indexOf(find);
  if (lesson === undefined || at < 0 || text.indexOf(find, at + 1) >= 0) {
    throw new PackError(`${folder}/knockouts.yaml`, 1, `"${name}" does not fit once in ${unit}`);
  }
  const line = text.slice(0, at).split('\n').length;
  if (!lesson.regions.some(({ begin, end }) => begin < line && line < end)) {
    throw new PackError(`${folder}/knockouts.yaml`, 1, `"${name}" is in no region of ${unit}`);
  }
  const broken = text.slice(0, at) + replace + text.slice(at + find.length);
  const steps = new Set(lesson.regions.map(({ step }) => step));
  return fill(broken, lesson.content.unit, steps);
}
