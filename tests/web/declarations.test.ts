import { readFileSync } from 'node:fs';
import type { Declaration } from '../../web/src/editor/declarations.ts';
import { declarationsIn, lookUp } from '../../web/src/editor/declarations.ts';
import { CHARACTERS, keepVersion, VERSIONS } from '../../web/src/progress/history.ts';
import type { Version } from '../../web/src/progress/records.ts';

const all = ['engine/shape.h', 'engine/tensor.h', 'engine/error.h'].flatMap((path) =>
  declarationsIn(path, readFileSync(path, 'utf8')),
);
const find = (name: string, before = ''): Declaration[] => lookUp(all, name, before);

describe('the declarations of a header', () => {
  it('have their text, their doc comment and their place', () => {
    const [found] = find('numel');
    const lines = readFileSync('engine/shape.h', 'utf8').split('\n');
    expect(found).toMatchObject({
      file: 'engine/shape.h',
      text: 'std::int64_t numel(const Shape& shape);',
      comment: expect.stringMatching(/^Gives the number of elements of a tensor of this shape/),
    });
    expect(lines[found!.line - 1]).toBe(found!.text);
  });

  it('are of types and aliases too, without their bodies', () => {
    expect(find('Shape')[0]?.text).toBe('using Shape = std::vector<std::int64_t>;');
    expect(find('Tensor')[0]?.text).toBe('class Tensor');
    expect(find('slice_end')[0]?.text).toMatch(/^inline constexpr std::int64_t slice_end/);
  });

  it('know the class that they belong to', () => {
    expect(find('at', 'tensor.').map(({ text }) => text)).toEqual([
      'float& at(const Index& index);',
      'float at(const Index& index) const;',
    ]);
    expect(find('size', 'Storage::')[0]).toMatchObject({
      scope: 'Storage',
      text: 'std::int64_t size() const',
      comment: 'How many floats there are.',
    });
  });

  it('prefer the free function where no object stands before the name', () => {
    expect(find('numel', 'return ').map(({ scope }) => scope)).toEqual([null]);
    expect(find('numel', 'x.').map(({ scope }) => scope)).toEqual(['Tensor']);
  });

  it('say nothing of the standard library', () => {
    expect(find('to_string', 'std::')).toEqual([]);
    expect(find('vector', 'std::')).toEqual([]);
  });
});

describe('kept versions', () => {
  const version = (text: string, at: number, path = 'a.cpp'): Version => ({
    ...{ path, text, at, why: 'because' },
  });

  it('are never more than so many of one file, the newest', () => {
    let kept = [version('other', 0, 'b.cpp')];
    for (let i = 1; i <= VERSIONS + 5; i++) kept = keepVersion(kept, version(String(i), i));
    expect(kept.filter(({ path }) => path === 'a.cpp')).toHaveLength(VERSIONS);
    expect(kept.at(-1)?.text).toBe(String(VERSIONS + 5));
    expect(kept[0]?.path).toBe('b.cpp');
  });

  it('are never longer than so much together', () => {
    const long = 'x'.repeat(CHARACTERS / 2);
    let kept: Version[] = [];
    for (let i = 0; i < 4; i++) kept = keepVersion(kept, version(`${long}${i}`, i));
    expect(kept.map(({ at }) => at)).toEqual([3]);
  });

  it('hold an unchanged text once, with the last thing that happened to it', () => {
    const kept = keepVersion([version('same', 1)], { ...version('same', 2), why: 'tested' });
    expect(kept).toEqual([{ ...version('same', 2), why: 'tested' }]);
  });
});
