import type { Compiler } from './compiler.ts';
import type { Profile } from './flags.ts';
import type {
  Asset,
  Diagnostic,
  GivenPlan,
  Grade,
  LessonData,
  LinkPlan,
  UnitPlan,
  Verdict,
} from './types.ts';

/** The compiler's calls, wherever it lives. */
export type CompilerCalls = Pick<
  Compiler,
  'compile' | 'check' | 'complete' | 'rule' | 'link' | 'demangle' | 'symbolize'
>;

/** A file that cannot become a program, and whose fault it is. */
export class Refused extends Error {
  constructor(
    readonly verdict: Verdict,
    message: string,
    readonly missing: string[] = [],
    /** The earlier student unit that is refused, by lesson name. */
    readonly blame: string | null = null,
  ) {
    super(message);
  }
}

/** What a student brings: units by lesson name, and perhaps a program of their own to run them. */
export interface Work {
  lesson: LessonData;
  units: Record<string, string>;
  /** The text of `example.cpp`; without it the lesson's hidden tests are linked. */
  example?: string;
}

export const EXAMPLE = 'example.cpp';

/** What a student's units can be driven by, in a program that is no test. */
export type Live = 'session' | 'experiment';

export type Objects = Record<string, Uint8Array>;

/** Seconds spent, by part. */
export class Clock {
  readonly seconds: Grade['seconds'] = { compile: 0, link: 0, run: 0 };

  async time<T>(part: keyof Grade['seconds'], work: Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work;
    this.seconds[part] += (performance.now() - started) / 1000;
    return result;
  }
}

export function planOf(lesson: LessonData, name: string): UnitPlan {
  const plan = lesson.link.units[name];
  if (plan === undefined) {
    const known = Object.keys(lesson.link.units).join(', ');
    throw new Error(`${name} is not a unit of the lesson ${lesson.slug}; its units are ${known}`);
  }
  return plan;
}

/** The files that are the student's own, by path. */
export function filesOf({ lesson, units, example }: Work): Set<string> {
  const files = Object.keys(units).map((name) => planOf(lesson, name).file);
  return new Set(example === undefined ? files : [...files, EXAMPLE]);
}

function firstError(diagnostics: Diagnostic[], otherwise: string): string {
  const first = diagnostics.find((each) => each.severity === 'error');
  const at = first?.location;
  const place = at ? `${at.file}:${String(at.line)}:${String(at.column ?? 1)}: ` : '';
  return first === undefined ? otherwise : place + first.message;
}

/** One map decides what a program is made of: reference objects, replaced by the student's. */
export function linkInputs(
  plan: Pick<LinkPlan, 'units' | 'given'>,
  student: Objects,
  last: Asset | Uint8Array,
  kind: keyof GivenPlan = 'object',
): (Asset | Uint8Array)[] {
  const units = Object.entries(plan.units).map(([name, unit]) => student[name] ?? unit[kind]);
  return [...units, ...plan.given.map((each) => each[kind]), last];
}

/** Makes programs from a student's work. Collects what the compiler says on the way. */
export class Build {
  readonly diagnostics: Diagnostic[] = [];
  readonly clock = new Clock();

  constructor(private readonly compiler: CompilerCalls) {}

  /** Compiles the units and, if there is one, the example. Throws `Refused`. */
  async compile(work: Work, profile: Profile = 'grade'): Promise<Objects> {
    const objects: Objects = {};
    for (const [name, text] of Object.entries(work.units)) {
      objects[name] = await this.unit(work.lesson, name, text, profile);
    }
    if (work.example !== undefined) {
      const source = { path: EXAMPLE, text: work.example, headers: work.lesson.headers };
      objects[EXAMPLE] = await this.object(source, profile, null);
    }
    return objects;
  }

  private async unit(
    lesson: LessonData,
    name: string,
    text: string,
    profile: Profile,
  ): Promise<Uint8Array> {
    const plan = planOf(lesson, name);
    const blame = name === lesson.slug ? null : name;
    const headers = plan.headers.map((path) => [path, lesson.headers[path] ?? '']);
    const source = { path: plan.file, text, headers: Object.fromEntries(headers) };
    const object = await this.object(source, profile, blame);
    const report = await this.clock.time('compile', this.compiler.rule(object, plan, source));
    if (report.diagnostics.length > 0) {
      this.diagnostics.push(...report.diagnostics);
      const { missing, forged } = report;
      const verdict = forged ? 'forged' : missing.length > 0 ? 'missing' : 'compileError';
      const message = firstError(report.diagnostics, 'The file breaks a rule.');
      throw new Refused(verdict, message, missing, blame);
    }
    return object;
  }

  private async object(
    source: Parameters<CompilerCalls['compile']>[0],
    profile: Profile,
    blame: string | null,
  ): Promise<Uint8Array> {
    const compiled = await this.clock.time('compile', this.compiler.compile(source, profile));
    this.diagnostics.push(...compiled.diagnostics);
    if (compiled.object === null) {
      const message = firstError(compiled.diagnostics, 'The file could not be compiled.');
      throw new Refused('compileError', message, [], blame);
    }
    return compiled.object;
  }

  /** Links compiled work with the reference units for the rest. Throws `Refused`. */
  async link(lesson: LessonData, objects: Objects): Promise<Uint8Array> {
    const last = objects[EXAMPLE] ?? lesson.link.check;
    return this.linked(linkInputs(lesson.link, objects, last));
  }

  /** Links a live program of compiled work: see wasm/session. Throws `Refused`. */
  async linkLive(lesson: LessonData, kind: Live, objects: Objects): Promise<Uint8Array> {
    const parts = lesson.link[kind];
    if (parts === null) {
      throw new Error(`The units of ${lesson.slug} do not suffice for a live ${kind}.`);
    }
    const [last, ...others] = parts.map((each) => each.train);
    return this.linked([...others, ...linkInputs(lesson.link, objects, last!, 'train')]);
  }

  private async linked(inputs: (Asset | Uint8Array)[]): Promise<Uint8Array> {
    const { program, diagnostics } = await this.clock.time('link', this.compiler.link(inputs));
    this.diagnostics.push(...diagnostics);
    if (program === null) {
      const message = firstError(diagnostics, 'The program could not be linked.');
      throw new Refused('compileError', message);
    }
    return program;
  }
}
