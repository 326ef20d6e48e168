// What stands between figures and the engine: it passes on what the engine says, and nothing else.
import { readFileSync } from 'node:fs';
import type { BoundEngine } from '../../web/src/engine/bound.ts';
import { MOST_ELEMENTS, type Op, signatures, type Step } from '../../web/src/engine/engine.ts';
import { createService, type Service } from '../../web/src/engine/service.ts';
import { bindEngine } from './fixtures/engine.ts';

let bound: BoundEngine;
let service: Service;
beforeAll(async () => {
  bound = await bindEngine();
  service = createService(bound);
});

const view = (shape: number[], ...steps: Step[]) => service.view({ shape, steps });

describe('a view', () => {
  it('shows a contiguous tensor', () => {
    expect(view([2, 3])).toEqual({
      value: {
        shape: [2, 3],
        strides: [3, 1],
        offset: 0,
        contiguous: true,
        memory: 6,
        places: [0, 1, 2, 3, 4, 5],
        values: [0, 1, 2, 3, 4, 5],
      },
    });
  });

  it('goes through one step after the other', () => {
    const answer = view(
      [3, 4],
      { op: 'transpose', args: [0, -1] },
      { op: 'slice', args: [0, 1, null, 2] },
      { op: 'select', args: [1, 2] },
      { op: 'expand', args: [[3, 2]] },
    );
    expect(answer).toEqual({
      value: expect.objectContaining({
        shape: [3, 2],
        strides: [0, 2],
        offset: 9,
        contiguous: false,
        memory: 12,
        places: [9, 11, 9, 11, 9, 11],
      }),
    });
  });

  it('can be any layout of the memory', () => {
    const windows: Step = { op: 'as_strided', args: [[4, 3], [1, 1], 0] };
    expect(view([6], windows)).toEqual({
      value: expect.objectContaining({ places: [0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5] }),
    });
  });

  const refused: [string, Step, string][] = [
    ['a layout that leaves the memory', { op: 'as_strided', args: [[2, 3], [4, 1], 0] }, '[0, 6)'],
    ['an axis that is not there', { op: 'transpose', args: [0, 2] }, '[normalize_axis] got axis 2'],
    ['a step that does not move', { op: 'slice', args: [0, 0, null, 0] }, '[slice] got step 0'],
    ['a shape it cannot stretch to', { op: 'expand', args: [[4, 3]] }, 'extent 2 must be 1 or 4'],
    ['another number of elements', { op: 'view', args: [[4]] }, '[view] got shape (4,)'],
  ];
  it.each(refused)('says in the engine’s words why it refuses %s', (_, step, words) => {
    expect(view([2, 3], step)).toEqual({ refusal: expect.stringContaining(words) });
  });

  it('says so where a shape is none', () => {
    expect(view([2, -1])).toEqual({
      refusal: expect.stringContaining('[numel] got shape (2, -1)'),
    });
  });

  it('counts more elements than a figure draws, and makes none', () => {
    const before = bound.memoryStats().allocations;
    expect(view([MOST_ELEMENTS + 1])).toEqual({ tooMany: MOST_ELEMENTS + 1 });
    expect(bound.memoryStats().allocations).toBe(before);
    const huge: Step = { op: 'expand', args: [[1_000_000, 1_000_000, 3]] };
    expect(view([3], huge)).toEqual({ tooMany: 3e12 });
  });

  it('leaves nothing in the engine’s memory, refused or not', () => {
    const before = bound.memoryStats().liveBytes;
    view([2, 3], { op: 'transpose', args: [0, 1] });
    view([2, 3], { op: 'transpose', args: [0, 1] }, { op: 'view', args: [[6]] });
    service.broadcast([2, 3], [3]);
    service.play({
      tensors: [{ name: 'x', shape: [], values: [3], requiresGrad: true }],
      operations: [{ result: 'y', op: 'square', inputs: ['x'] }],
      backward: 'y',
    });
    expect(bound.memoryStats().liveBytes).toBe(before);
  });
});

describe('an argument that Embind would take for something else is stopped:', () => {
  const wrong: [string, Step][] = [
    ['half a step', { op: 'transpose', args: [0, 0.5] }],
    ['a text', { op: 'select', args: [0, '1' as unknown as number] }],
    ['a list for a number', { op: 'select', args: [0, [1]] }],
    ['a number for a list', { op: 'expand', args: [2] }],
    ['null for anything but an end', { op: 'transpose', args: [0, null] }],
    ['an argument too few', { op: 'slice', args: [0, 1] }],
    ['more than JavaScript counts exactly', { op: 'transpose', args: [0, 2 ** 60] }],
    ['a view that is none', { op: 'constructor' as Op, args: [] }],
  ];
  it.each(wrong)('%s', (_, step) => {
    expect(() => view([2, 3], step)).toThrow(TypeError);
  });

  it('a shape that is no list', () => {
    expect(() => view('2,3' as unknown as number[])).toThrow(TypeError);
    expect(() => service.broadcast([1], [NaN])).toThrow(TypeError);
  });
});

describe('a signature has the parameters of the engine’s header:', () => {
  const header = readFileSync('engine/tensor.h', 'utf8').replaceAll(/\s+/g, ' ');
  it.each(Object.entries(signatures))('%s', (op, parameters) => {
    const [, declared] = new RegExp(`Tensor ${op}\\(([^)]*)\\) const;`).exec(header) ?? [];
    const names = declared?.split(', ').map((one) => /(\w+)( = .*)?$/.exec(one)?.[1]);
    expect(names).toEqual(Object.keys(parameters));
  });
});

describe('broadcasting', () => {
  it('lines up the last axes, and says what stretches and what is missing', () => {
    const { columns, together } = service.broadcast([4, 1, 3], [5, 1]);
    expect(columns).toEqual([
      { a: { extent: 4, state: 'given' }, b: { extent: 1, state: 'missing' }, together: 4 },
      { a: { extent: 1, state: 'stretched' }, b: { extent: 5, state: 'given' }, together: 5 },
      { a: { extent: 3, state: 'given' }, b: { extent: 1, state: 'stretched' }, together: 3 },
    ]);
    expect(together).toMatchObject({
      value: { shape: [4, 5, 3], a: { strides: [3, 0, 1] }, b: { strides: [0, 1, 0] } },
    });
  });

  it('gives the place that each element is read from', () => {
    expect(service.broadcast([2, 1], [3]).together).toEqual({
      value: {
        shape: [2, 3],
        a: { strides: [1, 0], places: [0, 0, 0, 1, 1, 1] },
        b: { strides: [0, 1], places: [0, 1, 2, 0, 1, 2] },
      },
    });
  });

  it('does not stretch 1 to 1, but 1 to 0', () => {
    expect(service.broadcast([1], [1]).columns[0]!.a.state).toBe('given');
    const { columns } = service.broadcast([1], [0]);
    expect(columns).toEqual([
      { a: { extent: 1, state: 'stretched' }, b: { extent: 0, state: 'given' }, together: 0 },
    ]);
  });

  it('refuses in the engine’s words, and marks the axis that is to blame', () => {
    const { columns, together } = service.broadcast([2, 3], [2]);
    expect(columns.map((column) => column.together)).toEqual([2, null]);
    expect(together).toEqual({
      refusal: expect.stringContaining('[broadcast_shapes] got (2, 3) and (2,)'),
    });
    expect(service.broadcast([-1], [-1]).together).toEqual({
      refusal: expect.stringContaining('[numel] got shape (-1,)'),
    });
    expect(service.broadcast([2 ** 40, 1], [2 ** 40]).together).toEqual({
      refusal: expect.stringContaining('must fit into 64 bits'),
    });
  });

  it('settles shapes that are too large to draw, without their places', () => {
    expect(service.broadcast([32, 512, 768], [768]).together).toMatchObject({
      value: { shape: [32, 512, 768], b: { strides: [0, 0, 1], places: null } },
    });
  });
});
