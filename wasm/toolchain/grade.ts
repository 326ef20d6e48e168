import { Build, type CompilerCalls, type Objects, planOf, Refused, type Work } from './build.ts';
import { endingOf, reported, resultOf } from './outcome.ts';
import { Locator, STOPPED } from './place.ts';
import type { RunRequest } from './program.ts';
import type { RunOptions, Runner } from './runner.ts';
import type {
  Diagnostic,
  Frame,
  Grade,
  LessonData,
  Location,
  TestCase,
  TestResult,
  Verdict,
} from './types.ts';

export interface GradeOptions {
  /** Accepted units of earlier lessons, by lesson name. */
  studentUnits?: Record<string, string>;
  signal?: AbortSignal;
  seed?: number;
  /** Seconds one test may take. */
  limitSeconds?: number;
  /** False where nobody reads at which line a program stopped: it takes longer than the grading. */
  findPlaces?: boolean;
  onTest?: (test: TestResult) => void;
  onPhase?: (phase: 'compiling' | 'linking' | 'running') => void;
}

export const TEST_SECONDS = 10;

/** How a program behind the Run button ended. */
export interface ProgramEnd {
  verdict: Verdict;
  message: string;
  diagnostics: Diagnostic[];
  location: Location | null;
  stack: Frame[];
}

/** One grading's settings, complete. */
type Settings = GradeOptions & { seed: number; limitSeconds: number };

/** Grades one unit. Every way a student's program can end is a value here, never an exception. */
export class Grader {
  constructor(
    private readonly compiler: CompilerCalls,
    private readonly runner: Runner,
  ) {}

  async grade(lesson: LessonData, source: string, options: GradeOptions = {}): Promise<Grade> {
    const work = { lesson, units: { ...options.studentUnits, [lesson.slug]: source } };
    const build = new Build(this.compiler);
    const seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
    const settings = { limitSeconds: TEST_SECONDS, ...options, seed };
    const empty: Grade = {
      lesson: lesson.slug,
      verdict: 'cancelled',
      message: 'Stopped.',
      steps: lesson.steps.map(({ name }) => ({ name, passed: false })),
      tests: [],
      diagnostics: build.diagnostics,
      missing: [],
      blame: null,
      provenance: Object.keys(lesson.link.units).filter((name) => name in work.units),
      seconds: build.clock.seconds,
    };
    try {
      return { ...empty, ...(await this.settle(work, build, settings)) };
    } catch (error) {
      if (error instanceof Refused) {
        const { verdict, message, missing, blame } = error;
        return { ...empty, verdict, message, missing, blame };
      }
      if (options.signal?.aborted === true) {
        return { ...empty, diagnostics: [] };
      }
      throw error;
    }
  }

  private async settle(work: Work, build: Build, options: Settings): Promise<Partial<Grade>> {
    const { lesson } = work;
    options.onPhase?.('compiling');
    const objects = await build.compile(work);
    options.signal?.throwIfAborted();
    options.onPhase?.('linking');
    const program = await build.link(lesson, objects);
    options.onPhase?.('running');
    const tests = await build.clock.time('run', this.runTests(work, program, options));
    const steps = lesson.steps.map(({ name }) => ({
      name,
      passed: tests.filter((test) => test.step === name).every((test) => test.passed),
    }));
    const first = tests.find((test) => !test.passed);
    const blame =
      first === undefined ? null : await this.findBlame(lesson, objects, first, options);
    return { ...summarize(tests, first, blame), steps, tests, blame };
  }

  private async runTests(
    work: Work,
    program: Uint8Array,
    options: Settings,
  ): Promise<TestResult[]> {
    const { lesson, units } = work;
    const { signal, limitSeconds, seed } = options;
    const locator = new Locator(this.compiler, this.runner, work, program);
    const limits = { limitSeconds, ...(signal && { signal }) };
    const results: TestResult[] = [];
    const located = new Set<string>();
    for (const [index, test] of lesson.tests.entries()) {
      signal?.throwIfAborted();
      if (results.at(-1)?.verdict === 'timeout' || results.at(-1)?.verdict === 'cancelled') {
        results.push(notRun(test));
        continue;
      }
      const request: RunRequest = { kind: 'test', index, seed, stacks: false };
      const outcome = await this.runner.run(program, request, limits);
      signal?.throwIfAborted();
      const { file } = planOf(lesson, lesson.slug);
      const result = resultOf(outcome, test, limitSeconds, file, units[lesson.slug] ?? '');
      if (STOPPED.has(result.verdict) && options.findPlaces !== false) {
        const isFirst = !located.has(test.step);
        located.add(test.step);
        Object.assign(
          result,
          isFirst
            ? await locator.find(result, request, limits)
            : { message: `${result.message} ${SEE_FIRST}` },
        );
      }
      results.push(result);
      options.onTest?.(result);
    }
    return results;
  }

  /** Runs a failing test with the reference in place of each earlier student unit. */
  private async findBlame(
    lesson: LessonData,
    objects: Objects,
    failed: TestResult,
    { seed, limitSeconds }: Settings,
  ): Promise<string | null> {
    const index = lesson.tests.findIndex((test) => test.name === failed.name);
    const request: RunRequest = { kind: 'test', index, seed, stacks: false };
    const earlier = Object.keys(lesson.link.units).filter((each) => each !== lesson.slug);
    for (const name of earlier.filter((each) => each in objects)) {
      const others = Object.fromEntries(Object.entries(objects).filter(([each]) => each !== name));
      const program = await new Build(this.compiler).link(lesson, others);
      const outcome = await this.runner.run(program, request, { limitSeconds });
      if (endingOf(outcome, failed.name, limitSeconds).verdict === 'passed') {
        return name;
      }
    }
    return null;
  }

  /** The count behind a "predict, then measure" card, from the student's own unit. */
  async measure(
    lesson: LessonData,
    units: Record<string, string>,
    name: string,
  ): Promise<{ value: number } | { message: string }> {
    const build = new Build(this.compiler);
    try {
      const program = await build.link(lesson, await build.compile({ lesson, units }));
      const index = lesson.measures.indexOf(name);
      const request: RunRequest = { kind: 'measure', index, seed: 1, stacks: false };
      const outcome = await this.runner.run(program, request, { limitSeconds: TEST_SECONDS });
      const ending = endingOf(outcome, name, TEST_SECONDS);
      return ending.verdict === 'passed'
        ? { value: Number(reported(outcome, 'value')) }
        : { message: ending.message };
    } catch (error) {
      if (error instanceof Refused) {
        return { message: error.message };
      }
      throw error;
    }
  }

  /** Compiles, links and runs the lesson's example program on the student's units. */
  async run(
    lesson: LessonData,
    units: Record<string, string>,
    example: string,
    options: Omit<RunOptions, 'limitSeconds'> & { limitSeconds?: number },
  ): Promise<ProgramEnd> {
    const work = { lesson, units, example };
    const build = new Build(this.compiler);
    const { diagnostics } = build;
    const nowhere = { diagnostics, location: null, stack: [] };
    try {
      const program = await build.link(lesson, await build.compile(work));
      const limitSeconds = options.limitSeconds ?? TEST_SECONDS;
      const request: RunRequest = { kind: 'main', index: 0, seed: 1, stacks: false };
      const outcome = await this.runner.run(program, request, { ...options, limitSeconds });
      const { verdict, message } = endingOf(outcome, 'main', limitSeconds);
      const quiet = { limitSeconds, ...(options.signal && { signal: options.signal }) };
      const locator = new Locator(this.compiler, this.runner, work, program);
      const stop = STOPPED.has(verdict)
        ? await locator.find({ verdict, message }, request, quiet)
        : null;
      return { verdict, message, ...nowhere, ...stop };
    } catch (error) {
      if (error instanceof Refused) {
        return { verdict: error.verdict, message: error.message, ...nowhere };
      }
      if (options.signal?.aborted === true) {
        return { verdict: 'cancelled', message: 'Stopped.', ...nowhere };
      }
      throw error;
    }
  }
}

/** Only one stop in each step is looked up: the others have the same cause more often than not. */
const SEE_FIRST = 'The first stopped test of this step shows the line.';

function notRun(test: TestCase): TestResult {
  return {
    ...{ name: test.name, step: test.step, passed: false, verdict: 'cancelled' },
    message: 'Not run: an earlier test did not end.',
    ...{ expected: null, actual: null, location: null, stack: [], output: '' },
  };
}

function summarize(
  tests: TestResult[],
  first: TestResult | undefined,
  blame: string | null,
): { verdict: Verdict; message: string } {
  if (first === undefined) {
    return { verdict: 'passed', message: `All ${String(tests.length)} tests passed.` };
  }
  const passed = tests.filter((test) => test.passed).length;
  const count = `${String(passed)} of ${String(tests.length)} tests passed.`;
  const cause =
    blame === null
      ? ''
      : ` The cause is your earlier unit \`${blame}\`: with the reference unit in its place this test passes.`;
  return {
    verdict: first.verdict,
    message: `${count} First failure: ${first.name}. ${first.message}${cause}`,
  };
}
