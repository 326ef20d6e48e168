import type { ExperimentOptions } from '../session/experiment.ts';

/** The words that the packer, the toolchain, the command line and the page share. */

/** How a test, or a whole grading, ended. */
export type Verdict =
  | 'passed'
  | 'failed'
  | 'compileError'
  | 'missing'
  | 'crashed'
  | 'timeout'
  | 'outOfMemory'
  | 'tooMuchOutput'
  | 'incomplete'
  | 'forged'
  | 'cancelled';

/** One C++ file and the headers it may include, path -> text. */
export interface Source {
  path: string;
  text: string;
  headers: Record<string, string>;
}

/** A place in a file. Lines and columns count from 1; columns are UTF-16 units, as editors count. */
export interface Location {
  file: string;
  line: number;
  column?: number;
}

/** One message of the compiler, the linker or the symbol rule. */
export interface Diagnostic {
  severity: 'error' | 'warning' | 'note';
  message: string;
  /** Null when the message belongs to no line, as a linker's does. */
  location: (Location & { endLine?: number; endColumn?: number }) | null;
  notes?: Diagnostic[];
  /** What the compiler would change. On a note it is one of several ways. */
  fix?: Edit[];
  /** The same in plain words, for a reader who knows Python. */
  hint?: string;
}

/** One replacement in a file. Places count as a `Location` does; an insertion ends where it begins. */
export interface Edit {
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  text: string;
}

/** A name that may stand at a place of the student's file. */
export interface Completion {
  name: string;
  kind: 'function' | 'variable' | 'type' | 'namespace' | 'keyword' | 'file';
  /** As declared, one for each overload: `std::int64_t numel(const Shape &shape)`. */
  signatures: string[];
  /** The doc comment's first paragraph, or nothing. */
  comment: string;
}

/** One call on the stack of a crash, innermost first. */
export interface Frame {
  function: string;
  location: Location | null;
}

export interface TestResult {
  name: string;
  step: string;
  passed: boolean;
  verdict: Verdict;
  /** What happened, for the student: the call, what was wrong with it, the idea to look at. */
  message: string;
  expected: string | null;
  actual: string | null;
  location: Location | null;
  stack: Frame[];
  /** What the program printed while the test ran. */
  output: string;
}

export interface Grade {
  lesson: string;
  verdict: Verdict;
  /** One sentence that names the thing to fix, or says that all is well. */
  message: string;
  steps: { name: string; passed: boolean }[];
  tests: TestResult[];
  diagnostics: Diagnostic[];
  /** Functions that the unit must define and does not, as C++ declarations. */
  missing: string[];
  /** The earlier student unit that causes the failure, by lesson name. */
  blame: string | null;
  /** Which linked units were the student's, by lesson name. */
  provenance: string[];
  seconds: { compile: number; link: number; run: number };
}

/** A graded test as the packer found it in the lesson's check. */
export interface TestCase {
  name: string;
  step: string;
}

/** A file of the packed course, named by content: it never changes under its name. */
export interface Asset {
  /** Path below the course's folder, such as `files/std-0f3a.pch`. */
  path: string;
  /** Bytes on disk, uncompressed. */
  bytes: number;
  /** Bytes that travel, where the built page holds it compressed too. */
  transferBytes?: number;
}

/** `index.json`: the course's table of contents. */
export interface CourseIndex {
  lessons: LessonSummary[];
  milestones: MilestoneSummary[];
  toolchain: Toolchain;
  /** What experiments need; null in a course whose units do not suffice for one. */
  training: TrainingAssets | null;
}

/** What is needed to train something, beside a student's own units. */
export interface TrainingAssets {
  /** An experiment linked from the reference units only: it needs no compiler. */
  program: Asset;
  /** Files for `engine/data/digits.h`: all digits, and a few to begin with. */
  digits: Asset;
  fewDigits: Asset;
}

/** A program of the past, run on the student's own units. */
export interface MilestoneSummary {
  /** The folder's name, such as `1958-perceptron`. */
  slug: string;
  year: number;
  title: string;
  /** One sentence. */
  summary: string;
}

/** `milestones/<slug>.json`. */
export interface MilestoneData extends MilestoneSummary {
  /** Changes when anything in it changes. */
  version: string;
  sections: Section[];
  /** All must hold, in this order. */
  runs: MilestoneRun[];
}

/** One training, and what must come of it. */
export interface MilestoneRun {
  name: string;
  title: string;
  options: ExperimentOptions;
  /** After so many steps it is over. */
  steps: number;
  /** What share of the test examples must be right, at least or at most. */
  gate: { atLeast: number } | { atMost: number };
  /** What share the correct engine got, with several seeds, and engines with one thing knocked out. */
  calibration: { correct: number[]; knockouts: { name: string; accuracy: number[] }[] };
}

/** What compiling and linking need besides a lesson's own files. */
export interface Toolchain {
  /** clang and lld: one WebAssembly program. */
  llvm: Asset;
  /** The include and library tree. */
  sysroot: Asset;
  /** The precompiled standard headers, and the machine code of what they define. */
  pch: Asset;
  std: Asset;
}

export interface LessonSummary {
  /** Identity: the folder's name without its number, such as `shape`. */
  slug: string;
  /** 1 for the first lesson. */
  number: number;
  title: string;
  part: string;
  /** One sentence. */
  summary: string;
  steps: { name: string; title: string }[];
}

/** `lessons/<slug>.json`: everything one lesson needs. */
export interface LessonData extends LessonSummary {
  /** Changes when anything the student meets changes. */
  version: string;
  /** The student's file, such as `engine/shape.cpp`. */
  unit: string;
  starter: string;
  reference: string;
  /** Read-only headers this lesson may include: path -> text. */
  headers: Record<string, string>;
  /** The small program behind the Run button. */
  example: string;
  /** The lesson's text, as sections in reading order. */
  sections: Section[];
  tests: TestCase[];
  measures: string[];
  link: LinkPlan;
}

/** What a program of this lesson is linked from. */
export interface LinkPlan {
  /** Reference units of this and earlier lessons: lesson name -> object and the symbols it defines. */
  units: Record<string, UnitPlan>;
  /** Objects that belong to no lesson: given engine sources and the runner. */
  given: GivenPlan[];
  check: Asset;
  /** What makes a live session of the same units, once all that it drives exist; see wasm/session. */
  session: GivenPlan[] | null;
  /** What makes an experiment of them: a training run that the page looks on at. */
  experiment: GivenPlan[] | null;
}

/** One source, compiled twice: to be graded with, and to train with. */
export interface GivenPlan {
  object: Asset;
  train: Asset;
}

export interface UnitPlan extends GivenPlan {
  /** The unit's file, such as `engine/shape.cpp`. */
  file: string;
  /** Strong symbols that the unit defines: mangled name -> C++ declaration. */
  defines: Record<string, string>;
  /** Headers that this unit may include. */
  headers: string[];
}

/** One part of a lesson's text. `html` is made at build time and safe to insert. */
export type Section =
  | { kind: 'prose'; html: string }
  | { kind: 'figure'; name: string; props: Record<string, string>; html: string }
  | { kind: 'step'; name: string; title: string; html: string; hints: string[] }
  | { kind: 'predict'; measure: string; unit: string; html: string; explain: string }
  | {
      kind: 'question';
      html: string;
      choices: { html: string; right: boolean; explain: string }[];
    };
