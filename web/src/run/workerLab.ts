import {
  Build,
  type CompilerCalls,
  type Live,
  type Objects,
  Refused,
} from '../../../wasm/toolchain/build.ts';
import { type GradeOptions as ToolchainOptions, Grader } from '../../../wasm/toolchain/grade.ts';
import { type ProgramWorker, WorkerRunner } from '../../../wasm/toolchain/runner.ts';
import type {
  Completion,
  CourseIndex,
  Diagnostic,
  Grade,
  LessonData,
  Toolchain,
} from '../../../wasm/toolchain/types.ts';
import { Latest } from './latest.ts';
import { type ObjectStore, Kept } from './objectStore.ts';
import type {
  GradeOptions,
  Lab,
  Linked,
  Measured,
  Place,
  Progress,
  RunOptions,
  RunResult,
} from './lab.ts';

/** A compiler in a worker of its own. */
export interface CompilerHost {
  calls: CompilerCalls;
  load(
    toolchain: Toolchain,
    base: string,
    onProgress: (doneBytes: number, totalBytes: number) => void,
  ): Promise<void>;
  terminate(): void;
}

/** How often the reference unit is compiled ahead of the student, while they read. */
const WARM_UPS = 5;

/** A compilation that takes longer will not end: its worker is replaced. */
const COMPILE_SECONDS = 60;

/** A student who has passed reads on for a while: long enough to compile their unit once more. */
const ACCEPT_AFTER_MS = 3000;

/** The lab over two workers: one that compiles and stays, one that runs programs and may be killed. */
export class WorkerLab implements Lab {
  private host: CompilerHost | null = null;
  private ready: Promise<void> | null = null;
  private report: (progress: Progress) => void = () => undefined;
  /** Calls of the student that wait for the compiler; warming up steps aside for them. */
  private waiting = 0;
  /** Gradings, runs and measurements under way: completion keeps out of their way. */
  private jobs = 0;
  private readonly completions = new Latest();
  private readonly runner: WorkerRunner;
  private readonly objects: Kept;

  constructor(
    private readonly base: string,
    private readonly createHost: () => CompilerHost,
    createProgramWorker: () => ProgramWorker,
    objects: ObjectStore,
  ) {
    this.runner = new WorkerRunner(createProgramWorker);
    this.objects = new Kept(objects);
  }

  prepare(onProgress: (progress: Progress) => void): Promise<void> {
    this.report = onProgress;
    this.ready ??= this.load(onProgress).catch((error: unknown) => {
      this.drop();
      throw error;
    });
    return this.ready;
  }

  private drop(): void {
    this.host?.terminate();
    this.host = null;
    this.ready = null;
  }

  private async load(onProgress: (progress: Progress) => void): Promise<void> {
    const bytes = { doneBytes: 0, totalBytes: 0 };
    const index = await this.json<CourseIndex>('index.json');
    const host = this.createHost();
    this.host = host;
    let loading = true; // a lesson's own files come later, and then the compiler is ready
    await host.load(index.toolchain, this.base, (doneBytes, totalBytes) => {
      if (!loading) return;
      Object.assign(bytes, { doneBytes, totalBytes });
      onProgress({ state: doneBytes === totalBytes ? 'unpacking' : 'downloading', ...bytes });
    });
    loading = false;
    onProgress({ state: 'warming', ...bytes });
    const [first] = index.lessons;
    if (first !== undefined) {
      const lesson = await this.json<LessonData>(`lessons/${first.slug}.json`);
      await this.warm(host, lesson);
      void this.keepWarming(host, lesson);
    }
    onProgress({ state: 'ready', ...bytes });
  }

  private async json<T>(path: string): Promise<T> {
    const response = await fetch(`${this.base}course/${path}`);
    if (!response.ok) {
      throw new Error(`${path} could not be loaded: the server said ${response.status}.`);
    }
    return (await response.json()) as T;
  }

  /** One grading of the reference: the browser turns the parts of the compiler it uses into fast code. */
  private async warm(host: CompilerHost, lesson: LessonData): Promise<void> {
    this.runner.prepare();
    await new Grader(host.calls, this.runner).grade(lesson, lesson.reference);
  }

  private async keepWarming(host: CompilerHost, lesson: LessonData): Promise<void> {
    const unit = { path: lesson.unit, text: lesson.reference, headers: lesson.headers };
    for (let round = 1; round < WARM_UPS && this.host === host; round++) {
      if (this.waiting === 0) {
        await host.calls.compile(unit, 'grade').catch(() => undefined);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (this.host === host && this.waiting === 0) {
      // The names of `std` take a second to list, once.
      const question = { path: 'std.cpp', text: 'std::', headers: {} };
      await host.calls.complete(question, 1, question.text.length + 1).catch(() => undefined);
    }
  }

  /** The compiler's calls, which give up when the student stops or when one will not end. */
  private calls(signal?: AbortSignal): CompilerCalls {
    const guard =
      <Arguments extends unknown[], Result>(
        call: (...given: Arguments) => Promise<Result>,
      ): ((...given: Arguments) => Promise<Result>) =>
      async (...given) => {
        this.waiting++;
        try {
          return await this.endOrStop(call(...given), signal);
        } finally {
          this.waiting--;
        }
      };
    const { calls } = this.hostNow();
    return {
      compile: guard((source, profile) => calls.compile(source, profile)),
      check: guard((source) => calls.check(source)),
      complete: guard((source, line, column) => calls.complete(source, line, column)),
      rule: guard((object, plan, source) => calls.rule(object, plan, source)),
      link: guard((objects) => calls.link(objects)),
      demangle: guard((names) => calls.demangle(names)),
      symbolize: guard((program, stack) => calls.symbolize(program, stack)),
    };
  }

  private hostNow(): CompilerHost {
    if (this.host === null) {
      throw new Error('The compiler is not loaded. Reload the page to load it again.');
    }
    return this.host;
  }

  private endOrStop<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(new DOMException('Stopped.', 'AbortError'));
      const timer = setTimeout(() => {
        this.drop();
        this.report({ state: 'stopped', doneBytes: 0, totalBytes: 0 });
        reject(new Error(`The compiler did not end within ${COMPILE_SECONDS} s and was stopped.`));
      }, COMPILE_SECONDS * 1000);
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      };
      signal?.addEventListener('abort', stop);
      work.then(resolve, reject).finally(settle);
    });
  }

  /** Does a job of the student's. A completion that waits gives way to it. */
  private async job<T>(
    signal: AbortSignal | undefined,
    work: (grader: Grader) => Promise<T>,
  ): Promise<T> {
    this.completions.drop();
    this.jobs++;
    try {
      return await work(new Grader(this.calls(signal), this.runner));
    } finally {
      this.jobs--;
    }
  }

  check(lesson: LessonData, source: string): Promise<Diagnostic[]> {
    return this.calls().check({ path: lesson.unit, text: source, headers: lesson.headers });
  }

  async complete(
    { headers }: LessonData,
    { path, text, line, column }: Place,
    signal: AbortSignal,
  ): Promise<Completion[] | null> {
    if (this.host === null || this.jobs > 0) {
      return null;
    }
    const ask = () => this.calls().complete({ path, text, headers }, line, column);
    return this.completions.run(ask, signal);
  }

  grade(lesson: LessonData, source: string, options: GradeOptions): Promise<Grade> {
    const given: ToolchainOptions = options;
    return this.job(options.signal, (grader) => grader.grade(lesson, source, given));
  }

  run(
    lesson: LessonData,
    source: string,
    example: string,
    options: RunOptions,
  ): Promise<RunResult> {
    const units = { ...options.studentUnits, [lesson.slug]: source };
    const { signal, onOutput } = options;
    return this.job(signal, (grader) => grader.run(lesson, units, example, { signal, onOutput }));
  }

  live(
    lesson: LessonData,
    kind: Live,
    units: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Linked> {
    return this.job(signal, async () => {
      const build = new Build(this.calls(signal));
      try {
        const objects: Objects = {};
        for (const [slug, text] of Object.entries(units)) {
          objects[slug] = await this.object(build, lesson, slug, text);
        }
        return { program: await build.linkLive(lesson, kind, objects) };
      } catch (error) {
        if (error instanceof Refused) return { message: error.message };
        throw error;
      }
    });
  }

  /** Gives a unit compiled to train with, as it was compiled before or as it is compiled now. */
  private object(build: Build, lesson: LessonData, slug: string, text: string) {
    return this.objects.get(lesson, slug, text, async () => {
      const compiled = await build.compile({ lesson, units: { [slug]: text } }, 'train');
      return compiled[slug]!;
    });
  }

  accept(lesson: LessonData, source: string): void {
    setTimeout(() => {
      if (this.host === null || this.jobs > 0) return; // then it is compiled when it is needed
      const build = new Build(this.host.calls);
      this.object(build, lesson, lesson.slug, source).catch(() => undefined);
    }, ACCEPT_AFTER_MS);
  }

  measure(lesson: LessonData, source: string, name: string): Promise<Measured> {
    return this.job(undefined, (grader) => grader.measure(lesson, { [lesson.slug]: source }, name));
  }
}
