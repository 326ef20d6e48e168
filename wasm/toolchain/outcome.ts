import { locationOfName } from './diagnostics.ts';
import { OUTPUT_BYTES, type Outcome } from './program.ts';
import { MEMORY_BYTES } from './flags.ts';
import type { TestCase, TestResult, Verdict } from './types.ts';

/** What a student reads about an ending, before the line is known. */
interface Ending {
  verdict: Verdict;
  message: string;
  expected?: string;
  actual?: string;
}

/** The engine's words for a trap, Chromium's and Firefox's, and what they mean here. */
const TRAPS: [RegExp, string][] = [
  [/call stack|recursion/i, 'The calls went too deep: a function calls itself without an end.'],
  [
    /out of bounds/i,
    'The program used memory that is not its own, or called itself without an end.',
  ],
  [/divide by zero|division by zero/i, 'A whole number was divided by zero.'],
  [/divide result|integer overflow/i, 'A whole-number division gave a result that does not fit.'],
  [/unreachable/i, 'The program stopped itself: a check of the language or of the library failed.'],
];

/** The first value of a reported key. */
export function reported(outcome: Outcome, key: string): string | undefined {
  return outcome.events.find(([name]) => name === key)?.[1];
}

/** Were the events those of exactly this run: one begin, one end, in that order? */
function isForged(outcome: Outcome, name: string): boolean {
  const begins = outcome.events.filter(([key]) => key === 'begin');
  const ends = outcome.events.filter(([key]) => key === 'end');
  const endsLast = ends.length === 0 || outcome.events.at(-1)?.[0] === 'end';
  const beganRight = begins.length === 0 || (begins.length === 1 && begins[0]?.[1] === name);
  return outcome.ending === 'forged' || ends.length > 1 || !endsLast || !beganRight;
}

/** Names how a run ended. `name` is what the program must say that it began. */
export function endingOf(outcome: Outcome, name: string, limitSeconds: number): Ending {
  if (isForged(outcome, name)) {
    return {
      verdict: 'forged',
      message:
        'The program sent a report of its own. Results count only when the tests report them.',
    };
  }
  const where = reported(outcome, 'call') ?? name;
  const text = reported(outcome, 'message') ?? '';
  const end = reported(outcome, 'end');
  const memory = reported(outcome, 'outOfMemory');
  if (end === 'passed' && outcome.ending === 'returned') {
    return { verdict: 'passed', message: '' };
  }
  if (outcome.ending === 'timeout') {
    return {
      verdict: 'timeout',
      message: `Stopped after ${String(limitSeconds)} s. A loop may not end.`,
    };
  }
  if (outcome.ending === 'cancelled') {
    return { verdict: 'cancelled', message: 'Stopped.' };
  }
  if (outcome.ending === 'output') {
    const message = `Stopped: it printed more than ${String(OUTPUT_BYTES / 1024)} KB. A loop may print without an end.`;
    return { verdict: 'tooMuchOutput', message };
  }
  if (memory !== undefined || end === 'outOfMemory') {
    const asked = memory === undefined ? 'more than a program can address' : `${memory} bytes more`;
    const limit = String(MEMORY_BYTES / 2 ** 20);
    const message = `Out of memory: the limit is ${limit} MB, and the program asked for ${asked}.`;
    return { verdict: 'outOfMemory', message };
  }
  if (outcome.ending === 'exit') {
    const message = `The program ended before its test had finished. Something called exit(${outcome.detail}).`;
    return { verdict: 'incomplete', message };
  }
  if (outcome.ending === 'trap') {
    const trap = TRAPS.find(([words]) => words.test(outcome.detail));
    return { verdict: 'crashed', message: trap?.[1] ?? `The program crashed: ${outcome.detail}.` };
  }
  switch (end) {
    case 'failed':
      return {
        verdict: 'failed',
        message: `${where} is wrong. ${text}`,
        expected: reported(outcome, 'expected') ?? '',
        actual: reported(outcome, 'actual') ?? '',
      };
    case 'notWritten':
      return {
        verdict: 'failed',
        message: `Not written yet: ${text}. Its todo(...) line is still there.`,
      };
    case 'refused':
      return {
        verdict: 'failed',
        message: `${where} was refused, but its arguments are valid.`,
        expected: 'a result',
        actual: `std::invalid_argument with the text "${text}"`,
      };
    case 'uncaught': {
      const message = `Nobody caught an exception${text === '' ? '' : ` with the text "${text}"`}.`;
      return { verdict: 'crashed', message };
    }
    default:
      return { verdict: 'incomplete', message: 'The program ended before its test had finished.' };
  }
}

export function resultOf(
  outcome: Outcome,
  test: TestCase,
  limitSeconds: number,
  path: string,
  source: string,
): TestResult {
  const ending = endingOf(outcome, test.name, limitSeconds);
  const call = reported(outcome, 'call')?.split('(')[0] ?? test.step;
  const passed = ending.verdict === 'passed';
  return {
    name: test.name,
    step: test.step,
    passed,
    verdict: ending.verdict,
    message:
      ending.verdict === 'timeout'
        ? `\`${test.step}\` did not come back. ${ending.message}`
        : ending.message,
    expected: ending.expected ?? null,
    actual: ending.actual ?? null,
    location: passed ? null : locationOfName(path, source, call),
    stack: [],
    output: outcome.output,
  };
}
