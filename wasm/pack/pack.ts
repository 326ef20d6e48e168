/** Makes the packed course: what the page, the command line and the contract read. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { linkInputs } from '../toolchain/build.ts';
import { Compiler } from '../toolchain/compiler.ts';
import { compileCommand, pchCommand, type Profile, stdCommand } from '../toolchain/flags.ts';
import { Llvm, treeOf } from '../toolchain/llvm.ts';
import { nodeRunner } from '../toolchain/node.ts';
import { symbolsOf } from '../toolchain/objects.ts';
import { reported } from '../toolchain/outcome.ts';
import { baseName } from '../toolchain/rule.ts';
import type { Runner } from '../toolchain/runner.ts';
import type {
  CourseIndex,
  GivenPlan,
  LessonData,
  LessonSummary,
  LinkPlan,
  MilestoneData,
  MilestoneSummary,
  TestCase,
  Toolchain,
  TrainingAssets,
} from '../toolchain/types.ts';
import { makeDigits } from './digits.ts';
import { type LessonFolder, readLessons } from './lessons.ts';
import { readMilestones } from './milestones.ts';
import { PackError, referenceOf, starterOf } from './starter.ts';
import { hashOf, Store } from './store.ts';
import { compilerPackage, makeSysroot } from './sysroot.ts';
import { CompilerThreads } from './threads.ts';

export interface PackOptions {
  /** The repository, for the compiler's package, `std.h` and the runner. */
  root: string;
  /** The folder with `engine/` and `lessons/`; the repository, but for tests. */
  course: string;
  /** Where the packed course goes. */
  out: string;
  cache: string;
  say: (step: string) => void;
}

/** What makes a live program of a lesson's units, the exports first. */
const LIVE = {
  session: [
    ...['wasm/session/exports.cpp', 'wasm/session/room.cpp', 'engine/session.cpp'],
    ...['engine/scalar_session.cpp', 'engine/trace.cpp'],
  ],
  experiment: [
    ...['wasm/session/experiment_exports.cpp', 'wasm/session/room.cpp', 'engine/examine.cpp'],
    ...['engine/experiment.cpp', 'engine/data/digits.cpp', 'engine/trace.cpp'],
  ],
};

/** A course of fewer lessons is packed sooner than compilers are started. */
const LESSONS_WORTH_THREADS = 4;

/** What a lesson's files are compiled with: path -> text. */
interface Headers {
  unit: Record<string, string>;
  check: Record<string, string>;
}

const RUNNER = ['wasm/runner/check.cpp', 'wasm/runner/main.cpp'];

/** Waits for all, also if one fails: the others would write into a folder that is gone by then. */
async function all<Values extends readonly unknown[] | []>(promises: Values) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

function checkOf(lesson: LessonFolder): string {
  return `${lesson.folder}/check.cpp`;
}

class Packer {
  private compiler!: Compiler;
  private readonly store: Store;
  private runner: Runner = nodeRunner();
  private threads: CompilerThreads | null = null;
  /** Names what every object depends on besides its own text. */
  private base = '';

  constructor(private readonly options: PackOptions) {
    this.store = new Store(options.out, options.cache);
  }

  async pack(): Promise<CourseIndex> {
    const lessons = await readLessons(this.options.course);
    const toolchain = await this.packToolchain();
    const { out, cache, say } = this.options;
    const headers = await this.headersOfAll(lessons);
    if (lessons.length > LESSONS_WORTH_THREADS) {
      const module = await this.store.module(toolchain.llvm);
      this.threads = new CompilerThreads(availableParallelism(), { out, cache, toolchain, module });
      await this.compileAll(lessons, headers).finally(() => this.threads?.close());
    }
    this.threads = null;
    const summaries: LessonSummary[] = [];
    const units: LinkPlan['units'] = {};
    for (const lesson of lessons) {
      say(`lesson ${lesson.slug}`);
      const data = await this.packLesson(lesson, units, headers.get(lesson)!);
      await this.write(`lessons/${lesson.slug}.json`, data);
      const { slug, number, title, part, summary, steps } = data;
      summaries.push({ slug, number, title, part, summary, steps });
    }
    const training = await this.training(units, headers.get(lessons.at(-1)!)!.unit);
    const milestones = training === null ? [] : await this.milestones();
    const index: CourseIndex = { lessons: summaries, milestones, toolchain, training };
    await this.write('index.json', index);
    return index;
  }

  /** A unit may include the headers of all earlier ones, and of itself. */
  private async headersOfAll(lessons: LessonFolder[]): Promise<Map<LessonFolder, Headers>> {
    const all = new Map<LessonFolder, Headers>();
    const seen = new Set<string>();
    for (const lesson of lessons) {
      const { unit } = lesson.content;
      for (const header of Object.keys(await this.headersOf(unit, lesson.unit))) {
        seen.add(header);
      }
      const includes = [...seen].map((header) => `#include "${header}"`).join('\n');
      const known = await this.headersOf(unit, includes);
      const check = await this.headersOf(checkOf(lesson), lesson.check, { ...known });
      all.set(lesson, { unit: known, check });
    }
    return all;
  }

  /** Compiles everything side by side, for the cache: packing the lessons then only links. */
  private async compileAll(
    lessons: LessonFolder[],
    headers: Map<LessonFolder, Headers>,
  ): Promise<void> {
    const last = headers.get(lessons.at(-1)!)!;
    const units = new Set(lessons.map((lesson) => lesson.content.unit));
    await all([
      ...lessons.map((lesson) => this.compileLesson(lesson, headers.get(lesson)!)),
      this.givenSources(last.unit, units),
      this.live('session', last.unit),
      this.live('experiment', last.unit),
    ]);
  }

  private async compileLesson(lesson: LessonFolder, headers: Headers) {
    const { unit } = lesson.content;
    // Compiled with its marks, which are comments, so that an error has its line in the file.
    return all([
      this.object(unit, lesson.unit, headers.unit),
      this.object(checkOf(lesson), lesson.check, headers.check),
      this.given(unit, lesson.unit, headers.unit, true),
      this.object(unit, starterOf(lesson.unit, unit), headers.unit, 'grade'),
    ]);
  }

  private async write(name: string, data: unknown): Promise<void> {
    const file = path.join(this.options.out, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(data));
  }

  private text(file: string): Promise<string> {
    const root = file.startsWith('wasm/') ? this.options.root : this.options.course;
    return readFile(path.join(root, file), 'utf8');
  }

  private async packToolchain(): Promise<Toolchain> {
    const { root, say } = this.options;
    say('compiler');
    const wasm = (await readFile(
      path.join(compilerPackage(root), 'llvm.core.wasm'),
    )) as Buffer<ArrayBuffer>;
    const stdHeader = await readFile(path.join(root, 'wasm/pack/std.h'));
    const sysroot = await makeSysroot(root, stdHeader);
    const llvm = await this.store.put('llvm.wasm', wasm);
    const commands = [
      ...[pchCommand(), stdCommand()],
      ...(['grade', 'ours', 'train', 'scalar'] as const).map((each) => compileCommand('', each)),
    ];
    this.base = hashOf(llvm.path, sysroot, stdHeader, JSON.stringify(commands));
    const make = (command: string[], given: Record<string, Uint8Array>, made: string) =>
      this.store.remember(`${made}-${this.base}`, async () => {
        say(`standard library: ${made}`);
        const compiler = new Llvm(await this.store.module(llvm), treeOf(sysroot));
        const output = await compiler.run(command, { 'std.h': stdHeader, ...given });
        const file = output.files.read(made);
        if (output.code !== 0 || file === null) {
          throw new Error(`${made} could not be made: ${output.stderr}`);
        }
        return file;
      });
    const pch = await make(pchCommand(), {}, 'std.pch');
    const std = await make(stdCommand(), { 'std.pch': pch }, 'out.o');
    const toolchain = {
      llvm,
      sysroot: await this.store.put('sysroot.tar', sysroot),
      pch: await this.store.put('std.pch', pch),
      std: await this.store.put('std.o', std),
    };
    this.compiler = await Compiler.load(toolchain, this.store);
    return toolchain;
  }

  /** Compiles one of our own files; an error in it stops the build. */
  private async object(
    file: string,
    text: string,
    headers: Record<string, string>,
    profile: Profile = 'ours',
  ): Promise<Uint8Array> {
    const key = hashOf(this.base, profile, file, text, JSON.stringify(headers));
    return this.store.remember(`object-${key}`, async () => {
      this.options.say(`  ${file}`);
      const compiler = this.threads ?? this.compiler;
      const source = { path: file, text, headers };
      const { object, diagnostics } = await compiler.compile(source, profile);
      if (object === null) {
        const [first] = diagnostics.filter((each) => each.severity === 'error');
        const at = first?.location;
        throw new PackError(at?.file ?? file, at?.line ?? 1, first?.message ?? 'does not compile');
      }
      return object;
    });
  }

  /** Compiles one of our own files to be graded with and, where it is worth it, to train with. */
  private async given(
    file: string,
    text: string,
    headers: Record<string, string>,
    trains: boolean,
  ): Promise<GivenPlan> {
    const { name } = path.parse(file);
    const object = await this.store.put(`${name}.o`, await this.object(file, text, headers));
    if (!trains) {
      return { object, train: object };
    }
    const train = await this.object(file, text, headers, 'train');
    return { object, train: await this.store.put(`${name}-train.o`, train) };
  }

  /** The project's headers that a file includes, directly or not. */
  private async headersOf(
    file: string,
    text: string,
    found: Record<string, string> = {},
  ): Promise<Record<string, string>> {
    for (const { 1: header = '', index } of text.matchAll(/^[ \t]*#include "([^"]+)"/gm)) {
      if (!(header in found)) {
        found[header] = await this.text(header).catch(() => {
          const line = text.slice(0, index).split('\n').length;
          throw new PackError(file, line, `it includes ${header}, which does not exist`);
        });
        await this.headersOf(header, found[header], found);
      }
    }
    return found;
  }

  private async packLesson(
    lesson: LessonFolder,
    units: LinkPlan['units'],
    known: Headers,
  ): Promise<LessonData> {
    const { content, slug } = lesson;
    const headers = known.unit;
    const [unit, check, plan] = await this.compileLesson(lesson, known);
    const starter = starterOf(lesson.unit, content.unit);
    const reference = referenceOf(lesson.unit, content.unit);
    units[slug] = {
      ...plan,
      file: content.unit,
      defines: await this.declarations(unit, headers),
      headers: Object.keys(headers),
    };
    const link: LinkPlan = {
      units: { ...units },
      given: await this.givenSources(
        headers,
        new Set(Object.values(units).map((each) => each.file)),
      ),
      check: await this.store.put(`${slug}-check.o`, check),
      session: await this.live('session', headers),
      experiment: await this.live('experiment', headers),
    };
    const { tests, measures } = await this.manifest(lesson, link);
    const data = {
      ...{ slug, number: lesson.number, title: content.title, part: content.part },
      ...{ summary: content.summary, steps: content.steps, unit: content.unit },
      ...{ starter, reference, headers, example: lesson.example },
      ...{ sections: content.sections, tests, measures, link },
    };
    return { ...data, version: hashOf(JSON.stringify(data)) };
  }

  /** Strong symbols of the unit, each with the line of the header that declares it. */
  private async declarations(
    unit: Uint8Array,
    headers: Record<string, string>,
  ): Promise<Record<string, string>> {
    const strong = symbolsOf(unit).filter((each) => each.defined && each.binding === 'strong');
    const names = await this.compiler.demangle(strong.map((each) => each.name));
    const text = Object.values(headers)
      .join('\n')
      .replace(/\/\/.*$/gm, '');
    return Object.fromEntries(
      strong.map((symbol, index) => {
        const demangled = names[index] ?? symbol.name;
        const base = baseName(demangled).replace(/\W/g, '\\$&');
        const declarations = [
          ...text.matchAll(new RegExp(`^[^\\n(){};]*(?<![\\w:])${base}\\([^;{]*(?=[;{])`, 'gm')),
        ];
        const [only] = declarations;
        const unique = only !== undefined && declarations.length === 1;
        return [symbol.name, unique ? only[0].replace(/\s+/g, ' ').trim() : demangled];
      }),
    );
  }

  /** Engine sources that belong to no lesson and whose headers are known by now, and the runner. */
  private async givenSources(
    headers: Record<string, string>,
    units: Set<string>,
  ): Promise<GivenPlan[]> {
    const plans: Promise<GivenPlan>[] = [];
    for (const header of Object.keys(headers)) {
      const source = header.replace(/\.h$/, '.cpp');
      const exists = await this.text(source).then(
        () => true,
        () => false,
      );
      if (exists && !units.has(source)) {
        // Only what it includes: then later lessons need not compile it again.
        const text = await this.text(source);
        plans.push(this.given(source, text, await this.headersOf(source, text), true));
      }
    }
    for (const file of RUNNER) {
      const text = await this.text(file);
      plans.push(this.given(file, text, await this.headersOf(file, text), false));
    }
    return all(plans);
  }

  /** The sources of a live program, or null as long as they include what no lesson has made yet. */
  private async live(
    kind: keyof typeof LIVE,
    headers: Record<string, string>,
  ): Promise<GivenPlan[] | null> {
    const sources = LIVE[kind];
    const own = new Set(sources.map((source) => source.replace(/\.cpp$/, '.h')));
    const texts = await Promise.all(
      sources.map((source) => this.text(source).catch(() => null)), // a test's course has none
    );
    if (texts.includes(null)) {
      return null;
    }
    const plans: GivenPlan[] = [];
    for (const [index, source] of sources.entries()) {
      const text = texts[index] ?? '';
      const needed = await this.headersOf(source, text);
      const known = (header: string) => header in headers || own.has(header);
      if (!Object.keys(needed).every(known)) {
        return null;
      }
      // The exports only pass on what the engine does.
      const trains = kind === 'experiment' && source.startsWith('engine/');
      plans.push(await this.given(source, text, needed, trains));
    }
    return plans;
  }

  private async milestones(): Promise<MilestoneSummary[]> {
    const summaries: MilestoneSummary[] = [];
    for (const { slug, story, runs } of await readMilestones(this.options.course)) {
      this.options.say(`milestone ${slug}`);
      const { year, title, summary, sections } = story;
      const data = { slug, year, title, summary, sections, runs };
      const version = hashOf(JSON.stringify(data));
      await this.write(`milestones/${slug}.json`, { ...data, version } satisfies MilestoneData);
      summaries.push({ slug, year, title, summary });
    }
    return summaries;
  }

  /** What experiments need, or null as long as the lessons do not suffice for one. */
  private async training(
    units: LinkPlan['units'],
    headers: Record<string, string>,
  ): Promise<TrainingAssets | null> {
    const parts = await this.live('experiment', headers);
    if (parts === null) {
      return null;
    }
    this.options.say('experiment and digits');
    const files = new Set(Object.values(units).map((each) => each.file));
    const given = await this.givenSources(headers, files);
    const [last, ...others] = parts.map((each) => each.train);
    const inputs = [...others, ...linkInputs({ units, given }, {}, last!, 'train')];
    const { program, diagnostics } = await this.compiler.link(inputs);
    if (program === null) {
      const message = diagnostics[0]?.message ?? 'cannot be linked';
      throw new PackError('engine/experiment.cpp', 1, message);
    }
    const { root } = this.options;
    const maker = await readFile(path.join(root, 'wasm/pack/digits.ts'));
    const { all: every, few } = await makeDigits(root, (name, make) =>
      this.store.remember(`digits-${name}-${hashOf(maker)}`, make),
    );
    return {
      program: await this.store.put('experiment.wasm', program),
      digits: await this.store.put('digits.bin', every),
      fewDigits: await this.store.put('digits-few.bin', few),
    };
  }

  /** Asks the linked reference program which tests it has. */
  private async manifest(
    lesson: LessonFolder,
    link: LinkPlan,
  ): Promise<{ tests: TestCase[]; measures: string[] }> {
    const file = checkOf(lesson);
    const linked = await this.compiler.link(linkInputs(link, {}, link.check));
    if (linked.program === null) {
      throw new PackError(file, 1, linked.diagnostics[0]?.message ?? 'cannot be linked');
    }
    const request = { kind: 'list', index: 0, seed: 1, stacks: false } as const;
    const outcome = await this.runner.run(linked.program, request, { limitSeconds: 30 });
    if (reported(outcome, 'end') !== 'passed') {
      throw new PackError(
        file,
        1,
        `its tests cannot be listed: ${outcome.ending} ${outcome.detail}`,
      );
    }
    const values = (key: string) =>
      outcome.events.filter(([name]) => name === key).map(([, value]) => value);
    const steps = values('step');
    const tests = values('test').map((name, index) => ({ name, step: steps[index] ?? '' }));
    const measures = values('measure');
    this.checkManifest(lesson, tests, measures, file);
    return { tests, measures };
  }

  private checkManifest(
    lesson: LessonFolder,
    tests: TestCase[],
    measures: string[],
    file: string,
  ): void {
    const lineOf = (text: string) =>
      Math.max(1, lesson.check.split('\n').findIndex((line) => line.includes(`"${text}"`)) + 1);
    const steps = lesson.regions.map((region) => region.step);
    for (const [index, test] of tests.entries()) {
      if (!steps.includes(test.step)) {
        throw new PackError(
          file,
          lineOf(test.name),
          `the step "${test.step}" is not one of ${steps.join(', ')}`,
        );
      }
      if (tests.findIndex((each) => each.name === test.name) !== index) {
        throw new PackError(file, lineOf(test.name), `two tests are called "${test.name}"`);
      }
    }
    const order = tests.map((test) => steps.indexOf(test.step));
    const early = tests.find((_, index) => (order[index] ?? 0) < (order[index - 1] ?? 0));
    if (early !== undefined) {
      throw new PackError(
        file,
        lineOf(early.name),
        'the tests must stand in the order of the steps',
      );
    }
    const untested = steps.find((step) => !tests.some((test) => test.step === step));
    if (untested !== undefined) {
      throw new PackError(file, 1, `the step "${untested}" has no test`);
    }
    const [asked, given] = [lesson.content.measures, measures];
    const odd = [...asked, ...given].find((name) => !asked.includes(name) || !given.includes(name));
    if (odd !== undefined) {
      throw new PackError(
        file,
        lineOf(odd),
        `the measure "${odd}" must stand in check.cpp and in lesson.md`,
      );
    }
  }
}

/** Packs the course from scratch, but for what the cache remembers. A failure keeps the old one. */
export async function pack(options: PackOptions): Promise<CourseIndex> {
  const fresh = `${options.out}.${String(process.pid)}`;
  try {
    const index = await new Packer({ ...options, out: fresh }).pack();
    await rm(options.out, { recursive: true, force: true });
    await rename(fresh, options.out);
    return index;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
