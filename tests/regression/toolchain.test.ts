import { locationOfName, parseDiagnostics } from '../../wasm/toolchain/diagnostics.ts';
import { symbolsOf } from '../../wasm/toolchain/objects.ts';
import { applyRule } from '../../wasm/toolchain/rule.ts';

describe('the compiler’s messages', () => {
  const parse = (stderr: string, source = '') => parseDiagnostics(stderr, 'engine/a.cpp', source);

  it('become an error with its range', () => {
    const [error] = parse("/engine/a.cpp:3:5:{3:5-3:9}: error: unknown type name 'nope'\n");
    expect(error).toEqual({
      severity: 'error',
      message: "unknown type name 'nope'",
      location: { file: 'engine/a.cpp', line: 3, column: 5, endLine: 3, endColumn: 9 },
    });
  });

  it('without a range have a column alone', () => {
    const [error] = parse('engine/a.cpp:3:5: fatal error: too much');
    expect(error?.severity).toBe('error');
    expect(error?.location).toEqual({ file: 'engine/a.cpp', line: 3, column: 5 });
  });

  it('speak of the range around the place, not of another', () => {
    const [error] = parse(
      'engine/a.cpp:1:12:{1:3-1:7}{1:11-1:20}{4:1-4:2}: error: no',
      'a line of more than twenty units',
    );
    expect(error?.location).toMatchObject({ column: 11, endColumn: 20 });
  });

  it('count columns as editors do: in UTF-16 units', () => {
    // ä has 2 bytes and 1 unit, € 3 and 1, 𝄞 4 and 2.
    const source = 'auto s = "ä€𝄞"; oops();';
    const byte = new TextEncoder().encode(source.slice(0, source.indexOf('oops'))).length + 1;
    const range = `{1:${String(byte)}-1:${String(byte + 4)}}`;
    const [error] = parse(`engine/a.cpp:1:${String(byte)}:${range}: error: no oops`, source);
    const column = source.indexOf('oops') + 1;
    expect(column).not.toBe(byte);
    expect(error?.location).toMatchObject({ column, endColumn: column + 4 });
  });

  it('keep the columns of other files, whose text is not at hand', () => {
    const [error] = parse('engine/b.h:1:9: error: no', 'ääääää');
    expect(error?.location).toMatchObject({ file: 'engine/b.h', column: 9 });
  });

  it('have their notes with them', () => {
    const stderr = [
      'engine/a.cpp:2:1: error: redefinition of f',
      'engine/a.cpp:1:1: note: previous definition is here',
      'engine/b.h:7:1: note: declared here',
      'engine/a.cpp:9:1: warning: unused',
      '2 errors generated.',
    ].join('\n');
    const found = parse(stderr);
    expect(found.map((each) => each.severity)).toEqual(['error', 'warning']);
    expect(found[0]?.notes?.map((note) => note.message)).toEqual([
      'previous definition is here',
      'declared here',
    ]);
    expect(found[1]?.notes).toBeUndefined();
  });
});

describe('the place of a name', () => {
  const place = (source: string, name: string) => locationOfName('a.cpp', source, name);

  it('is where it stands as a word of its own', () => {
    const source = 'int other_numel;\nint numel2;\n  int numel() {';
    expect(place(source, 'numel')).toEqual({
      ...{ file: 'a.cpp', line: 3, column: 7, endLine: 3, endColumn: 12 },
    });
  });

  it('is not in a comment', () => {
    expect(place('// numel\nint numel;', 'numel')?.line).toBe(2);
  });

  it('is where it is defined, though it is called or named in a text before', () => {
    const source = [
      'Tensor view() {',
      '  fail("use reshape(shape) instead");',
      '  return reshape(x);',
      '  auto y = reshape(x);',
      '}',
      'Tensor Tensor::reshape(const Shape& shape) const {',
    ].join('\n');
    expect(place(source, 'reshape')?.line).toBe(6);
  });

  it('is null where the name does not stand', () => {
    expect(place('int other;', 'numel')).toBeNull();
  });

  it('takes the signs of an operator as they are', () => {
    expect(place('void operator()(int);', 'operator()')?.column).toBe(6);
  });
});

describe('the symbols of an object file', () => {
  // A wasm object made by hand, after the tool conventions' description of the format.
  const text = (value: string) => {
    const bytes = [...new TextEncoder().encode(value)];
    return [bytes.length, ...bytes];
  };
  const part = (id: number, content: number[]) => [
    id,
    // LEB128 of two bytes: the parts are longer than 127.
    (content.length & 0x7f) | 0x80,
    content.length >> 7,
    ...content,
  ];
  const [WEAK, LOCAL, UNDEFINED, NAMED] = [0x1, 0x2, 0x10, 0x40];
  const imports = [
    ...[...text('env'), ...text('__linear_memory'), 2, 1, 0, 1],
    ...[...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0],
    ...[...text('env'), ...text('tt_numel'), 0, 0],
    ...[...text('env'), ...text('__stack_pointer'), 3, 0x7f, 1],
    ...[...text('env'), ...text('__cpp_exception'), 4, 0, 0],
    ...[...text('env'), ...text('__indirect_function_table'), 1, 0x70, 0, 0],
  ];
  const table = [
    ...[0, 0, 2, ...text('strong')],
    ...[0, WEAK, 3, ...text('weak')],
    ...[0, LOCAL, 4, ...text('local')],
    ...[0, UNDEFINED, 1],
    ...[0, UNDEFINED | NAMED, 0, ...text('leave')],
    ...[1, 0, ...text('numbers'), 0, 0, 8],
    ...[1, UNDEFINED, ...text('far_numbers')],
    ...[3, LOCAL, 0],
    ...[2, UNDEFINED, 0],
    ...[4, UNDEFINED, 0],
    ...[5, UNDEFINED, 0],
  ];
  const object = new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...part(2, [6, ...imports]),
    ...part(0, [...text('linking'), 2, ...part(5, [0]), ...part(8, [11, ...table])]),
    ...part(0, text('producers')),
  ]);
  const symbols = symbolsOf(object);
  const find = (name: string) => symbols.find((symbol) => symbol.name === name);

  it('are all there, in order', () => {
    const names = ['strong', 'weak', 'local', 'tt_numel', 'leave', 'numbers', 'far_numbers', ''];
    const runtime = ['__stack_pointer', '__cpp_exception', '__indirect_function_table'];
    expect(symbols.map((symbol) => symbol.name)).toEqual([...names, ...runtime]);
  });

  it('say who may see them', () => {
    const bindings = ['strong', 'weak', 'local'].map((name) => find(name)?.binding);
    expect(bindings).toEqual(['strong', 'weak', 'local']);
  });

  it('say what they are and whether they are defined here', () => {
    expect(find('strong')).toMatchObject({ kind: 'function', defined: true });
    expect(find('tt_numel')).toMatchObject({ kind: 'function', defined: false });
    expect(find('numbers')).toMatchObject({ kind: 'data', defined: true });
    expect(find('far_numbers')).toMatchObject({ kind: 'data', defined: false });
    expect(find('__cpp_exception')).toMatchObject({ kind: 'other', defined: false });
  });

  it('name the module of an import that asks for the host, and of no other', () => {
    expect(find('leave')?.importModule).toBe('wasi_snapshot_preview1');
    expect(find('tt_numel')?.importModule).toBeNull();
  });

  it('cannot be read from a file that ends early', () => {
    expect(() => symbolsOf(object.subarray(0, object.length - 60))).toThrow(/ends early/);
  });
});

describe('the symbol rule', () => {
  const weak = {
    name: '_Z1',
    kind: 'function',
    binding: 'weak',
    defined: true,
    importModule: null,
  };
  const plan = { file: 'engine/a.cpp', defines: {}, headers: [] };
  const refused = async (demangled: string, text: string) => {
    const source = { path: 'engine/a.cpp', text, headers: { 'a.h': 'struct Edge {};' } };
    const report = await applyRule([weak as never], plan as never, source, async () => [demangled]);
    return report.diagnostics.map((each) => each.message);
  };

  it('knows that a parameter of the library’s own templates is not the student’s', async () => {
    const moved = 'std::ranges::__iter_move::__fn::operator()[abi:ne1]<Edge*&>(T&&) const';
    expect(await refused(moved, 'edges.insert(edges.begin(), edge);')).toEqual([]);
  });

  it('names a type of the student’s that others could see', async () => {
    const [message] = await refused(
      'std::vector<Walker>::push_back(Walker&&)',
      'struct Walker {};',
    );
    expect(message).toMatch(/^`Walker` can be seen by other files/);
  });
});
