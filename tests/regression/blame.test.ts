import { jest } from '@jest/globals';
import path from 'node:path';
import type { GradeOptions, Grader } from '../../wasm/toolchain/grade.ts';
import type { LessonData } from '../../wasm/toolchain/types.ts';
import { packCourse, removeCourses, writeCourse } from './fixture.ts';
import { Course, openCourse, PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

let one: LessonData;
let two: LessonData;
let grader: Grader;

beforeAll(async () => {
  const folder = await writeCourse();
  await packCourse(folder);
  const course = await Course.open(path.join(folder, 'packed'));
  one = await course.lesson('one');
  two = await course.lesson('two');
  grader = await course.grader();
});
afterAll(removeCourses);

const grade = (lesson: LessonData, source: string, options: GradeOptions = {}) =>
  grader.grade(lesson, source, { limitSeconds: 5, ...options });

/** Grades the second lesson with the student's own first unit. */
const gradeTwo = (earlier: string, source = two.reference) =>
  grade(two, source, { studentUnits: { one: earlier } });

const edited = (text: string, from: string, to: string) => {
  expect(text).toContain(from);
  return text.replace(from, to);
};

describe('with the student’s own earlier unit', () => {
  it('a right unit passes, and both units are named as the student’s', async () => {
    const result = await gradeTwo(one.reference);
    expect(result).toMatchObject({ verdict: 'passed', blame: null, provenance: ['one', 'two'] });
  });

  it('a bug in the earlier unit is blamed on it', async () => {
    const result = await gradeTwo(edited(one.reference, 'number + number', 'number + 3'));
    expect(result).toMatchObject({ verdict: 'failed', blame: 'one', provenance: ['one', 'two'] });
    expect(result.message).toMatch(/your earlier unit `one`/);
  });

  it('a crash in the earlier unit is blamed on it, with its line', async () => {
    const crash = 'return *static_cast<int*>(number == 7 ? &number : nullptr);';
    const result = await gradeTwo(edited(one.reference, 'return number + number;', crash));
    expect(result).toMatchObject({ verdict: 'crashed', blame: 'one' });
    expect(result.message).toMatch(/engine\/one\.cpp:\d+ in `twice`.*null.*`one`/);
  });

  it('an earlier unit that does not end is blamed', async () => {
    const loop = 'volatile int x = 0; while (x == 0) {} return x;';
    const result = await grade(two, two.reference, {
      studentUnits: { one: edited(one.reference, 'return number + number;', loop) },
      limitSeconds: 2,
    });
    expect(result).toMatchObject({ verdict: 'timeout', blame: 'one' });
  });

  it('a bug in the unit itself blames nobody', async () => {
    const buggy = edited(two.reference, 'twice(twice(number))', 'twice(number)');
    const result = await gradeTwo(one.reference, buggy);
    expect(result).toMatchObject({ verdict: 'failed', blame: null });
    expect(result.message).not.toContain('earlier unit');
  });

  it('an earlier unit that does not compile is named, with its line', async () => {
    const result = await gradeTwo(edited(one.reference, 'number + number;', 'number + ;'));
    expect(result).toMatchObject({ verdict: 'compileError', blame: 'one' });
    expect(result.message).toMatch(/^engine\/one\.cpp:\d+:\d+: /);
  });

  it('an earlier unit that lacks a function is named', async () => {
    const result = await gradeTwo(edited(one.reference, 'int half(', 'static int other_half('));
    expect(result).toMatchObject({ verdict: 'missing', blame: 'one' });
    expect(result.message).toMatch(/half/);
  });
});

describe('in the course', () => {
  it('a wrong unit `tensor` is blamed for what the lesson `reduce` computes with it', async () => {
    const course = await openCourse();
    const [tensor, reduce] = [await course.lesson('tensor'), await course.lesson('reduce')];
    const own = await course.grader();
    const grading = (unit: string) =>
      own.grade(reduce, reduce.reference, { studentUnits: { tensor: unit }, seed: 1 });
    const right = await grading(tensor.reference);
    expect(right).toMatchObject({ verdict: 'passed', blame: null });
    const copies = 'return is_contiguous() ? *this : clone();';
    const wrong = await grading(edited(tensor.reference, copies, 'return *this;'));
    expect(wrong).toMatchObject({ verdict: 'failed', blame: 'tensor' });
    expect(wrong.message).toMatch(/your earlier unit `tensor`/);
  });
});

describe('without one', () => {
  it('the reference takes its place, and only the unit itself is the student’s', async () => {
    const result = await grade(two, two.reference);
    expect(result).toMatchObject({ verdict: 'passed', blame: null, provenance: ['two'] });
  });

  it('a unit of no lesson is refused', async () => {
    const options = { studentUnits: { three: one.reference } };
    await expect(grade(two, two.reference, options)).rejects.toThrow(/three is not a unit of/);
  });
});

describe('every test', () => {
  it('runs in a fresh program: what one test changed, the next does not see', async () => {
    const source = edited(
      edited(one.reference, 'int twice(', 'static int calls = 0;\nint twice('),
      'return number + number;',
      'return ++calls == 1 ? number + number : -1;',
    );
    expect((await grade(one, source)).verdict).toBe('passed');
  });

  it('fails again in the same way from the same seed, and differently from another', async () => {
    const buggy = edited(one.reference, 'number + number', 'number == 3 ? 6 : 5');
    const actual = async (seed: number) => (await grade(one, buggy, { seed })).message;
    const [first, again, other] = [await actual(7), await actual(7), await actual(8)];
    expect(first).toMatch(/twice\(\d+\)/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});
