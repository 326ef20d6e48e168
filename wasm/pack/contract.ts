/**
 * The lesson contract: what must hold for every lesson, checked by grading its reference, starter,
 * partly filled starters, mutants and alternatives exactly as a student's file is graded.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Grader } from '../toolchain/grade.ts';
import type { Grade, LessonData, Toolchain } from '../toolchain/types.ts';
import type { LessonFolder, Mutant } from './lessons.ts';
import { fill, PackError } from './starter.ts';
import { hashOf, type Store } from './store.ts';

/** One file to grade on behalf of a lesson. */
export interface Job {
  kind: 'reference' | 'starter' | 'inOrder' | 'alone' | 'mutant' | 'alternative';
  /** The step, mutant or file it belongs to. */
  name: string;
  source: string;
}

/** What the contract needs to know of a grading. */
export interface Graded {
  verdict: Grade['verdict'];
  message: string;
  steps: string[];
  tests: { name: string; verdict: Grade['verdict'] }[];
}

export interface LessonReport {
  lesson: string;
  reference: boolean;
  starter: { compiled: boolean; earned: string[] };
  regions: { step: string; inOrder: boolean; earnsNoOther: boolean }[];
  mutants: {
    killed: number;
    total: number;
    survivors: string[];
    rows: { name: string; killedBy: string[] }[];
  };
  alternatives: { accepted: number; total: number };
  unused: string[];
  /** Every breach in words; empty if the contract holds. */
  breaches: string[];
}

const MUTANTS_NEEDED = 12;
const ALTERNATIVES_NEEDED = 2;
/** A test of a lesson runs in milliseconds; a mutant's endless loop should not take ten seconds. */
const LIMIT_SECONDS = 3;
const SEED = 1;

/** Applies a mutant to the marked unit; it must fit exactly once, inside its step's region. */
export function mutate(lesson: LessonFolder, mutant: Mutant): string {
  const file = `${lesson.folder}/mutants.yaml`;
  const { unit } = lesson;
  const at = unit.indexOf(mutant.find);
  const fits = at >= 0 && unit.indexOf(mutant.find, at + 1) < 0;
  if (!fits) {
    const count = at < 0 ? 'nowhere' : 'more than once';
    throw new PackError(
      file,
      1,
      `the mutant "${mutant.name}" fits ${count} in ${lesson.content.unit}`,
    );
  }
  const first = unit.slice(0, at).split('\n').length;
  const last = first + mutant.find.split('\n').length - 1;
  const region = lesson.regions.find((each) => each.step === mutant.step);
  if (region === undefined || first <= region.begin || last >= region.end) {
    throw new PackError(
      file,
      1,
      `the mutant "${mutant.name}" is not inside the region of "${mutant.step}"`,
    );
  }
  const changed = unit.slice(0, at) + mutant.replace + unit.slice(at + mutant.find.length);
  return fill(changed, lesson.content.unit, new Set(lesson.regions.map((each) => each.step)));
}

export function jobsOf(lesson: LessonFolder, data: LessonData): Job[] {
  const steps = lesson.regions.map((region) => region.step);
  const filled = (keep: string[]) => fill(lesson.unit, lesson.content.unit, new Set(keep));
  return [
    { kind: 'reference', name: '', source: data.reference },
    { kind: 'starter', name: '', source: data.starter },
    ...steps.slice(0, -1).map((name, index): Job => ({
      kind: 'inOrder',
      name,
      source: filled(steps.slice(0, index + 1)),
    })),
    ...steps.slice(1).map((name): Job => ({ kind: 'alone', name, source: filled([name]) })),
    ...lesson.mutants.map((mutant): Job => ({
      kind: 'mutant',
      name: mutant.name,
      source: mutate(lesson, mutant),
    })),
    ...Object.entries(lesson.alternatives).map(([name, source]): Job => ({
      kind: 'alternative',
      name,
      source,
    })),
  ];
}

/** Names the compiler and the grader, whose change makes every remembered result worthless. */
export async function graderVersion(root: string, toolchain: Toolchain): Promise<string> {
  const folder = path.join(root, 'wasm/toolchain');
  const files = (await readdir(folder)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file))));
  return hashOf(JSON.stringify(toolchain), ...texts);
}

/** Grades one job, or remembers the result: the key names everything that decides it. */
export async function gradeJob(
  grader: () => Promise<Grader>,
  data: LessonData,
  job: Job,
  store: Pick<Store, 'remember'>,
  version: string,
): Promise<Graded> {
  const key = hashOf(version, JSON.stringify(data.link), JSON.stringify(data.tests), job.source);
  const bytes = await store.remember(`graded-${key}`, async () => {
    const options = { seed: SEED, limitSeconds: LIMIT_SECONDS, findPlaces: false };
    const grade = await (await grader()).grade(data, job.source, options);
    const graded: Graded = {
      verdict: grade.verdict,
      message: grade.message,
      steps: grade.steps.filter((step) => step.passed).map((step) => step.name),
      tests: grade.tests.map(({ name, verdict }) => ({ name, verdict })),
    };
    return new TextEncoder().encode(JSON.stringify(graded));
  });
  return JSON.parse(new TextDecoder().decode(bytes)) as Graded;
}

/** Holds the gradings of a lesson's jobs against the contract. */
export function judge(
  lesson: LessonFolder,
  data: LessonData,
  graded: Map<Job, Graded>,
): LessonReport {
  const breaches: string[] = [];
  const require = (holds: boolean, breach: string): boolean => {
    if (!holds) {
      breaches.push(breach);
    }
    return holds;
  };
  const of = (kind: Job['kind']) => [...graded].filter(([job]) => job.kind === kind);
  const one = (kind: Job['kind'], name: string) => of(kind).find(([job]) => job.name === name)?.[1];
  const steps = data.steps.map((step) => step.name);

  const reference = one('reference', '');
  const starter = one('starter', '');
  const compiled = starter !== undefined && starter.tests.length > 0;
  require(reference?.verdict === 'passed', `the reference must pass: ${reference?.message ?? ''}`);
  require(compiled, `the starter must compile: ${starter?.message ?? ''}`);
  require((starter?.steps ?? []).length === 0, 'the starter must earn no step');
  const lucky = starter?.tests.find((test) => test.verdict === 'passed');
  require(lucky === undefined, `the starter passes the test "${lucky?.name ?? ''}"`);

  const regions = steps.map((step, index) => {
    const filled = index === steps.length - 1 ? reference : one('inOrder', step);
    const alone = index === 0 ? one('inOrder', step) : one('alone', step);
    const expected = steps.slice(0, index + 1).join();
    const inOrder = filled?.steps.join() === expected;
    const earnsNoOther = alone !== undefined && alone.steps.every((earned) => earned === step);
    require(inOrder, `with the regions up to "${step}", the steps earned are ${filled?.steps.join(', ') || 'none'}`);
    require(earnsNoOther, `alone, "${step}" earns ${alone?.steps.join(', ') ?? '?'}`);
    return { step, inOrder, earnsNoOther };
  });

  const rows = lesson.mutants.map((mutant) => {
    const result = one('mutant', mutant.name);
    const failed = result?.tests.filter((test) => test.verdict !== 'passed') ?? [];
    const declared = failed.find((test) => test.name === mutant.killedBy);
    const named = `the mutant "${mutant.name}"`;
    require(data.tests.some(
      (test) => test.name === mutant.killedBy,
    ), `${named} names no test: "${mutant.killedBy}"`);
    require((result?.tests.length ?? 0) > 0, `${named} must compile: ${result?.message ?? ''}`);
    require(failed.length < (result?.tests.length ?? 0), `${named} passes no test at all`);
    require(declared?.verdict ===
      mutant.verdict, `${named} must end "${mutant.killedBy}" with ${mutant.verdict}, it ends with ${declared?.verdict ?? 'passed'}`);
    return { name: mutant.name, killedBy: failed.map((test) => test.name) };
  });
  const survivors = rows.filter((row) => row.killedBy.length === 0).map((row) => row.name);
  require(rows.length >=
    MUTANTS_NEEDED, `a lesson needs ${MUTANTS_NEEDED} mutants, it has ${rows.length}`);
  for (const test of data.tests) {
    const kills = rows.some((row) => row.killedBy.includes(test.name));
    require(kills, `the test "${test.name}" rejects no mutant`);
  }

  const alternatives = of('alternative');
  for (const [job, result] of alternatives) {
    require(result.verdict === 'passed', `alternatives/${job.name} must pass: ${result.message}`);
  }
  const total = alternatives.length;
  require(total >=
    ALTERNATIVES_NEEDED, `a lesson needs ${ALTERNATIVES_NEEDED} alternatives, it has ${total}`);

  return {
    lesson: data.slug,
    reference: reference?.verdict === 'passed',
    starter: { compiled, earned: starter?.steps ?? [] },
    regions,
    mutants: { killed: rows.length - survivors.length, total: rows.length, survivors, rows },
    alternatives: {
      accepted: alternatives.filter(([, result]) => result.verdict === 'passed').length,
      total,
    },
    // A stray file stops the packer before it comes to this.
    unused: [],
    breaches,
  };
}
