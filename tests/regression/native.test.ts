/** Working with one's own files natively: the folder, the build, the programs, the comparison. */
import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MyFolder, textOf } from '../../scripts/myFolder.ts';
import { configure, runNative, testNatively, testsOf } from '../../scripts/native.ts';
import { differencesOf, readListed, surprises } from '../../scripts/sameness.ts';
import { FILES, removeCourses, writeCourse } from './fixture.ts';
import { PATIENCE, ROOT } from './toolchain.ts';

jest.setTimeout(PATIENCE);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tinytorch-my-'));
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(removeCourses);

const put = async (file: string, text: string) => {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), text);
};
const read = (file: string) => textOf(path.join(folder, file));

describe('the folder my/', () => {
  const UNIT = 'engine/shape.cpp';
  const bring = async (text: string) => {
    const my = await MyFolder.open(folder);
    await my.bring(UNIT, text);
    await my.close();
    return my;
  };

  it('takes in a newer export of a file that was not changed here', async () => {
    await bring('first');
    const { renewed, conflicts } = await bring('second');
    expect([await read(UNIT), renewed, conflicts]).toEqual(['second', 1, []]);
  });

  it('leaves a changed file alone, says so, and keeps the other text beside it', async () => {
    await bring('first');
    await put(UNIT, 'mine');
    const { conflicts } = await bring('second');
    const copy = path.join(folder, 'engine/shape.imported.cpp');
    expect(conflicts).toEqual([{ path: path.join(folder, UNIT), copy }]);
    expect([await read(UNIT), await readFile(copy, 'utf8')]).toEqual(['mine', 'second']);
  });

  it('overwrites no copy of before', async () => {
    await put(UNIT, 'mine');
    await bring('second');
    await bring('third');
    await bring('second');
    expect(await read('engine/shape.imported.cpp')).toBe('second');
    expect(await read('engine/shape.imported-2.cpp')).toBe('third');
    expect(await read('engine/shape.imported-3.cpp')).toBeNull();
  });

  it('puts a starter only where there is nothing, also after an export', async () => {
    await bring('first');
    const my = await MyFolder.open(folder);
    await my.begin(UNIT, 'starter');
    await my.begin('engine/tensor.cpp', 'starter');
    await my.close();
    expect([await read(UNIT), await read('engine/tensor.cpp')]).toEqual(['first', 'starter']);
  });
});

describe('the build', () => {
  /** What a lesson's program is linked from, as far as three units go: unit -> whose it is. */
  function madeFrom(lesson: string): Record<string, string> {
    const build = path.join(folder, 'build');
    expect(configure(build, `-DTINYTORCH_MY=${path.join(folder, 'my')}`)).toBeNull();
    const commands = execFileSync('ninja', ['-C', build, '-t', 'commands', `my_${lesson}`], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const link = commands.trimEnd().split('\n').at(-1) ?? '';
    const objects = link.split(' ').filter((word) => /(shape|tensor|matmul)\.cpp\.o$/.test(word));
    const found = objects.map((object) => {
      const whose = /my\/(accepted\/)?engine\//.exec(object)?.[0] ?? 'reference';
      return [path.basename(object, '.cpp.o'), whose] as const;
    });
    expect(new Set(found.map(([unit]) => unit)).size).toBe(found.length); // none twice
    return Object.fromEntries(found);
  }

  it('links this unit as it stands, earlier ones as accepted, the reference for the rest', async () => {
    await put('my/engine/shape.cpp', '');
    await put('my/accepted/engine/shape.cpp', '');
    await put('my/engine/tensor.cpp', '');
    expect(madeFrom('tensor')).toEqual({
      shape: 'my/accepted/engine/',
      tensor: 'my/engine/',
      matmul: 'reference',
    });
  });

  it('does not link a unit that has not passed into a later lesson', async () => {
    await put('my/engine/shape.cpp', 'this does not compile');
    expect(madeFrom('matmul')).toMatchObject({ shape: 'reference' });
    expect(madeFrom('shape')).toMatchObject({ shape: 'my/engine/' });
  });

  it('does not link a later unit into an earlier lesson', async () => {
    await put('my/accepted/engine/tensor.cpp', '');
    expect(madeFrom('shape')).toMatchObject({ tensor: 'reference' });
    expect(madeFrom('matmul')).toMatchObject({ tensor: 'my/accepted/engine/' });
  });
});

describe('a native program', () => {
  let course: string;
  const FLAGS = ['-std=c++20', '-w', '-D_GLIBCXX_ASSERTIONS', '-I', ROOT];
  const RUNNER = ['check', 'main', 'native'].map((name) => `${ROOT}/wasm/runner/${name}.cpp`);
  const base = () => path.join(course, 'base.o');

  // Everything but the unit.
  beforeAll(async () => {
    course = await writeCourse();
    const sources = [...RUNNER, `${course}/lessons/01-one/check.cpp`];
    const parts = ['-nostdlib', '-r', '-o', base()];
    execFileSync('c++', [...FLAGS, '-I', course, ...sources, ...parts]);
  });

  /** Builds the small course's first lesson with this body of `twice`. */
  async function program(body: string): Promise<string> {
    const unit = FILES['engine/one.cpp']!.replace('return number + number;', body).replace(
      '#include "engine/error.h"',
      '#include "engine/error.h"\n#include <cstdio>\n#include <cstdlib>\n#include <vector>',
    );
    await put('unit.cpp', unit);
    const file = path.join(folder, 'program');
    const source = path.join(folder, 'unit.cpp');
    execFileSync('c++', [...FLAGS, '-I', course, source, base(), '-o', file]);
    return file;
  }
  const tested = async (body: string, limitSeconds = 10) => {
    const file = await program(body);
    const options = { seed: 1, limitSeconds, path: 'my/engine/one.cpp', source: '' };
    return testNatively(file, await testsOf(file), options);
  };

  it('says of a wrong answer what the page says', async () => {
    const [first, , half] = await tested('return number;');
    expect(first).toMatchObject({
      ...{ name: '3 becomes 6', step: 'twice', verdict: 'failed' },
      ...{ message: 'twice(3) is wrong. Add.', expected: '6', actual: '3' },
    });
    expect(half?.passed).toBe(true);
  });

  it('says "not written yet" of a todo', async () => {
    const [first] = await tested('todo("twice: add");');
    expect(first?.verdict).toBe('failed');
    expect(first?.message).toMatch(/^Not written yet: twice: add/);
  });

  const stops: [string, string, string][] = [
    ['crashed', 'a null pointer', 'int* none = nullptr; *(volatile int*)none = number;'],
    ['crashed', 'an index out of bounds', 'std::vector<int> a(3); return a[number];'],
    ['crashed', 'a division by zero', 'volatile int zero = 0; return number / zero;'],
    ['crashed', 'an exception', 'throw std::vector<int>(3).at(7);'],
    ['incomplete', 'an exit', 'std::exit(0);'],
    ['outOfMemory', 'memory without an end', 'for (;;) { new char[1 << 20]; }'],
    ['tooMuchOutput', 'printing without an end', 'for (;;) { puts("again and again"); }'],
  ];
  it.each(stops)('ends with %s at %s, and still runs the other tests', async (verdict, _, body) => {
    const results = await tested(body);
    expect(results.map((result) => result.verdict)).toEqual([verdict, verdict, 'passed']);
  });

  it('stops at a loop that does not end', async () => {
    const results = await tested('for (volatile int i = 0;;) { i = i + 1; }', 1);
    expect(results.map((result) => result.verdict)).toEqual(['timeout']);
  });

  it('runs one test in its own process, for a debugger', async () => {
    const file = await program('return number;');
    const alone = (index: string) =>
      execFileSync('sh', ['-c', `${file} --test ${index}; echo $?`], { encoding: 'utf8' });
    expect(alone('2')).toBe('ok    half: 6 becomes 3\n0\n');
    expect(alone('0')).toContain('twice(3): expected 6, got 3. Add.\n1\n');
  });

  it('passes on what a program prints', async () => {
    const file = await program('puts("here"); return 2 * number;');
    const outcome = await runNative(file, { kind: 'test', index: 0, seed: 1 }, 10);
    expect([outcome.ending, outcome.output]).toEqual(['returned', 'here\n']);
  });
});

describe('the comparison with the page', () => {
  const job = { kind: 'mutant', name: 'no loop' } as const;
  const tests = (verdict: 'passed' | 'crashed') => [{ name: 'a fact', verdict }];
  const difference = {
    ...{ lesson: 'shape', file: 'no loop', test: 'a fact' },
    ...{ page: 'crashed', native: 'passed' },
  };

  it('finds every test that ends otherwise', () => {
    expect(differencesOf('shape', job, tests('crashed'), tests('crashed'))).toEqual([]);
    expect(differencesOf('shape', job, tests('crashed'), tests('passed'))).toEqual([difference]);
    expect(differencesOf('shape', job, tests('passed'), [])).toMatchObject([
      { native: 'compileError' },
    ]);
  });

  it('accepts a difference only as listed', () => {
    const { lesson, file, test } = difference;
    const listed = { lesson, file, test, reason: 'there is no such trap' };
    expect(surprises([difference], [listed])).toEqual([]);
    expect(surprises([difference], [])).toEqual([expect.stringMatching(/^not listed: no loop/)]);
    expect(surprises([difference], [{ ...listed, test: 'another' }])).toHaveLength(2);
    expect(surprises([difference], [{ ...listed, lesson: 'tensor' }])).toHaveLength(2);
    expect(surprises([], [listed])).toEqual([expect.stringMatching(/^listed, but no longer so/)]);
  });

  it('accepts any difference, or none, where memory is undefined', () => {
    const listed = { lesson: 'shape', file: 'no loop', reason: 'it reads beyond its block' };
    expect(surprises([difference], [listed])).toEqual([]);
    expect(surprises([], [listed])).toEqual([]);
  });

  it('wants a reason for each', () => {
    expect(() => readListed('- lesson: shape', 'same.yaml')).toThrow(/^same.yaml: 0.file/);
    expect(readListed('', 'same.yaml')).toEqual([]);
  });
});
