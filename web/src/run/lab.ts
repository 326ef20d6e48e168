import type { Live } from '../../../wasm/toolchain/build.ts';
import type {
  Completion,
  Diagnostic,
  Frame,
  Grade,
  LessonData,
  Location,
  TestResult,
  Verdict,
} from '../../../wasm/toolchain/types.ts';

export interface Progress {
  /** `stopped`: it was ready, and did not end. */
  state: 'downloading' | 'unpacking' | 'warming' | 'ready' | 'stopped';
  doneBytes: number;
  totalBytes: number;
}

export type Phase = 'compiling' | 'linking' | 'running';

/** How the example program ended. */
export interface RunResult {
  verdict: Verdict;
  message: string;
  diagnostics: Diagnostic[];
  location: Location | null;
  stack: Frame[];
}

export interface GradeOptions {
  signal: AbortSignal;
  /** Accepted units of earlier lessons, by slug. */
  studentUnits: Record<string, string>;
  onTest?: (test: TestResult) => void;
  onPhase?: (phase: Phase) => void;
}

export interface RunOptions {
  signal: AbortSignal;
  studentUnits: Record<string, string>;
  onOutput(text: string): void;
}

/** A file that is being written, and where in it a word is to be completed: where the word begins. */
export interface Place {
  path: string;
  text: string;
  line: number;
  column: number;
}

export type Measured = { value: number } | { message: string };

/** A program to be played on (see wasm/session), or why there is none. */
export type Linked = { program: Uint8Array } | { message: string };

/** The compiler, the linker and the runner, as the page knows them. */
export interface Lab {
  /** Loads and warms the compiler; safe to call twice. `onProgress` also hears when it is lost. */
  prepare(onProgress: (progress: Progress) => void): Promise<void>;
  /** Syntax only. */
  check(lesson: LessonData, source: string): Promise<Diagnostic[]>;
  /** Names that may stand at a place; null where something else comes first, or a newer question. */
  complete(lesson: LessonData, place: Place, signal: AbortSignal): Promise<Completion[] | null>;
  grade(lesson: LessonData, source: string, options: GradeOptions): Promise<Grade>;
  run(lesson: LessonData, source: string, example: string, options: RunOptions): Promise<RunResult>;
  measure(lesson: LessonData, source: string, name: string): Promise<Measured>;
  /**
   * Makes a live program of the student's units, by slug, and of the reference for the rest. A unit
   * is compiled once, however many programs it becomes part of.
   */
  live(
    lesson: LessonData,
    kind: Live,
    units: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Linked>;
  /** Compiles an accepted unit to train with, ahead, when the compiler has nothing else to do. */
  accept(lesson: LessonData, source: string): void;
}
