import { baseName } from './rule.ts';
import type { Profile } from './flags.ts';
import type { Compiler } from './compiler.ts';
import { endingOf, reported, resultOf } from './outcome.ts';
import type { Outcome, RunRequest } from './program.ts';
import type {
  Asset,
  Diagnostic,
  Frame,
  Grade,
  LessonData,
  LinkPlan,
  Location,
  TestCase,
  TestResult,
  UnitPlan,
  Verdict,
} from './types.ts';

/** The compiler's calls, wherever it lives. */
export type CompilerCalls = Pick<
  Compiler,
  'compile' | 'check' | 'rule' | 'link' | 'demangle' | 'symbolize'
>;

/** Runs programs in a place that can be killed. */
export interface Runner {
  run(program: Uint8Array, request: RunRequest, options: RunOptions): Promise<Outcome>;
}

export interface RunOptions {
  limitSeconds: number;
  signal?: AbortSignal;
  onOutput?: (text: string) => void;
}

export interface GradeOptions {
  /** Accepted units of earlier lessons, by lesson name. */
  studentUnits?: Record<string, string>;
  signal?: AbortSignal;
  seed?: number;
  /** Seconds one test may take. */
  limitSeconds?: number;
  onTest?: (test: TestResult) => void;
  onPhase?: (phase: 'compiling' | 'linking' | 'running') => void;
}

export const TEST_SECONDS = 10;

type Objects = Record<string, Uint8Array>;

class Clock {
  readonly seconds = { compile: 0, link: 0, run: 0 };

  async time<T>(part: keyof Clock['seconds'], work: Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work;
    this.seconds[part] += (performance.now() - started) / 1000;
    return result;
  }
}

/** Ends a grading early, with the verdict it has so far. */
class Settled extends Error {
  constructor(readonly grade: Partial<Grade> & { verdict: Verdict; message: string }) {
    super(grade.message);
  }
}

function planOf(lesson: LessonData, name: string): UnitPlan {
  const plan = lesson.link.units[name];
  if (plan === undefined) {
    const known = Object.keys(lesson.link.units).join(', ');
    throw new Error(`${name} is not a unit of the lesson ${lesson.slug}; its units are ${known}`);
  }
  return plan;
}

function headersOf(lesson: LessonData, plan: UnitPlan): Record<string, string> {
  return Object.fromEntries(plan.headers.map((path) => [path, lesson.headers[path] ?? '']));
}

/** One map decides what a program is made of: reference objects, replaced by the student's. */
export function linkInputs(
  plan: LinkPlan,
  student: Objects,
  last: (Asset | Uint8Array)[],
): (Asset | Uint8Array)[] {
  const units = Object.entries(plan.units).map(([name, unit]) => student[name] ?? unit.object);
  return [...units, ...plan.given, ...last];
}

/** Grades one unit. Every way a student's program can end is a value here, never an exception. */
export class Grader {
  constructor(
    private readonly compiler: CompilerCalls,
    private readonly runner: Runner,
  ) {}

  async grade(lesson: LessonData, source: string, options: GradeOptions = {}): Promise<Grade> {
    const units = { ...options.studentUnits, [lesson.slug]: source };
    const seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
    const clock = new Clock();
    const empty: Grade = {
      lesson: lesson.slug,
      verdict: 'cancelled',
      message: 'Stopped.',
      steps: lesson.steps.map(({ name }) => ({ name, passed: false })),
      tests: [],
      diagnostics: [],
      missing: [],
      blame: null,
      provenance: Object.keys(lesson.link.units).filter((name) => name in units),
      seconds: clock.seconds,
    };
    try {
      return { ...empty, ...(await this.settle(lesson, units, { ...options, seed }, clock)) };
    } catch (error) {
      if (error instanceof Settled) {
        return { ...empty, ...error.grade };
      }
      if (options.signal?.aborted === true) {
        return empty;
      }
      throw error;
    }
  }

  private async settle(
    lesson: LessonData,
    units: Record<string, string>,
    options: GradeOptions,
    clock: Clock,
  ): Promise<Partial<Grade>> {
    options.onPhase?.('compiling');
    const diagnostics: Diagnostic[] = [];
    const objects = await this.compileUnits(lesson, units, clock, diagnostics);

    options.signal?.throwIfAborted();
    options.onPhase?.('linking');
    const inputs = linkInputs(lesson.link, objects, [lesson.link.check]);
    const linked = await clock.time('link', this.compiler.link(inputs));
    diagnostics.push(...linked.diagnostics);
    if (linked.program === null) {
      const message = linked.diagnostics[0]?.message ?? 'The program could not be linked.';
      throw new Settled({ verdict: 'compileError', message, diagnostics });
    }

    options.onPhase?.('running');
    const tests = await clock.time('run', this.runTests(lesson, units, linked.program, options));
    const steps = lesson.steps.map(({ name }) => ({
      name,
      passed: tests.filter((test) => test.step === name).every((test) => test.passed),
    }));
    const first = tests.find((test) => !test.passed);
    const blame =
      first === undefined || Object.keys(objects).length < 2
        ? null
        : await this.findBlame(lesson, objects, first, options);
    return { ...summarize(tests, first, blame), steps, tests, diagnostics, blame };
  }

  private async compileUnits(
    lesson: LessonData,
    units: Record<string, string>,
    clock: Clock,
    diagnostics: Diagnostic[],
  ): Promise<Objects> {
    const objects: Objects = {};
    for (const [name, text] of Object.entries(units)) {
      const plan = planOf(lesson, name);
      const blame = name === lesson.slug ? null : name;
      const unit = { path: plan.file, text, headers: headersOf(lesson, plan) };
      const compiled = await clock.time('compile', this.compiler.compile(unit, 'grade'));
      diagnostics.push(...compiled.diagnostics);
      if (compiled.object === null) {
        const message = firstError(compiled.diagnostics);
        throw new Settled({ verdict: 'compileError', message, diagnostics, blame });
      }
      const report = await clock.time('compile', this.compiler.rule(compiled.object, plan, text));
      if (report.diagnostics.length > 0) {
        diagnostics.push(...report.diagnostics);
        const { missing, forged } = report;
        const verdict = forged ? 'forged' : missing.length > 0 ? 'missing' : 'compileError';
        const message = firstError(report.diagnostics);
        throw new Settled({ verdict, message, diagnostics, missing, blame });
      }
      objects[name] = compiled.object;
    }
    return objects;
  }

  private async runTests(
    lesson: LessonData,
    units: Record<string, string>,
    program: Uint8Array,
    options: GradeOptions,
  ): Promise<TestResult[]> {
    const limitSeconds = options.limitSeconds ?? TEST_SECONDS;
    const seed = options.seed ?? 1;
    const plan = planOf(lesson, lesson.slug);
    const results: TestResult[] = [];
    const builds = new Map<Profile, Promise<Uint8Array | null>>();
    let hung = false;
    const located = new Set<string>();
    for (const [index, test] of lesson.tests.entries()) {
      options.signal?.throwIfAborted();
      if (hung) {
        results.push(notRun(test));
        continue;
      }
      const request: RunRequest = { kind: 'test', index, seed, stacks: false };
      const limits = { limitSeconds, ...(options.signal && { signal: options.signal }) };
      const outcome = await this.runner.run(program, request, limits);
      let result = resultOf(outcome, test, limitSeconds, plan.file, units[lesson.slug] ?? '');
      if (outcome.ending === 'cancelled') {
        options.signal?.throwIfAborted();
      }
      hung = result.verdict === 'timeout';
      if (NEEDS_LINE.has(result.verdict) && located.has(test.step)) {
        result = { ...result, message: `${result.message} ${SEE_FIRST}` };
      } else if (NEEDS_LINE.has(result.verdict)) {
        located.add(test.step);
        const profile = hung ? 'loops' : 'lines';
        const building =
          builds.get(profile) ?? this.buildWith(profile, lesson, units, [lesson.link.check]);
        builds.set(profile, building);
        const debug = await building;
        if (debug !== null) {
          result = await this.locate(result, debug, request, limits, units, lesson);
        }
      }
      results.push(result);
      options.onTest?.(result);
    }
    return results;
  }

  /** The same program with line numbers, or null. Only made after a crash or a time-out. */
  private async buildWith(
    profile: Profile,
    lesson: LessonData,
    units: Record<string, string>,
    last: (Asset | Uint8Array)[],
  ): Promise<Uint8Array | null> {
    const objects: Objects = {};
    for (const [name, text] of Object.entries(units)) {
      const plan = planOf(lesson, name);
      const unit = { path: plan.file, text, headers: headersOf(lesson, plan) };
      const { object } = await this.compiler.compile(unit, profile);
      if (object === null) {
        return null;
      }
      objects[name] = object;
    }
    return (await this.compiler.link(linkInputs(lesson.link, objects, last))).program;
  }

  /** Runs a crashed test again with line numbers and says where and why it stopped. */
  private async locate(
    result: TestResult,
    program: Uint8Array,
    request: RunRequest,
    limits: RunOptions,
    units: Record<string, string>,
    lesson: LessonData,
  ): Promise<TestResult> {
    const patient = { ...limits, limitSeconds: SLOWDOWN * limits.limitSeconds };
    const outcome = await this.runner.run(program, { ...request, stacks: true }, patient);
    if (result.verdict === 'timeout' && outcome.ending !== 'timeout') {
      return result;
    }
    const files = new Set(Object.keys(units).map((name) => planOf(lesson, name).file));
    const place = await this.placeOf(outcome, program, files);
    return { ...result, ...describe(result.message, place), stack: place.stack };
  }

  async placeOf(outcome: Outcome, program: Uint8Array, files: Set<string>): Promise<Place> {
    const frames = await this.compiler.symbolize(program, outcome.stack);
    const type = reported(outcome, 'type');
    const [typeName = null] =
      type === undefined ? [] : await this.compiler.demangle([`_ZTS${type}`]);
    const stack = frames.filter(
      (frame) =>
        files.has(frame.location?.file ?? '') && !frame.function.startsWith('__clang_trap'),
    );
    const trap = frames.find((frame) => frame.function.startsWith('__clang_trap_msg'));
    return {
      stack,
      location: stack[0]?.location ?? null,
      function: stack[0]?.function ?? null,
      reason: reasonOf(outcome, trap === undefined ? null : libraryText(trap.function), stack),
      type: typeName?.replace(/^typeinfo name for /, '') ?? null,
    };
  }

  /** Runs a failing test with the reference in place of each earlier student unit. */
  private async findBlame(
    lesson: LessonData,
    objects: Objects,
    failed: TestResult,
    options: GradeOptions,
  ): Promise<string | null> {
    const index = lesson.tests.findIndex((test) => test.name === failed.name);
    const request: RunRequest = { kind: 'test', index, seed: options.seed ?? 1, stacks: false };
    const limitSeconds = options.limitSeconds ?? TEST_SECONDS;
    for (const name of Object.keys(lesson.link.units)) {
      if (name === lesson.slug || !(name in objects)) {
        continue;
      }
      const others = Object.fromEntries(Object.entries(objects).filter(([each]) => each !== name));
      const inputs = linkInputs(lesson.link, others, [lesson.link.check]);
      const { program } = await this.compiler.link(inputs);
      if (program !== null) {
        const outcome = await this.runner.run(program, request, { limitSeconds });
        if (endingOf(outcome, failed.name, limitSeconds).verdict === 'passed') {
          return name;
        }
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
    try {
      const objects = await this.compileUnits(lesson, units, new Clock(), []);
      const inputs = linkInputs(lesson.link, objects, [lesson.link.check]);
      const { program, diagnostics } = await this.compiler.link(inputs);
      if (program === null) {
        return { message: diagnostics[0]?.message ?? 'The program could not be linked.' };
      }
      const index = lesson.measures.indexOf(name);
      const request: RunRequest = { kind: 'measure', index, seed: 1, stacks: false };
      const outcome = await this.runner.run(program, request, { limitSeconds: TEST_SECONDS });
      const ending = endingOf(outcome, name, TEST_SECONDS);
      return ending.verdict === 'passed'
        ? { value: Number(reported(outcome, 'value')) }
        : { message: ending.message };
    } catch (error) {
      if (error instanceof Settled) {
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
    const diagnostics: Diagnostic[] = [];
    const nowhere = { location: null, stack: [] };
    try {
      const objects = await this.compileUnits(lesson, units, new Clock(), diagnostics);
      const unit = { path: EXAMPLE, text: example, headers: lesson.headers };
      const compiled = await this.compiler.compile(unit, 'grade');
      diagnostics.push(...compiled.diagnostics);
      if (compiled.object === null) {
        const message = firstError(compiled.diagnostics);
        return { verdict: 'compileError', message, diagnostics, ...nowhere };
      }
      const linked = await this.compiler.link(linkInputs(lesson.link, objects, [compiled.object]));
      diagnostics.push(...linked.diagnostics);
      if (linked.program === null) {
        const message = firstError(linked.diagnostics);
        return { verdict: 'compileError', message, diagnostics, ...nowhere };
      }
      const limitSeconds = options.limitSeconds ?? TEST_SECONDS;
      const request: RunRequest = { kind: 'main', index: 0, seed: 1, stacks: false };
      const limits = { ...options, limitSeconds };
      const outcome = await this.runner.run(linked.program, request, limits);
      const ending = endingOf(outcome, 'main', limitSeconds);
      const end = { verdict: ending.verdict, message: ending.message, diagnostics, ...nowhere };
      if (!NEEDS_LINE.has(ending.verdict)) {
        return end;
      }
      const profile = ending.verdict === 'timeout' ? 'loops' : 'lines';
      const main = await this.compiler.compile(unit, profile);
      const program =
        main.object === null ? null : await this.buildWith(profile, lesson, units, [main.object]);
      if (program === null) {
        return end;
      }
      const again = await this.runner.run(program, { ...request, stacks: true }, { limitSeconds });
      const files = new Set([
        EXAMPLE,
        ...Object.keys(units).map((name) => planOf(lesson, name).file),
      ]);
      const place = await this.placeOf(again, program, files);
      return { ...end, ...describe(end.message, place), stack: place.stack };
    } catch (error) {
      if (error instanceof Settled) {
        const { verdict, message } = error.grade;
        return { verdict, message, diagnostics, ...nowhere };
      }
      if (options.signal?.aborted === true) {
        return { verdict: 'cancelled', message: 'Stopped.', diagnostics, ...nowhere };
      }
      throw error;
    }
  }
}

export const EXAMPLE = 'example.cpp';

/** How a program behind the Run button ended. */
export interface ProgramEnd {
  verdict: Verdict;
  message: string;
  diagnostics: Diagnostic[];
  location: Location | null;
  stack: Frame[];
}

interface Place {
  stack: Frame[];
  location: Location | null;
  function: string | null;
  /** A better reason than the trap's own words, or null. */
  reason: string | null;
  /** The type of an uncaught exception. */
  type: string | null;
}

/** How much longer an unoptimized program may run to come to the same place. */
const SLOWDOWN = 5;

/** Only one stop in each step is looked up: the others have the same cause more often than not. */
const SEE_FIRST = 'The first stopped test of this step shows the line.';

/** Endings whose line is worth a second run. */
const NEEDS_LINE = new Set<Verdict>([
  'crashed',
  'timeout',
  'incomplete',
  'outOfMemory',
  'tooMuchOutput',
]);

/** `__clang_trap_msg$libc++$file:line: ... failed: vector[] index out of bounds` -> its last words. */
function libraryText(trap: string): string {
  return (trap.split('$').at(-1) ?? trap).replace(/^.*failed: /s, '').trim();
}

function reasonOf(outcome: Outcome, libraryText: string | null, stack: Frame[]): string | null {
  if (outcome.ending !== 'trap') {
    return null;
  }
  if (libraryText !== null) {
    return `The standard library stopped the program: ${libraryText}.`;
  }
  const [first] = stack;
  const depth = stack.filter((frame) => frame.function === first?.function).length;
  if (depth >= 8) {
    return 'The calls went too deep: a function calls itself without an end.';
  }
  if (/\b(abort|terminate)/.test(outcome.stack)) {
    return 'The program was ended by std::terminate or abort: an exception may have left a noexcept function.';
  }
  if (/unreachable/i.test(outcome.detail) && first !== undefined) {
    return 'A null pointer or an empty reference was used.';
  }
  return null;
}

function describe(message: string, place: Place): Partial<TestResult> {
  const reason =
    place.type === null
      ? (place.reason ?? message)
      : message.replace('an exception', `an exception of type \`${place.type}\``);
  if (place.location === null) {
    return { message: reason };
  }
  const { file, line } = place.location;
  const where = `Stopped at ${file}:${String(line)} in \`${baseName(place.function ?? '?')}\`. `;
  return { message: where + reason, location: place.location };
}

function notRun(test: TestCase): TestResult {
  return {
    ...{ name: test.name, step: test.step, passed: false, verdict: 'cancelled' },
    message: 'Not run: an earlier test did not end.',
    ...{ expected: null, actual: null, location: null, stack: [], output: '' },
  };
}

function firstError(diagnostics: Diagnostic[]): string {
  const first = diagnostics.find((each) => each.severity === 'error');
  if (first === undefined) {
    return 'The file could not be compiled.';
  }
  const at = first.location;
  return at === null
    ? first.message
    : `${at.file}:${String(at.line)}:${String(at.column ?? 1)}: ${first.message}`;
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
