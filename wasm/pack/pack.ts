/** Makes the packed course: what the page, the command line and the contract read. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  TestCase,
  Toolchain,
} from '../toolchain/types.ts';
import { type LessonFolder, readLessons } from './lessons.ts';
import { PackError, referenceOf, starterOf } from './starter.ts';
import { hashOf, Store } from './store.ts';
import { compilerPackage, makeSysroot } from './sysroot.ts';

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

const RUNNER = ['wasm/runner/check.cpp', 'wasm/runner/main.cpp'];

class Packer {
  private compiler!: Compiler;
  private readonly store: Store;
  private runner: Runner = nodeRunner();
  /** Names what every object depends on besides its own text. */
  private base = '';

  constructor(private readonly options: PackOptions) {
    this.store = new Store(options.out, options.cache);
  }

  async pack(): Promise<CourseIndex> {
    const lessons = await readLessons(this.options.course);
    const toolchain = await this.packToolchain();
    const summaries: LessonSummary[] = [];
    const units: LinkPlan['units'] = {};
    const seen = new Set<string>();
    for (const lesson of lessons) {
      this.options.say(`lesson ${lesson.slug}`);
      const data = await this.packLesson(lesson, units, seen);
      await this.write(`lessons/${lesson.slug}.json`, data);
      const { slug, number, title, part, summary, steps } = data;
      summaries.push({ slug, number, title, part, summary, steps });
    }
    const index = { lessons: summaries, toolchain };
    await this.write('index.json', index);
    return index;
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
      ...[compileCommand('', 'grade'), compileCommand('', 'ours')],
      compileCommand('', 'train'),
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
      const { object, diagnostics } = await this.compiler.compile(
        { path: file, text, headers },
        profile,
      );
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
    seen: Set<string>,
  ): Promise<LessonData> {
    const { content, slug } = lesson;
    for (const header of Object.keys(await this.headersOf(content.unit, lesson.unit))) {
      seen.add(header);
    }
    const all = [...seen].map((header) => `#include "${header}"`).join('\n');
    const headers = await this.headersOf(content.unit, all);
    const checkFile = `${lesson.folder}/check.cpp`;
    const checkHeaders = await this.headersOf(checkFile, lesson.check, { ...headers });
    const starter = starterOf(lesson.unit, content.unit);
    const reference = referenceOf(lesson.unit, content.unit);

    // Compiled with its marks, which are comments, so that an error has its line in the file.
    const unit = await this.object(content.unit, lesson.unit, headers);
    await this.object(content.unit, starter, headers, 'grade');
    const check = await this.object(checkFile, lesson.check, checkHeaders);
    units[slug] = {
      ...(await this.given(content.unit, lesson.unit, headers, true)),
      file: content.unit,
      defines: await this.declarations(unit, headers),
      headers: Object.keys(headers),
    };
    const link: LinkPlan = {
      units: { ...units },
      given: await this.givenSources(headers, units),
      check: await this.store.put(`${slug}-check.o`, check),
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
    units: LinkPlan['units'],
  ): Promise<GivenPlan[]> {
    const lessonFiles = new Set(Object.values(units).map((unit) => unit.file));
    const plans: GivenPlan[] = [];
    for (const header of Object.keys(headers)) {
      const source = header.replace(/\.h$/, '.cpp');
      const exists = await this.text(source).then(
        () => true,
        () => false,
      );
      if (exists && !lessonFiles.has(source)) {
        // Only what it includes: then later lessons need not compile it again.
        const text = await this.text(source);
        plans.push(await this.given(source, text, await this.headersOf(source, text), true));
      }
    }
    for (const file of RUNNER) {
      const text = await this.text(file);
      plans.push(await this.given(file, text, await this.headersOf(file, text), false));
    }
    return plans;
  }

  /** Asks the linked reference program which tests it has. */
  private async manifest(
    lesson: LessonFolder,
    link: LinkPlan,
  ): Promise<{ tests: TestCase[]; measures: string[] }> {
    const file = `${lesson.folder}/check.cpp`;
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
