/** What the editor learns from the compiler: names that fit, changes that mend, plain words. */
import { jest } from '@jest/globals';
import type { Compiler } from '../../wasm/toolchain/compiler.ts';
import type { Completion, Diagnostic, Edit, LessonData } from '../../wasm/toolchain/types.ts';
import { openCourse, PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

let lesson: LessonData;
let compiler: Compiler;

beforeAll(async () => {
  const course = await openCourse();
  lesson = await course.lesson('shape');
  compiler = await course.compiler();
});

/** The reference with this code in front of `numel`'s own. */
const inNumel = (code: string) =>
  lesson.reference.replace('std::int64_t product = 1;', (own) => `${code}\n  ${own}`);

/** Asks at the bar, which is taken out. */
function complete(text: string, headers = lesson.headers): Promise<Completion[]> {
  const before = text.slice(0, text.indexOf('|'));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return compiler.complete(
    { path: lesson.unit, text: text.replace('|', ''), headers },
    line,
    column,
  );
}

const namesOf = (found: Completion[]) => found.map(({ name }) => name);

describe('completion', () => {
  it('offers the lesson’s functions with signature and doc comment', async () => {
    const found = await complete(inNumel('|'));
    expect(found.find(({ name }) => name === 'contiguous_strides')).toEqual({
      name: 'contiguous_strides',
      kind: 'function',
      signatures: ['Strides contiguous_strides(const Shape &shape)'],
      comment: expect.stringMatching(/^Gives the strides, in elements, of a tensor of this shape/),
    });
    expect(found.find(({ name }) => name === 'Shape')?.kind).toBe('type');
  });

  it('knows what is local to the place', async () => {
    const found = await complete(inNumel('const int own_local = 3;\n  |'));
    expect(found.find(({ name }) => name === 'shape')).toMatchObject({
      kind: 'variable',
      signatures: ['const Shape & shape'],
    });
    expect(namesOf(found)).toContain('own_local');
    expect(namesOf(await complete(inNumel('|')))).not.toContain('own_local');
  });

  it('offers only what the lesson may use', async () => {
    const scope = namesOf(await complete(inNumel('|')));
    expect(scope).toEqual(expect.arrayContaining(['std', 'tt', 'return', 'for', 'todo']));
    // Of a later lesson, of the packer's own header, of the tests, of C.
    for (const foreign of ['Tensor', 'tt_std', 'check', 'printf', 'strlen', 'stdout']) {
      expect(scope).not.toContain(foreign);
    }
    expect(scope.length).toBeLessThan(100);
    expect(namesOf(await complete(inNumel('tt::|')))).not.toContain('check');
    expect(await complete(inNumel('tt_std::|'))).toEqual([]);
    expect(await complete(inNumel('tt::check::|'))).toEqual([]);
  });

  it('offers what std holds, and nothing reserved', async () => {
    const names = namesOf(await complete(inNumel('std::|')));
    expect(names).toEqual(
      expect.arrayContaining(['vector', 'string', 'int64_t', 'max', 'printf', 'sqrt', 'move']),
    );
    const everywhere = [...names, ...namesOf(await complete(inNumel('|')))];
    expect(everywhere.filter((name) => /^_|__/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('offers members after a dot, all overloads of one name together', async () => {
    const found = await complete(inNumel('Shape s; s.|'));
    expect(namesOf(found)).toEqual(expect.arrayContaining(['size', 'push_back', 'begin']));
    expect(namesOf(found)).not.toContain('vector');
    expect(namesOf(found)).not.toContain('numel');
    const insert = found.find(({ name }) => name === 'insert');
    expect(insert?.signatures.length).toBeGreaterThan(2);
    expect(found.find(({ name }) => name === 'size')?.signatures).toEqual([
      'size_type size() const',
    ]);
  });

  it('offers no private member', async () => {
    const header = 'struct Box {\n  int open();\n private:\n  int hidden_;\n};\n';
    const text = '#include "box.h"\nvoid f(Box& box) { box.| }\n';
    const names = namesOf(await complete(text, { 'box.h': header }));
    expect(names).toContain('open');
    expect(names).not.toContain('hidden_');
  });

  it('offers headers to include: the lesson’s in quotes, the standard’s in angles', async () => {
    expect(namesOf(await complete('#include "|'))).toEqual(Object.keys(lesson.headers));
    const standard = namesOf(await complete('#include <|'));
    expect(standard).toContain('vector');
    expect(standard).not.toContain('iostream');
  });

  it('offers the file’s own functions outside of any namespace', async () => {
    const text =
      '#include "engine/shape.h"\nstatic int helper(int a,\n  int b) { return a; }\nint main() { | }\n';
    expect((await complete(text)).find(({ name }) => name === 'helper')?.signatures).toEqual([
      'int helper(int a, int b)',
    ]);
  });

  it('finds its place behind signs of many bytes', async () => {
    const names = namesOf(await complete(inNumel('const char* s = "ä€𝄞"; shape.|')));
    expect(names).toContain('size');
  });

  it('works in a file that does not compile', async () => {
    const names = namesOf(await complete(`${inNumel('oops(; shape.|')}\n}}}`));
    expect(names).toContain('size');
  });

  it('is silent where the file has no such place', async () => {
    const source = { path: lesson.unit, text: 'int a;', headers: {} };
    expect(await compiler.complete(source, 99, 1)).toEqual([]);
  });
});

const check = (text: string): Promise<Diagnostic[]> =>
  compiler.check({ path: lesson.unit, text, headers: lesson.headers });

/** Makes the changes, from the last to the first. */
function apply(text: string, edits: Edit[]): string {
  const lines = text.split('\n');
  for (const edit of edits.toReversed()) {
    expect(edit.endLine).toBe(edit.line);
    const line = lines[edit.line - 1] ?? '';
    lines[edit.line - 1] =
      line.slice(0, edit.column - 1) + edit.text + line.slice(edit.endColumn - 1);
  }
  return lines.join('\n');
}

describe('the compiler’s changes', () => {
  it.each([
    ['a forgotten semicolon', 'int one = 1', 'int one = 1;'],
    ['a misspelt name', 'std::int64_t n = numl(shape);', 'std::int64_t n = numel(shape);'],
    ['a name of std', 'vector<int> v;', 'std::vector<int> v;'],
    [
      'a dot on a pointer',
      'const Shape* p = &shape; p.size();',
      'const Shape* p = &shape; p->size();',
    ],
    ['a call without brackets', 'shape.size;', 'shape.size();'],
    [
      'something behind signs of many bytes',
      'const char* s = "ä€𝄞"; numl(shape);',
      'const char* s = "ä€𝄞"; numel(shape);',
    ],
  ])('mend %s', async (_, wrong, right) => {
    const [first] = await check(inNumel(wrong));
    expect(apply(inNumel(wrong), first?.fix ?? [])).toBe(inNumel(right));
    expect((await check(inNumel(right))).filter((each) => each.severity === 'error')).toEqual([]);
  });

  it('that exclude each other stand on the notes', async () => {
    const text = inNumel('int a = 1; if (a = 2) {}');
    const [warning] = await check(text);
    expect(warning?.fix).toBeUndefined();
    const mended = warning?.notes?.map((note) => apply(text, note.fix ?? []));
    expect(mended).toEqual([
      inNumel('int a = 1; if ((a = 2)) {}'),
      inNumel('int a = 1; if (a == 2) {}'),
    ]);
  });

  it('come with a grading too', async () => {
    const { diagnostics } = await compiler.compile(
      { path: lesson.unit, text: inNumel('int one = 1'), headers: lesson.headers },
      'grade',
    );
    expect(diagnostics[0]?.fix).toHaveLength(1);
  });
});

describe('plain words', () => {
  const WORDS: [string, string, RegExp][] = [
    ['a missing semicolon', 'int x = 1', /semicolon/],
    ['a Python comment', '# later', /\/\/ instead/],
    ['text in single quotes', "std::string s = 'hello';", /double quotes/],
    ['a single quote left open', "char c = 'a;", /one character/],
    ['a double quote left open', 'std::string s = "abc;', /end on its own line/],
    ['a condition without brackets', 'if shape.empty() { return 1; }', /round brackets/],
    ['a colon for a block', 'if (shape.empty()):\n    return 1;', /braces/],
    ['floor division', 'int n = 7 // 2;', /comment/],
    ['a power', 'int p = 2 ** 3;', /std::pow/],
    ['a variable without a type', 'total = 3;', /auto total = …;/],
    ['a loop over a list', 'for (e in shape) {}', /for \(auto x : list\)/],
    ['True', 'bool b = True;', /small letters/],
    ['None', 'int* p = None;', /nullptr/],
    ['len', 'auto n = len(shape);', /shape\.size\(\)/],
    ['range', 'for (auto i : range(3)) {}', /std::size_t i = 0/],
    ['print', 'print("x");', /std::printf/],
    ['a name without std::', 'vector<int> v;', /write std::vector/],
    ['append', 'Shape s; s.append(3);', /push_back/],
    ['an assignment for a comparison', 'int a = 1; if (a = 2) {}', /write ==/],
    ['a chain of comparisons', 'if (0 < shape[0] < 3) {}', /&&/],
    ['a change of what is const', 'shape[0] = 2;', /copy of your own/],
    ['a dot on a pointer', 'const Shape* p = &shape; p.size();', /->/],
    ['raise', 'raise std::invalid_argument("x");', /throw/],
    ['pass', 'if (shape.empty()) { pass; }', /\{\}/],
    ['elif', 'elif (shape.empty()) {}', /else if/],
    ['a brace too few', 'if (shape.empty()) { return 1;', /One \} is missing/],
    ['a bracket too few', 'int n = (1 + 2;', /no \) yet/],
    ['a function that forgets to return', 'auto f = [](int) -> int {};', /return with a value/],
  ];

  it.each(WORDS)('explain %s', async (_, code, says) => {
    const problems = await check(inNumel(code));
    expect(problems.map(({ hint }) => hint ?? '').join('\n')).toMatch(says);
    // Beside the compiler's own, never instead of it.
    for (const { message } of problems) expect(message).toMatch(/\w/);
  });

  it('explain a brace too many', async () => {
    const problems = await check(inNumel('}'));
    expect(problems.map(({ hint }) => hint).join()).toMatch(/ended it too early/);
  });

  it('are silent about what needs none', async () => {
    const [problem] = await check(inNumel('shape.no_such_member();'));
    expect(problem?.hint).toBeUndefined();
  });

  it('name no library internals where no overload fits', async () => {
    const [problem] = await check(inNumel('bool same = (shape == 3);'));
    expect(problem?.notes?.length ?? 0).toBeLessThanOrEqual(3);
  });
});
