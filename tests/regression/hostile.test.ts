import { jest } from '@jest/globals';
import type { Grader } from '../../wasm/toolchain/grade.ts';
import type { Grade, LessonData } from '../../wasm/toolchain/types.ts';
import { type Hostile, HOSTILE } from './hostile.ts';
import { openCourse, PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

let lesson: LessonData;
let grader: Grader;

beforeAll(async () => {
  const course = await openCourse();
  lesson = await course.lesson('shape');
  grader = await course.grader();
});

const earned = (grade: Grade) => grade.steps.filter((step) => step.passed).map(({ name }) => name);

/** The steps that a program earns in spite of all. */
function honestSteps({ verdict, early }: Hostile): string[] {
  const notRun = ['compileError', 'missing', 'forged', 'timeout'].includes(verdict);
  return notRun || early ? [] : lesson.steps.map(({ name }) => name).filter((s) => s !== 'numel');
}

describe('a program with', () => {
  it.each(HOSTILE)('$name ends as $verdict', async (hostile) => {
    const text = hostile.source(lesson.reference);
    expect(text).not.toBe(lesson.reference);
    const limitSeconds = hostile.verdict === 'timeout' ? 2 : 20;
    const grade = await grader.grade(lesson, text, { limitSeconds });
    expect({ verdict: grade.verdict, message: grade.message, earned: earned(grade) }).toEqual({
      verdict: hostile.verdict,
      message: expect.stringMatching(hostile.says),
      earned: honestSteps(hostile),
    });
  });
});

describe('after all of them', () => {
  it('an honest unit passes', async () => {
    expect((await grader.grade(lesson, lesson.reference)).verdict).toBe('passed');
  });

  it('a trap in step 3 costs step 3 alone', async () => {
    const source = lesson.reference.replace(
      'std::int64_t offset = 0;',
      'std::int64_t offset = 0;\n  __builtin_trap();',
    );
    const grade = await grader.grade(lesson, source);
    expect(grade.verdict).toBe('crashed');
    const names = lesson.steps.map(({ name }) => name);
    expect(earned(grade)).toEqual(names.filter((name) => name !== 'offset_of'));
  });

  it('no test runs after one that did not end', async () => {
    const source = lesson.reference.replace(
      'std::int64_t offset = 0;',
      'std::int64_t offset = 0;\n  for (volatile int x = 0; x == 0;) {}',
    );
    const grade = await grader.grade(lesson, source, { limitSeconds: 2 });
    expect(grade.verdict).toBe('timeout');
    expect(earned(grade)).toEqual(['numel', 'contiguous_strides']);
    const hung = grade.tests.findIndex((test) => test.verdict === 'timeout');
    const later = grade.tests.slice(hung + 1).map((test) => test.verdict);
    expect(new Set(later)).toEqual(new Set(['cancelled']));
  });
});
