import type { Grade, TestResult, Verdict } from '../../../wasm/toolchain/types.ts';

interface Words {
  title: string;
  /** What to try; empty where the message says it all. */
  advice: string;
}

/** What each verdict is called, and what to try. */
export const verdicts: Record<Verdict, Words> = {
  passed: { title: 'Passed', advice: '' },
  failed: { title: 'Failed', advice: '' },
  compileError: {
    title: 'Does not compile',
    advice: 'Begin with the first message: later ones often follow from it.',
  },
  missing: {
    title: 'Something is missing',
    advice: 'Write each of these in your file, with exactly these types.',
  },
  crashed: { title: 'Crashed', advice: '' },
  timeout: {
    title: 'Took too long',
    advice: 'A loop may not end. Look at its condition, and at what changes in each round.',
  },
  outOfMemory: {
    title: 'Out of memory',
    advice: 'A size may be computed wrongly, or something grows in every round of a loop.',
  },
  tooMuchOutput: {
    title: 'Printed too much',
    advice: 'Print less, or look for a loop that prints and does not end.',
  },
  incomplete: {
    title: 'Ended too early',
    advice: 'The program ended before its tests had. Does something call exit() or abort()?',
  },
  forged: {
    title: 'Not the tests’ own report',
    advice: 'The report did not come from the tests. Leave out whatever writes it.',
  },
  cancelled: { title: 'Stopped', advice: 'Nothing was graded. Test again when you are ready.' },
};

/** The test came to a step's `todo(...)`. */
export function isUnwritten(test: TestResult): boolean {
  return test.message.startsWith('Not written yet');
}

/** All that was written is right, and the rest is not written yet: progress, not a failure. */
export function isUnderWay({ steps, tests }: Grade): boolean {
  const failing = tests.filter((test) => !test.passed);
  return failing.length > 0 && steps.some((step) => step.passed) && failing.every(isUnwritten);
}

/** The outcome in one line: counts where tests ran, the verdict's name where none did. */
export function headline(grade: Grade): string {
  const { verdict, tests } = grade;
  const passed = tests.filter((test) => test.passed).length;
  if (isUnderWay(grade)) {
    const steps = grade.steps.filter((step) => step.passed).length;
    return `${steps} of ${grade.steps.length} steps done`;
  }
  if (verdict === 'cancelled' || tests.length === 0) return verdicts[verdict].title;
  if (verdict === 'passed') return `All ${tests.length} tests passed`;
  return `${passed} of ${tests.length} tests passed`;
}

/** The same for a screen reader; the attempt's number makes equal outcomes two announcements. */
export function announcement(attempt: number, grade: Grade): string {
  const first = grade.tests.find((test) => !test.passed);
  const unwritten = isUnderWay(grade) ? '' : ` First failure: ${first?.name ?? ''}.`;
  const told = grade.tests.length > 0 ? '' : grade.message && ` ${grade.message}`;
  const rest = first ? unwritten : told;
  return `Attempt ${attempt}: ${headline(grade)}.${rest}`;
}
