import { jest } from '@jest/globals';
import type { Grader } from '../../wasm/toolchain/grade.ts';
import type { LessonData, Verdict } from '../../wasm/toolchain/types.ts';
import { openCourse, PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

let lesson: LessonData;
let grader: Grader;

beforeAll(async () => {
  const course = await openCourse();
  lesson = await course.lesson('shape');
  grader = await course.grader();
});

type Edit = (reference: string) => string;

const replace = (from: string, to: string): Edit => {
  return (reference) => {
    expect(reference).toContain(from);
    return reference.replace(from, () => to);
  };
};
const inFront = (code: string): Edit => replace('namespace tt {', `${code}\nnamespace tt {`);
const atTop = (code: string): Edit => {
  return (reference) => `${code}\n${reference}`;
};
const inNumel = (code: string): Edit =>
  replace('std::int64_t product = 1;', `${code}\n  std::int64_t product = 1;`);
const NUMEL = 'std::int64_t numel(const Shape& shape) {';

/** What the file holds, how it is made, and the verdict with what its message must say. */
type Case = [string, Edit, Verdict, RegExp];

const WRONG_FILES: Case[] = [
  ['nothing', () => '', 'missing', /must define `std::string to_string\(/],
  ['a blank and a comment', () => ' \n// later\n', 'missing', /must define/],
  [
    'bytes that are no text',
    () => '\u0000\u0001\u007fELF\u0002',
    'compileError',
    /not a text file/,
  ],
  ['bytes that are no UTF-8', (r) => `${r}\n\ufffd\ufffd`, 'compileError', /not a text.*line \d+/],
  ['a megabyte', (r) => `${r}\n//${'x'.repeat(1 << 20)}`, 'compileError', /has \d+ bytes/],
  ['a hundred thousand braces', () => '{'.repeat(100_000), 'compileError', /shape\.cpp/],
  ['Python', () => 'def numel(shape):\n    return 1\n', 'compileError', /shape\.cpp:1:1: .*'def'/],
  [
    'a brace too few',
    replace('return product;\n}', 'return product;\n'),
    'compileError',
    /cpp:\d+/,
  ],
  [
    'a brace too many',
    replace('return product;\n}', 'return product;\n}}'),
    'compileError',
    /cpp:\d+/,
  ],
  ['a parenthesis too few', inNumel('int x = (3;'), 'compileError', /cpp:\d+:\d+: expected '\)'/],
  ['a string without its end', inNumel('auto x = "open;'), 'compileError', /cpp:\d+/],
  ['a comment without its end', inNumel('/* open'), 'compileError', /unterminated \/\* comment/],
  ['a header that does not exist', inFront('#include "nope.h"'), 'compileError', /'nope\.h'.*not/],
  [
    'a header of a later lesson',
    inFront('#include "engine/tensor.h"'),
    'compileError',
    /tensor\.h/,
  ],
  ["the tests' header", inFront('#include "wasm/runner/check.h"'), 'compileError', /check\.h/],
  ['itself', inFront('#include "engine/shape.cpp"'), 'compileError', /nested too deeply/],
  [
    'templates without an end',
    inFront('namespace { template <int N> struct A : A<N + 1> {}; A<0> a; }'),
    'compileError',
    /depth|deep/,
  ],
  [
    'a loop without an end that the compiler must run',
    inFront(
      'namespace { constexpr int f() { while (true) {} return 0; } static_assert(f() == 0); }',
    ),
    'compileError',
    /shape\.cpp:\d+/,
  ],
];

const WRONG_FUNCTIONS: Case[] = [
  ['a function hidden', replace(NUMEL, `static ${NUMEL}`), 'compileError', /numel/],
  ['a function twice', inFront(`namespace tt { ${NUMEL} return 1; } }`), 'compileError', /numel/],
  [
    'another return type',
    replace(NUMEL, 'int numel(const Shape& shape) {'),
    'compileError',
    /shape\.cpp:\d+:\d+: .*return type/,
  ],
  ['no return', replace('return product;', ''), 'compileError', /shape\.cpp:\d+:\d+: .*return/],
];

const MACROS: Case[] = [
  [
    'of the standard library',
    atTop('#define int64_t int32_t'),
    'missing',
    /to_string\(std::vector<int>.*must be/,
  ],
  ['of the language', atTop('#define return'), 'compileError', /shape\.cpp:\d+:\d+: .*return/],
  ['of its own functions', inFront('#define normalize_axis(a, b) 0'), 'compileError', /cpp:\d+/],
  ['of the tests', atTop('#define CHECK_CASE(a, b)\n#define tt_run no'), 'passed', /All/],
];

const FINE: [string, Edit][] = [
  [
    'helpers that stay inside it',
    (reference) =>
      inNumel(`
        help();
        std::vector<Walker> walkers(3);
        std::map<std::string, Walker> names;
        names["x"] = walkers[1];
        struct Local { int x; };
        std::vector<Local> locals(3);
        std::function<int(int)> next = [](int x) { return x + 1; };
        Shape sorted = shape;
        std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a > b; });
        if (next(1) != 2 || locals[1].x != 0) { return 0; }`)(
        inFront(`
          static int unused() { return 1; }
          namespace {
          void help() {}
          struct Walker { std::string name; std::vector<int> more; };
          }`)(reference),
      ),
  ],
  ['<iostream>', (r) => `#include <iostream>\n${inNumel('std::cout << "numel" << std::endl;')(r)}`],
  [
    'what an editor on Windows leaves: a byte order mark, CRLF, tabs, no last newline',
    (reference) => `\ufeff${reference.trimEnd().replaceAll('  ', '\t').replaceAll('\n', '\r\n')}`,
  ],
  [
    'names and texts beyond ASCII',
    inNumel('int größe = 1; const char* text = "π€𝄞"; (void)größe; (void)text;'),
  ],
];

const gradeOf = (edit: Edit) => grader.grade(lesson, edit(lesson.reference));

async function expectCase(edit: Edit, verdict: Verdict, says: RegExp) {
  const grade = await gradeOf(edit);
  expect({ verdict: grade.verdict, message: grade.message }).toEqual({
    verdict,
    message: expect.stringMatching(says),
  });
}

describe('a file with', () => {
  it.each([...WRONG_FILES, ...WRONG_FUNCTIONS])('%s is told what to fix', async (_, ...wanted) => {
    await expectCase(...wanted);
  });

  it.each(FINE)('%s passes', async (_, edit) => {
    await expectCase(edit, 'passed', /All \d+ tests/);
  });

  it('functions that differ from the header is told how each must read', async () => {
    const grade = await gradeOf((reference) =>
      [
        replace(NUMEL, 'std::int64_t numel(Shape shape) {'),
        replace('contiguous_strides(const Shape&', 'contiguous_strides(Shape&'),
        replace('Shape broadcast_shapes(', 'Shape broadcast_shape('),
        replace('normalize_axis(std::int64_t axis, std::int64_t', 'normalize_axis(int axis, int'),
      ].reduce((text, edit) => edit(text), reference),
    );
    expect(grade.verdict).toBe('missing');
    const wanted = ['numel', 'contiguous_strides', 'normalize_axis', 'broadcast_shapes'];
    expect(grade.missing).toEqual(wanted);
    const told = grade.diagnostics.map((each) => each.message).join('\n');
    expect(told).toMatch(/must be `std::int64_t numel\(const Shape& shape\)`/);
    expect(told).toMatch(/must be `Strides contiguous_strides\(const Shape& shape\)`/);
    expect(told).toMatch(/must be `std::int64_t normalize_axis\(std::int64_t axis, std::int64_t/);
    expect(told).toMatch(/must define `Shape broadcast_shapes\(const Shape& a, const Shape& b\)`/);
    expect(told).toMatch(/`tt::broadcast_shape\(.*can be seen by other files/);
  });

  it('a function outside of its namespace is told to define the one inside', async () => {
    const outside = `}\nusing tt::Shape;\nusing tt::to_string;\n${NUMEL}`;
    const grade = await gradeOf((reference) =>
      replace(
        NUMEL,
        outside,
      )(replace('return product;\n}', 'return product;\n}\nnamespace tt {')(reference)),
    );
    expect(grade).toMatchObject({ verdict: 'missing', missing: ['numel'] });
    expect(grade.message).toMatch(/must be `std::int64_t numel\(const Shape& shape\)`/);
  });
});

describe('a helper that other files can see', () => {
  const HELPERS = `
    int help() { return 1; }
    int counter = 0;
    [[gnu::noinline]] inline void shared() { ++counter; }
    template <class T> [[gnu::noinline]] T same(T x) { ++counter; return x; }
    struct Walker { int at; int step; };
    struct Base { virtual ~Base() = default; virtual int go() { return counter; } };
    namespace { [[gnu::noinline]] int go(Base& base) { return base.go(); } }`;
  const USE = `
    shared();
    std::vector<Walker> all;
    for (int i = 0; i < same(4); ++i) { all.push_back({i, 2}); }
    Base base;
    if (go(base) == 7) { return all[2].at; }`;
  let told: string[];

  beforeAll(async () => {
    const grade = await gradeOf((reference) => inNumel(USE)(inFront(HELPERS)(reference)));
    expect(grade.verdict).toBe('compileError');
    told = grade.diagnostics.map((each) => each.message);
  });

  const names = ['help()', 'counter', 'shared', 'same', 'Walker', 'Base'];
  it.each(names)('is refused by its name: %s', (name) => {
    const message = told.find((each) => each.startsWith(`\`${name}\``));
    expect(message).toMatch(/can be seen by other files.*Put it inside `namespace \{/);
  });
});

describe('a macro that redefines a name', () => {
  it.each(MACROS)('%s fools nobody', async (_, ...wanted) => {
    await expectCase(...wanted);
  });
});

describe('the column of an error counts as editors count', () => {
  const LINES: [string, string][] = [
    ['a text beyond ASCII', 'const char* text = "ä€𝄞"; '],
    ['a name beyond ASCII', 'int größe = 1; '],
    ['a comment beyond ASCII', '/* ä€𝄞 */ '],
    ['tabs', '\t\t'],
    ['nothing', ''],
  ];
  const code = LINES.map(([, before]) => `\n${before}oops;`).join('');

  it.each([
    ['LF', (text: string) => text],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('in a file with %s', async (_, end) => {
    const grade = await gradeOf((reference) => end(inNumel(code)(reference)));
    const found = grade.diagnostics
      .filter((each) => each.severity === 'error')
      .map(({ location }, index) => [
        LINES[index]?.[0],
        location?.column,
        (location?.endColumn ?? 0) - (location?.column ?? 0),
      ]);
    expect(found).toEqual(LINES.map(([what, before]) => [what, before.length + 1, 4]));
  });
});

describe('a program that trains', () => {
  it('may catch errors by their type, on which the compiler breaks with SIMD', async () => {
    const course = await openCourse();
    const caught = `
      try {
        throw std::invalid_argument("no");
      } catch (const std::exception& error) {
        return error.what()[0];
      }`;
    const { unit, headers, reference } = lesson;
    const source = { path: unit, text: inNumel(caught)(reference), headers };
    const { object, diagnostics } = await (await course.compiler()).compile(source, 'train');
    expect(diagnostics).toEqual([]);
    expect(object).not.toBeNull();
  });
});
