/**
 * Working on the course with one's own editor, compiler and debugger; see docs/native.md.
 *
 *   npm run my [export.tar]     makes or completes my/: an export's files, starters for the rest
 *   npm run my test [lesson]    builds a lesson, or all that were begun, from my/, and tests it
 *   npm run my milestone 1969-xor   trains a milestone on the units that have passed
 *   npm run my model file.ttm   says how good a model is that the page has saved
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type LessonFolder, readLessons } from '../wasm/pack/lessons.ts';
import { readMilestones } from '../wasm/pack/milestones.ts';
import { starterOf } from '../wasm/pack/starter.ts';
import { judge } from '../wasm/session/gate.ts';
import type { TestResult } from '../wasm/toolchain/types.ts';
import { readWork, WorkError } from '../web/src/progress/work.ts';
import { MyFolder, textOf } from './myFolder.ts';
import { build, configure, testNatively, testsOf } from './native.ts';
import { testModel, trainNatively, writeDigits } from './nativeExperiment.ts';

const MY = 'my';
const BUILD = 'build/my';
/** A training is not to take minutes, so it is built apart, optimised. */
const TRAINS = 'build/my-train';
const TEST_SECONDS = 10;
const USAGE = [
  'usage: npm run my [export.tar]',
  '       npm run my test [lesson] [-- --seed N]',
  '       npm run my milestone <milestone>',
  '       npm run my model <file.ttm>',
].join('\n');

/** Something to tell instead of a stack. */
class Told extends Error {}

const unitOf = (lesson: LessonFolder) => path.join(MY, lesson.content.unit);
const acceptedOf = (lesson: LessonFolder) => path.join(MY, 'accepted', lesson.content.unit);

async function make(lessons: LessonFolder[], file: string | undefined): Promise<number> {
  const bytes =
    file === undefined
      ? null
      : await readFile(file).catch((error: NodeJS.ErrnoException) => {
          throw new Told(`${file} cannot be read: ${error.code ?? error.message}`);
        });
  const records = bytes === null ? [] : readWork(bytes).records;
  const my = await MyFolder.open(MY);
  for (const lesson of lessons) {
    const { unit } = lesson.content;
    const record = records.find(({ slug }) => slug === lesson.slug);
    const text = record?.files[unit];
    if (text === undefined) await my.begin(unit, starterOf(lesson.unit, unit));
    else await my.bring(unit, text);
    if (typeof record?.accepted === 'string') {
      await my.bring(path.join('accepted', unit), record.accepted);
    }
  }
  await my.close();
  for (const { path: kept, copy } of my.conflicts) {
    console.log(`${kept} was changed here and stays; the export's is in ${copy}`);
  }
  const { made, renewed, conflicts } = my;
  console.log(
    `${MY}/: ${String(made)} made, ${String(renewed)} renewed, ${String(conflicts.length)} kept. ` +
      `Next: npm run my test ${lessons[0]?.slug ?? ''}`,
  );
  return 0;
}

/** Builds and runs one lesson's tests on the student's file. Gives back whether it passed. */
async function test(lessons: LessonFolder[], lesson: LessonFolder, seed: number) {
  const { steps } = lesson.content;
  const source = await textOf(unitOf(lesson));
  if (source === null) {
    throw new Told(`${unitOf(lesson)} does not exist. \`npm run my\` makes it.`);
  }
  const said = build(BUILD, `my_${lesson.slug}`);
  if (said !== null) {
    console.log(`${lesson.slug}: it could not be built.\n\n${said}`);
    return false;
  }
  const program = path.join(BUILD, 'wasm/runner', `my_${lesson.slug}`);
  const tests = await testsOf(program);
  const options = { seed, limitSeconds: TEST_SECONDS, path: unitOf(lesson), source };
  const results = await testNatively(program, tests, options);
  const passed = results.filter((result) => result.passed);
  const first = results.find((result) => !result.passed);
  console.log(`${lesson.slug}: ${String(passed.length)} of ${String(tests.length)} tests passed.`);
  const earned = steps.filter(({ name }) => {
    const ofStep = tests.filter((each) => each.step === name);
    return ofStep.every((each) => passed.some((result) => result.name === each.name));
  });
  console.log(`Steps earned: ${earned.map(({ name }) => name).join(', ') || 'none yet'}.`);
  if (first !== undefined) {
    printFailure(first);
    const index = String(tests.findIndex(({ name }) => name === first.name));
    console.log(`  in gdb    gdb --args ${program} --test ${index} ${String(seed)}`);
  } else {
    await mkdir(path.dirname(acceptedOf(lesson)), { recursive: true });
    await writeFile(acceptedOf(lesson), source);
  }
  await printProvenance(lessons, lesson);
  return first === undefined;
}

function printFailure({ step, name, message, expected, actual, location, output }: TestResult) {
  console.log(`\nFirst failure, in the step ${step}: ${name}\n  ${message}`);
  if (expected !== null) console.log(`  expected  ${expected}\n  got       ${actual ?? ''}`);
  if (location !== null) console.log(`  see       ${location.file}:${String(location.line)}`);
  if (output !== '') console.log(`  printed   ${output.trimEnd()}`);
}

/** Of a lesson's program: this lesson's unit and earlier ones. Without a lesson: all that passed. */
async function printProvenance(lessons: LessonFolder[], lesson: LessonFolder | null) {
  const own = lesson === null ? [] : [lesson.slug];
  const earlier = lesson === null ? lessons : lessons.slice(0, lessons.indexOf(lesson));
  for (const each of earlier) {
    if ((await textOf(acceptedOf(each))) !== null) own.push(each.slug);
  }
  console.log(`\nYours in this program: ${own.join(', ') || 'none'}. The rest is the reference.`);
}

/** Lessons whose file in my/ is not the starter any more. */
async function begun(lessons: LessonFolder[]): Promise<LessonFolder[]> {
  const texts = await Promise.all(lessons.map((lesson) => textOf(unitOf(lesson))));
  return lessons.filter(({ unit, content }, index) => {
    const text = texts[index] ?? null;
    return text !== null && text !== starterOf(unit, content.unit);
  });
}

async function testAll(lessons: LessonFolder[], slug: string | undefined, seed: number) {
  const known = lessons.map((lesson) => lesson.slug);
  if (slug !== undefined && !known.includes(slug)) {
    throw new Told(`there is no lesson "${slug}"; the lessons are ${known.join(', ')}`);
  }
  const chosen =
    slug === undefined ? await begun(lessons) : lessons.filter((lesson) => lesson.slug === slug);
  if (chosen.length === 0) throw new Told('No file in my/ was changed yet. See `npm run my`.');
  console.error('Building. The first time, the whole engine is compiled.');
  let failed = 0;
  for (const lesson of chosen) {
    // Again for every lesson: what has passed is linked into the next.
    const said = configure(BUILD);
    if (said !== null) throw new Told(said);
    failed += (await test(lessons, lesson, seed)) ? 0 : 1;
  }
  return failed === 0 ? 0 : 1;
}

/** Builds the program that trains on the units that have passed, and the file of digits. */
async function buildExperiment() {
  console.error('Building. The first time, the whole engine is compiled.');
  const said =
    configure(TRAINS, '-DCMAKE_BUILD_TYPE=RelWithDebInfo') ?? build(TRAINS, 'my_experiment');
  if (said !== null) throw new Told(said);
  const program = path.join(TRAINS, 'wasm/runner/my_experiment');
  return { program, digits: await writeDigits(TRAINS) };
}

async function milestone(lessons: LessonFolder[], slug: string): Promise<number> {
  const milestones = await readMilestones('.');
  const found = milestones.find((each) => each.slug === slug);
  if (found === undefined) {
    const known = milestones.map((each) => each.slug).join(', ');
    throw new Told(`there is no milestone "${slug}"; the milestones are ${known}`);
  }
  const { program, digits } = await buildExperiment();
  let failed = 0;
  for (const run of found.runs) {
    const model = path.join(TRAINS, `${slug}-${run.name}.ttm`);
    const told = await trainNatively(program, run.options, run.steps, model, digits);
    const { passed, reasons } = judge(run, told.quality, told.findings);
    console.log(`${passed ? 'passed' : 'not passed'}: ${run.title}`);
    console.log(`  ${(100 * told.quality.accuracy).toFixed(1)}% of the test examples are right`);
    for (const reason of reasons) console.log(`  ${reason}`);
    console.log(`  the model is in ${model}; the training ground opens it`);
    failed += passed ? 0 : 1;
  }
  await printProvenance(lessons, null);
  return failed === 0 ? 0 : 1;
}

async function model(file: string): Promise<number> {
  const { program, digits } = await buildExperiment();
  const { quality, lines } = await testModel(program, file, digits).catch((error: Error) => {
    throw new Told(`${file} cannot be used: ${error.message}`);
  });
  console.log(lines.filter((line) => !line.includes('\t')).join('\n'));
  const right = (100 * quality.accuracy).toFixed(1);
  console.log(`\n${right}% of ${String(quality.examples)} test examples are right.`);
  return 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string' } },
  });
  const [word, slug, ...more] = positionals;
  const seed = Number(values.seed ?? crypto.getRandomValues(new Uint16Array(1))[0]);
  const trains = word === 'milestone' || word === 'model';
  const isOdd = trains ? slug === undefined : word !== 'test' && slug !== undefined;
  if (more.length > 0 || isOdd || !Number.isInteger(seed)) {
    throw new Told(USAGE);
  }
  const lessons = await readLessons('.');
  if (slug !== undefined && word === 'milestone') return milestone(lessons, slug);
  if (slug !== undefined && word === 'model') return model(slug);
  return word === 'test' ? testAll(lessons, slug, seed) : make(lessons, word);
}

try {
  process.exit(await main());
} catch (error) {
  const code = (error as { code?: string }).code ?? '';
  if (error instanceof Told || error instanceof WorkError || code.startsWith('ERR_PARSE_ARGS')) {
    console.error((error as Error).message);
    process.exit(2);
  }
  throw error;
}
