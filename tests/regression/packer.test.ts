import { jest } from '@jest/globals';
import path from 'node:path';
import { fill, referenceOf, regionsOf, starterOf } from '../../wasm/pack/starter.ts';
import { type Edits, FILES, packCourse, removeCourses, writeCourse } from './fixture.ts';
import { Course, openCourse, PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);
afterAll(removeCourses);

const BEGIN = '// BEGIN SOLUTION: one: add';
const END = '// END SOLUTION';

describe('the stripper', () => {
  const unit = `int a() {\n  ${BEGIN}\n  return 1;\n  ${END}\n}\nint b;`;

  it('puts a TODO with the hint in the place of a region, as far in as its mark', () => {
    const starter = `int a() {\n  // TODO: add\n  todo("one: add");\n}\nint b;`;
    expect(starterOf(unit, 'a.cpp')).toBe(starter);
  });

  it('keeps everything but the marks in the reference', () => {
    expect(referenceOf(unit, 'a.cpp')).toBe('int a() {\n  return 1;\n}\nint b;');
  });

  it('fills just the regions it is asked to', () => {
    const second = `\n${BEGIN.replace('one', 'two')}\nint c;\n${END}`;
    const filled = fill(unit + second, 'a.cpp', new Set(['two']));
    expect(filled).toContain('todo("one: add");');
    expect(filled).toContain('int c;');
    expect(filled).not.toContain('SOLUTION');
  });

  it('writes a hint with quotes as a C++ string', () => {
    const quoted = unit.replace('add', 'say "add" \\ now');
    expect(starterOf(quoted, 'a.cpp')).toContain('todo("one: say \\"add\\" \\\\ now");');
  });

  const bad: [string, string[], string][] = [
    ['a region inside a region', [BEGIN, 'x', BEGIN], 'a.cpp:3: a region begins inside'],
    ['a step with two regions', [BEGIN, 'x', END, BEGIN], 'a.cpp:4: the step "one" has two'],
    ['an end without a begin', ['x', END], 'a.cpp:2: END SOLUTION without a BEGIN'],
    ['an empty region', ['x', BEGIN, END], 'a.cpp:3: the region "one" is empty'],
    ['a begin without an end', ['x', 'y', BEGIN, 'z'], 'a.cpp:3: the region "one" has no END'],
    ['a unit without regions', ['x'], 'a.cpp:1: the unit of a lesson must have'],
    ['a mark without a hint', ['// BEGIN SOLUTION: one'], 'a.cpp:1: a mark must read'],
    ['a mark without a step', ['// BEGIN SOLUTION'], 'a.cpp:1: a mark must read'],
    ['a mark behind code', [`x ${BEGIN}`], 'a.cpp:1: a mark must read'],
    ['a mark without its space', ['//BEGIN SOLUTION: one: add'], 'a.cpp:1: a mark must read'],
    ['a mark in small letters', [BEGIN, 'x', '// end solution'], 'a.cpp:3: a mark must read'],
    ['a mark with more behind it', [BEGIN, 'x', `${END}.`], 'a.cpp:3: a mark must read'],
    ['a mark in another comment', ['/* END SOLUTION */'], 'a.cpp:1: a mark must read'],
  ];
  it.each(bad)('refuses %s', (_, lines, says) => {
    expect(() => regionsOf(lines.join('\n'), 'a.cpp')).toThrow(says);
  });
});

describe('the packer', () => {
  const edit = (file: string, from: string | RegExp, to: string): Edits => {
    const text = FILES[file] ?? '';
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    return { [file]: changed };
  };
  const ONE = 'lessons/01-one';
  const MUTANT = '- name: a\n  step: half\n  find: x\n  replace: y\n  killedBy: 6 becomes 3\n';
  const predict = '\n::::predict{measure="lines" unit="lines"}\nq\n\n:::explain\ne\n:::\n::::\n';

  /** What is wrong, the edit that makes it so, and the beginning of the message. */
  const bad: [string, () => Edits, string][] = [
    [
      'a bad mark',
      () => edit('engine/one.cpp', '// BEGIN SOLUTION: half: divide by 2', '// BEGIN SOLUTION'),
      'engine/one.cpp:13: a mark must read',
    ],
    [
      'missing front matter',
      () => edit(`${ONE}/lesson.md`, /^---[^]*?---\n/, ''),
      `${ONE}/lesson.md:1: a lesson begins with front matter`,
    ],
    [
      'a key that front matter lacks',
      () => edit(`${ONE}/lesson.md`, 'summary: Small numbers.\n', ''),
      `${ONE}/lesson.md:1: front matter: 'summary' is missing`,
    ],
    [
      'a unit that does not exist',
      () => edit(`${ONE}/lesson.md`, 'engine/one.cpp', 'engine/none.cpp'),
      `${ONE}/lesson.md:1: the unit engine/none.cpp does not exist`,
    ],
    [
      'a file that nothing uses',
      () => ({ [`${ONE}/notes.txt`]: 'later' }),
      `${ONE}/notes.txt:1: no part of the course uses this file`,
    ],
    [
      'a lesson that lacks a file',
      () => ({ [`${ONE}/example.cpp`]: null }),
      `${ONE}/example.cpp:1: a lesson must have this file`,
    ],
    [
      'a folder that is no lesson',
      () => ({ 'lessons/three/lesson.md': '' }),
      'lessons/three:1: a lesson is a folder named NN-name',
    ],
    [
      'a number used twice',
      () => ({ 'lessons/02-zwei/lesson.md': '' }),
      'lessons/02-zwei:1: has the number or the name of lessons/02-two',
    ],
    [
      'steps that the unit does not mark',
      () => edit(`${ONE}/lesson.md`, 'name="half"', 'name="quarter"'),
      `${ONE}/lesson.md:1: its steps are twice, quarter, but engine/one.cpp marks twice, half`,
    ],
    [
      'mutants.yaml with an entry that lacks a field',
      () => ({ [`${ONE}/mutants.yaml`]: `${MUTANT}- name: nothing\n  step: half\n` }),
      `${ONE}/mutants.yaml:6: find: `,
    ],
    [
      'mutants.yaml that is not YAML',
      () => ({ [`${ONE}/mutants.yaml`]: '- name: a\n- "b\n' }),
      `${ONE}/mutants.yaml:3: Missing closing`,
    ],
    [
      'a reference unit with an error, at its own line',
      () => edit('engine/one.cpp', 'number / 2', 'numbers / 2'),
      "engine/one.cpp:14: use of undeclared identifier 'numbers'",
    ],
    [
      'a check with an error',
      () => edit(`${ONE}/check.cpp`, '"3 becomes 6"', '3'),
      `${ONE}/check.cpp:8: `,
    ],
    [
      'a header that does not exist',
      () => edit(`${ONE}/check.cpp`, 'engine/one.h', 'engine/none.h'),
      `${ONE}/check.cpp:3: it includes engine/none.h, which does not exist`,
    ],
    [
      'a check that calls what no lesson so far defines',
      () => edit(`${ONE}/check.cpp`, /$/, 'int later();\nint now = later();\n'),
      `${ONE}/check.cpp:1: You call \`later()\``,
    ],
    [
      'a test of an unknown step',
      () => edit(`${ONE}/check.cpp`, '"half", "6', '"third", "6'),
      `${ONE}/check.cpp:14: the step "third" is not one of twice, half`,
    ],
    [
      'two tests with one name',
      () => edit(`${ONE}/check.cpp`, '6 becomes 3', '3 becomes 6'),
      `${ONE}/check.cpp:8: two tests are called "3 becomes 6"`,
    ],
    [
      'tests that do not follow the steps',
      () => edit(`${ONE}/check.cpp`, '"twice", "3', '"half", "3'),
      `${ONE}/check.cpp:9: the tests must stand in the order of the steps`,
    ],
    [
      'a step without a test',
      () => edit(`${ONE}/check.cpp`, /CHECK_CASE\("half".*\n/, ''),
      `${ONE}/check.cpp:1: the step "half" has no test`,
    ],
    [
      'a measure that the check lacks',
      () => edit(`${ONE}/lesson.md`, /$/, predict),
      `${ONE}/check.cpp:1: the measure "lines" must stand in check.cpp and in lesson.md`,
    ],
    [
      'a measure that the text lacks',
      () => edit(`${ONE}/check.cpp`, /$/, 'MEASURE("lines") { return 4; }\n'),
      `${ONE}/check.cpp:15: the measure "lines" must stand in check.cpp and in lesson.md`,
    ],
  ];
  it.each(bad)('refuses %s', async (_, edits, says) => {
    const folder = await writeCourse(edits());
    const told = await packCourse(folder).then(
      () => 'packed',
      (error: Error) => (error.constructor.name === 'PackError' ? error.message : error.stack),
    );
    expect(told?.slice(0, says.length)).toBe(says);
  });

  it('lists the lessons of the folders, and gives each what its program needs', async () => {
    const folder = await writeCourse();
    const index = await packCourse(folder);
    expect(index.lessons).toMatchObject([
      { slug: 'one', number: 1, title: 'One', steps: [{ name: 'twice' }, { name: 'half' }] },
      { slug: 'two', number: 2, title: 'Two', steps: [{ name: 'four_times' }] },
    ]);
    const two = await (await Course.open(path.join(folder, 'packed'))).lesson('two');
    expect(two.tests).toEqual([
      { name: '3 becomes 12', step: 'four_times' },
      { name: '0 stays 0', step: 'four_times' },
    ]);
    expect(Object.keys(two.link.units)).toEqual(['one', 'two']);
    expect(Object.values(two.link.units['one']?.defines ?? {})).toEqual([
      'int twice(int number)',
      'int half(int number)',
    ]);
  });
});

describe('the starter of every lesson', () => {
  it('compiles, and earns nothing', async () => {
    const course = await openCourse();
    const grader = await course.grader();
    for (const { slug } of course.index.lessons) {
      const lesson = await course.lesson(slug);
      const grade = await grader.grade(lesson, lesson.starter);
      expect({ slug, verdict: grade.verdict, errors: grade.diagnostics }).toEqual({
        ...{ slug, verdict: 'failed', errors: [] },
      });
      expect(grade.message).toContain('Not written yet');
      expect(grade.steps.filter((step) => step.passed)).toEqual([]);
    }
  });
});
