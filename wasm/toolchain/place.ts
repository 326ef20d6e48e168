/** Where, and why, a program stopped: asked after a crash or a time-out only. */
import { Build, type CompilerCalls, filesOf, Refused, type Work } from './build.ts';
import { reported } from './outcome.ts';
import type { Outcome, RunRequest } from './program.ts';
import { baseName } from './rule.ts';
import type { RunOptions, Runner } from './runner.ts';
import type { Frame, Location, Verdict } from './types.ts';

/** Endings that have a line. */
export const STOPPED = new Set<Verdict>([
  'crashed',
  'timeout',
  'incomplete',
  'outOfMemory',
  'tooMuchOutput',
]);

/** How much longer a program that counts its steps may run to come to the same place. */
const SLOWDOWN = 5;

/** What a student is told about a stop. */
export interface Stop {
  message: string;
  location: Location | null;
  stack: Frame[];
}

/** Repeats a run that stopped and looks where. */
export class Locator {
  private counting: Promise<Uint8Array | null> | null = null;

  constructor(
    private readonly compiler: CompilerCalls,
    private readonly runner: Runner,
    private readonly work: Work,
    private readonly program: Uint8Array,
  ) {}

  /** Runs the request again and describes its stop, or gives null if no place can be told. */
  async find(
    { verdict, message }: { verdict: Verdict; message: string },
    request: RunRequest,
    options: RunOptions,
  ): Promise<Stop | null> {
    const hung = verdict === 'timeout';
    const program = hung ? await this.countingProgram() : this.program;
    if (program === null) {
      return null;
    }
    const patient = { ...options, limitSeconds: SLOWDOWN * options.limitSeconds };
    const outcome = await this.runner.run(program, { ...request, stacks: true }, patient);
    return hung && outcome.ending !== 'timeout' ? null : this.describe(outcome, program, message);
  }

  /** An endless loop has no stack, so the same program is made to count its steps and give up. */
  private countingProgram(): Promise<Uint8Array | null> {
    const build = new Build(this.compiler);
    this.counting ??= build
      .compile(this.work, 'loops')
      .then((objects) => build.link(this.work.lesson, objects))
      .catch((error: unknown) => {
        if (error instanceof Refused) {
          return null;
        }
        throw error;
      });
    return this.counting;
  }

  private async describe(outcome: Outcome, program: Uint8Array, message: string): Promise<Stop> {
    const files = filesOf(this.work);
    const frames = await this.compiler.symbolize(program, outcome.stack);
    const stack = frames.filter(
      (frame) => files.has(frame.location?.file ?? '') && !frame.function.startsWith(TRAP),
    );
    const type = reported(outcome, 'type');
    const [typeName] = type === undefined ? [] : await this.compiler.demangle([`_ZTS${type}`]);
    const reason =
      typeName === undefined
        ? (reasonOf(outcome, frames, stack) ?? message)
        : message.replace(
            'an exception',
            `an exception of type \`${typeName.replace(/^typeinfo name for /, '')}\``,
          );
    const location = stack[0]?.location ?? null;
    const where =
      location === null
        ? ''
        : `Stopped at ${location.file}:${String(location.line)} in \`${baseName(stack[0]?.function ?? '?')}\`. `;
    return { message: where + reason, location, stack };
  }
}

/** `__clang_trap_msg$libc++$file:line: ... failed: vector[] index out of bounds`. */
const TRAP = '__clang_trap_msg';

/** A better reason than the trap's own words, or null. */
function reasonOf(outcome: Outcome, frames: Frame[], stack: Frame[]): string | null {
  if (outcome.ending !== 'trap') {
    return null;
  }
  const trap = frames.find((frame) => frame.function.startsWith(TRAP))?.function;
  if (trap !== undefined) {
    const words = (trap.split('$').at(-1) ?? trap).replace(/^.*failed: /s, '').trim();
    return `The standard library stopped the program: ${words}.`;
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
