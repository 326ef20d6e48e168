/**
 * `npm run same [-- --some] [lesson...]`: holds the native way of working against the page. Every
 * reference, starter, alternative and mutant of a lesson must end each test natively as it does in
 * WebAssembly, but for the differences listed in same.yaml. With --some only a few mutants of each
 * lesson: one for every way in which mutants end.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gradeJob, type Graded, graderVersion, type Job, jobsOf } from '../wasm/pack/contract.ts';
import { type LessonFolder, readLessons } from '../wasm/pack/lessons.ts';
import { hashOf, Store } from '../wasm/pack/store.ts';
import type { Grader } from '../wasm/toolchain/grade.ts';
import { Course } from '../wasm/toolchain/node.ts';
import type { LessonData } from '../wasm/toolchain/types.ts';
import { build, configure, testNatively } from './native.ts';
import { type Difference, differencesOf, nameOf, readListed, surprises } from './sameness.ts';

const COURSE = 'build/course';
const CACHE = 'build/cache';
const BUILD = 'build/same';
const LISTED = 'scripts/same.yaml';
/** As the contract's. */
const LIMIT_SECONDS = 3;
const SEED = 1;

const exec = promisify(execFile);

const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();

const objectsBelow = async (folder: string) =>
  (await filesBelow(folder)).filter((file) => file.endsWith('.cpp.o'));

/** What is built once: the engine, the runner and the lessons' tests, as for a student's my/. */
class NativeLessons {
  private built = false;

  private constructor(
    private readonly lessons: LessonFolder[],
    private readonly commands: { command: string; directory: string; file: string }[],
    /** Names all that decides how a unit ends, besides the unit and its lesson. */
    readonly version: string,
  ) {}

  static async open(lessons: LessonFolder[]): Promise<NativeLessons> {
    // Of an empty my/, so that every unit is the reference; no lines for a debugger.
    const empty = `-DTINYTORCH_MY=${path.resolve(BUILD, 'empty')}`;
    const said = configure(BUILD, empty, '-DCMAKE_CXX_FLAGS_DEBUG=');
    if (said !== null) throw new Error(said);
    const commands = JSON.parse(await readFile(`${BUILD}/compile_commands.json`, 'utf8')) as [];
    const texts: string[] = [];
    for (const source of ['engine', 'wasm/runner']) texts.push(...(await filesBelow(source)));
    texts.push('CMakeLists.txt', 'wasm/pack/std.h', 'scripts/native.ts');
    const read = await Promise.all(texts.map((file) => readFile(file, 'utf8')));
    const compiler = await exec('c++', ['--version']);
    return new NativeLessons(lessons, commands, hashOf(compiler.stdout, ...texts, ...read));
  }

  lesson(folder: LessonFolder): NativeLesson {
    const { slug, check } = folder;
    const entry = this.commands.find(({ command }) => command.includes(`/unit_${slug}.dir/`));
    if (entry === undefined) throw new Error(`CMake does not know the unit of ${slug}`);
    const command = entry.command.replace(/ -o \S+ -c \S+$/, '');
    const key = hashOf(this.version, command.replaceAll(process.cwd(), ''), check);
    let base: Promise<string> | null = null;
    return {
      ...{ key, command, directory: entry.directory },
      base: () => (base ??= this.baseOf(folder)),
    };
  }

  /** Everything of a lesson's program but its unit, in one object. */
  private async baseOf({ slug, content }: LessonFolder): Promise<string> {
    if (!this.built) {
      const checks = this.lessons.map((lesson) => `check_${lesson.slug}`);
      const said = build(BUILD, 'tinytorch', 'runner', ...checks);
      if (said !== null) throw new Error(said);
      this.built = true;
    }
    const folder = `${BUILD}/engine/CMakeFiles/tinytorch.dir`;
    const reference = `${content.unit.replace(/^engine/, folder)}.o`;
    const rest = [
      ...(await objectsBelow(folder)).filter((object) => object !== reference),
      ...(await objectsBelow(`${BUILD}/wasm/runner/CMakeFiles/runner.dir`)),
      ...(await objectsBelow(`${BUILD}/wasm/runner/CMakeFiles/check_${slug}.dir`)),
    ];
    const base = `${BUILD}/${slug}.o`;
    await exec('ld', ['-r', ...rest, '-o', base]);
    return base;
  }
}

interface NativeLesson {
  key: string;
  command: string;
  directory: string;
  base: () => Promise<string>;
}

/** Compiles, links and tests one unit. */
async function gradeNatively(
  lesson: NativeLesson,
  data: LessonData,
  job: Job,
): Promise<Graded['tests']> {
  const folder = await mkdirFresh(path.resolve(BUILD, 'units', hashOf(data.slug, job.source)));
  const [unit, object, program] = ['unit.cpp', 'unit.o', 'program'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  const base = await lesson.base();
  await writeFile(unit, job.source);
  try {
    const compile = `${lesson.command} -o ${object} -c ${unit}`;
    await exec('sh', ['-c', compile], { cwd: lesson.directory, maxBuffer: 1 << 26 });
    await exec('c++', [object, base, '-o', program]);
  } catch {
    await rm(folder, { recursive: true });
    return [];
  }
  const options = { seed: SEED, limitSeconds: LIMIT_SECONDS, path: data.unit, source: job.source };
  const results = await testNatively(program, data.tests, options);
  await rm(folder, { recursive: true });
  return data.tests.map(({ name }, index) => ({
    name,
    verdict: results[index]?.verdict ?? 'cancelled',
  }));
}

async function mkdirFresh(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

const KINDS: Job['kind'][] = ['reference', 'starter', 'alternative', 'mutant'];

function chosenJobs(folder: LessonFolder, data: LessonData, some: boolean): Job[] {
  const verdicts = folder.mutants.map((mutant) => mutant.verdict);
  const few = new Set(
    folder.mutants
      .filter(({ verdict }, index) => verdicts.indexOf(verdict) === index)
      .map(({ name }) => name),
  );
  return jobsOf(folder, data).filter(
    ({ kind, name }) => KINDS.includes(kind) && (!some || kind !== 'mutant' || few.has(name)),
  );
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { some: { type: 'boolean', default: false } },
  });
  const all = await readLessons('.');
  const folders = all.filter(({ slug }) => positionals.length === 0 || positionals.includes(slug));
  const course = await Course.open(COURSE);
  const store = new Store(COURSE, CACHE);
  const version = await graderVersion('.', course.index.toolchain);
  const listed = readListed(await readFile(LISTED, 'utf8'), LISTED);
  const native = await NativeLessons.open(folders);
  // Each has a compiler of its own, made when the contract has not graded the same before.
  const graders: (Promise<Grader> | undefined)[] = [];
  let faults = 0;
  for (const folder of folders) {
    const started = performance.now();
    const data = await course.lesson(folder.slug);
    const jobs = chosenJobs(folder, data, values.some);
    const lesson = native.lesson(folder);
    const found: Difference[] = [];
    const open = [...jobs];
    const work = async (_: unknown, each: number) => {
      const grader = () => (graders[each] ??= course.grader());
      for (let job = open.shift(); job !== undefined; job = open.shift()) {
        const { source } = job;
        const key = `native-${hashOf(lesson.key, JSON.stringify(data.tests), source)}`;
        const remembered = await store.remember(key, async () =>
          new TextEncoder().encode(JSON.stringify(await gradeNatively(lesson, data, job))),
        );
        const here = JSON.parse(new TextDecoder().decode(remembered)) as Graded['tests'];
        const page = await gradeJob(grader, data, job, store, version);
        found.push(...differencesOf(folder.slug, job, page.tests, here));
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, work));
    const ran = new Set(jobs.map(nameOf));
    const words = surprises(
      found,
      listed.filter(({ lesson: slug, file }) => slug === folder.slug && ran.has(file)),
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const tests = jobs.length * data.tests.length;
    console.log(
      `same ${folder.slug}: ${words.length === 0 ? 'holds' : 'BROKEN'}, ` +
        `${String(jobs.length)} units, ${String(tests)} verdicts, ` +
        `${String(found.length)} differences (${seconds} s)`,
    );
    for (const word of words) console.log(`  ${word}`);
    faults += words.length;
  }
  return faults === 0 ? 0 : 1;
}

process.exit(await main());
