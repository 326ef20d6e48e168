import type { Grade, LessonData, TestResult } from '../../../wasm/toolchain/types.ts';

export type StepState = 'open' | 'failing' | 'passed';

/** Whether a test only found a `todo`: that is where the student is, not a mistake. */
export const isUnwritten = (test: TestResult) => /^not written yet/i.test(test.message);

export function stepState(name: string, grade: Grade | null): StepState {
  if (grade?.steps.find((step) => step.name === name)?.passed) return 'passed';
  const failures = grade?.tests.filter((test) => test.step === name && !test.passed) ?? [];
  return failures.length === 0 || failures.every(isUnwritten) ? 'open' : 'failing';
}

/** The step to work on: the first that has not passed. */
export const currentStep = (lesson: LessonData, grade: Grade | null) =>
  lesson.steps.find((step) => stepState(step.name, grade) !== 'passed') ?? null;
