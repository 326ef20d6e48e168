/** One suite for both sessions: the reference engine, and one linked from a student's own unit. */
import { jest } from '@jest/globals';
import { LIMITS, Refusal, type Session } from '../../wasm/session/session.ts';
import { readTrace, TRACE_VERSION, type TraceEvent, TraceError } from '../../wasm/session/trace.ts';
import { linked, type Open, reference } from './sessions.ts';
import { PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

const floats = (...values: number[]) => Float32Array.from(values);
const of = <Kind extends TraceEvent['kind']>(session: Session, kind: Kind) =>
  readTrace(session.trace()).events.filter(
    (event): event is Extract<TraceEvent, { kind: Kind }> => event.kind === kind,
  );

describe.each([
  ['the reference engine', reference],
  ['a student’s engine', () => linked((lesson) => lesson.reference)],
])('a session of %s', (_, start) => {
  let open: Open;
  let session: Session;
  beforeAll(async () => {
    open = await start();
  });
  beforeEach(() => {
    session = open();
  });
  afterEach(() => session.close());

  it('computes', () => {
    const a = session.tensor([2, 3], floats(1, 2, 3, 4, 5, 6));
    const product = session.apply('matmul', [
      a,
      session.apply('permute', [a], { integers: [1, 0] }),
    ]);
    expect(session.shape(product)).toEqual([2, 2]);
    expect([...session.values(product)]).toEqual([14, 32, 32, 77]);
    const columns = session.apply('sum', [a], { integers: [1, 0] });
    expect(session.shape(columns)).toEqual([1, 3]);
    expect([...session.values(session.apply('pow', [a], { numbers: [2] }))]).toEqual([
      1, 4, 9, 16, 25, 36,
    ]);
  });

  it('differentiates, adds up over passes, and sets to zero', () => {
    const x = session.tensor([2], floats(3, 4), { requiresGrad: true, name: 'x' });
    const loss = session.apply('sum', [session.apply('mul', [x, x])]);
    expect(session.grad(x)).toBeNull();
    session.backward(loss, { retainGraph: true });
    expect([...session.grad(x)!]).toEqual([6, 8]);
    session.backward(loss);
    expect([...session.grad(x)!]).toEqual([12, 16]);
    session.zeroGrad();
    expect([...session.grad(x)!]).toEqual([0, 0]);
  });

  it('goes a step down the gradient', () => {
    const x = session.tensor([2], floats(3, 4), { requiresGrad: true, name: 'x' });
    session.backward(session.apply('sum', [session.apply('mul', [x, x])]));
    session.descend(0.25);
    expect([...session.values(x)]).toEqual([1.5, 2]);
    const changes = readTrace(session.trace()).events.filter(({ kind }) => kind === 'changed');
    expect(changes).toMatchObject([{ tensor: x, summary: { mean: 1.75 } }]);
  });

  it('computes with single numbers on an engine of their own', () => {
    const single = open(LIMITS, 'scalars');
    const x = single.tensor([], floats(3), { requiresGrad: true, name: 'x' });
    const y = single.apply('mul', [x, x]);
    single.backward(y);
    expect([...single.grad(x)!]).toEqual([6]);
    const { tensors } = readTrace(single.trace());
    expect(tensors.get(y)!.operation!.unit).toBe('engine/autograd/scalar.cpp');
    expect(() => single.apply('matmul', [x, x])).toThrow(Refusal);
    expect(() => single.tensor([2], floats(1, 2))).toThrow(/single number/);
    single.close();
  });

  it('takes a seed', () => {
    const x = session.tensor([2], floats(3, 4), { requiresGrad: true });
    const y = session.apply('square', [x]);
    session.backward(y, { seed: session.tensor([2], floats(1, 10)) });
    expect([...session.grad(x)!]).toEqual([6, 80]);
  });

  it('gives the engine’s words where it refuses, and goes on', () => {
    const a = session.tensor([2, 3], new Float32Array(6));
    expect(() => session.apply('matmul', [a, a])).toThrow(Refusal);
    expect(() => session.apply('matmul', [a, a])).toThrow(/^\[matmul\] got/);
    expect(() => session.apply('fold', [a])).toThrow(/fold/);
    expect(() => session.backward(a)).toThrow(/^\[backward\]/);
    expect(() => session.values(77)).toThrow(/77/);
    expect(() => session.tensor([2], floats(1))).toThrow(/from_vector/);
    expect(session.values(session.apply('exp', [a]))).toEqual(floats(1, 1, 1, 1, 1, 1));
  });

  it('is not asked what no engine can answer', () => {
    const a = session.tensor([1], floats(1));
    expect(() => session.tensor([1.5], floats(1))).toThrow(TypeError);
    expect(() => session.tensor([1], [1] as never)).toThrow(TypeError);
    expect(() => session.apply('sum', [a], { integers: [0.5] })).toThrow(TypeError);
    expect(() => session.apply('sum', [Number.NaN])).toThrow(TypeError);
    expect(() => session.backward('a' as never)).toThrow(TypeError);
  });

  it('sets a leaf', () => {
    const x = session.tensor([2], floats(1, 2), { requiresGrad: true });
    session.set(x, floats(5, 6));
    session.backward(session.apply('sum', [session.apply('square', [x])]));
    expect([...session.grad(x)!]).toEqual([10, 12]);
  });

  it('lists its operations, and each is one', () => {
    const names = session.operations();
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['add', 'cross_entropy', 'matmul', 'softmax']));
    for (const name of names) {
      expect(() => session.apply(name, [])).toThrow(/must have/);
    }
  });

  it('tells what happened, in order', () => {
    const x = session.tensor([3], floats(1, 2, 3), { requiresGrad: true, name: 'x' });
    const y = session.apply('mul', [x, x]);
    const loss = session.apply('sum', [y]);
    session.backward(loss);
    const { tensors, events, dropped } = readTrace(session.trace());
    expect(dropped).toBe(0);
    expect(tensors.get(x)).toMatchObject({ name: 'x', requiresGrad: true, operation: null });
    expect(tensors.get(y)).toMatchObject({ shape: [3], requiresGrad: true });
    expect(tensors.get(y)!.operation).toMatchObject({
      ...{ op: 'mul', unit: 'engine/ops/elementwise.cpp', inputs: [x, x] },
      ...{ flops: 3, bytes: 12, keptBytes: 12, bytesWritten: 12 },
    });
    expect(tensors.get(loss)!.operation!.attributes).toEqual({ dims: '()', keepdim: '0' });
    expect([...tensors.get(y)!.summary.first]).toEqual([1, 4, 9]);
    expect(tensors.get(y)!.summary).toMatchObject({ min: 1, max: 9, nans: 0, infinities: 0 });
    expect(events.map((event) => event.kind)).toEqual([
      ...['tensor', 'tensor', 'tensor', 'backward'],
      ...['arrival', 'contribution', 'arrival', 'contribution', 'contribution', 'gradient'],
    ]);
    const given = of(session, 'contribution').map(({ from, to, input, summary }) => ({
      ...{ from, to, input },
      first: [...summary.first],
    }));
    expect(given).toEqual([
      { from: loss, to: y, input: 0, first: [1, 1, 1] },
      { from: y, to: x, input: 0, first: [1, 2, 3] },
      { from: y, to: x, input: 1, first: [1, 2, 3] },
    ]);
    expect([...of(session, 'gradient')[0]!.summary.first]).toEqual([2, 4, 6]);
  });

  it('marks NaN and infinity', () => {
    const x = session.tensor([3], floats(-1, 0, 1));
    const { tensors } = readTrace((session.apply('log', [x]), session.trace()));
    expect([...tensors.values()].at(-1)!.summary).toMatchObject({ nans: 1, infinities: 1, max: 0 });
  });

  it('tells of an error', () => {
    const x = session.tensor([2], floats(1, 2), { requiresGrad: true });
    expect(() => session.backward(x)).toThrow(Refusal);
    expect(of(session, 'error')[0]!.message).toMatch(/^\[backward\]/);
  });

  it('shows a view as one, and empty tensors', () => {
    const x = session.tensor([2, 0], new Float32Array(0));
    const y = session.apply('transpose', [x], { integers: [0, 1] });
    expect(session.shape(y)).toEqual([0, 2]);
    expect(readTrace(session.trace()).tensors.get(y)!.operation!.bytes).toBe(0);
  });

  it('is bounded: what does not fit is counted, and clearing makes room', () => {
    session.close();
    session = open({ bytes: 1 << 20, tensors: 3 });
    const x = session.tensor([1], floats(1), { requiresGrad: true });
    const y = session.apply('add', [x, x]);
    session.apply('add', [y, x]);
    expect(() => session.apply('add', [y, x])).toThrow(/cleared/);
    expect(readTrace(session.trace()).dropped).toBeGreaterThan(0);
    session.clear();
    expect(readTrace(session.trace())).toEqual({ tensors: new Map(), events: [], dropped: 0 });
    expect(session.tensor([1], floats(1))).toBe(1);
  });
});

describe('a student’s engine', () => {
  it('that is not written yet says which step, where it is needed', async () => {
    const session = (await linked((lesson) => lesson.starter))();
    const constant = session.tensor([1], floats(2));
    expect([...session.values(session.apply('square', [constant]))]).toEqual([4]);
    const x = session.tensor([1], floats(2), { requiresGrad: true });
    expect(() => session.apply('square', [x])).toThrow(/^Not written yet: ./);
  });
});

describe('a trace', () => {
  const bytes = (...list: number[]) => Uint8Array.from(list);
  const head = [0x54, 0x54, 0x52, 0x43, TRACE_VERSION, 0, 0, 0];

  it('that is none is refused', () => {
    expect(() => readTrace(bytes())).toThrow(TraceError);
    expect(() => readTrace(bytes(1, 2, 3, 4, 5, 6, 7, 8))).toThrow(/not a trace/);
  });

  it('of another version is refused, with both versions', () => {
    expect(() => readTrace(bytes(...head.slice(0, 4), 9, 0, 0, 0))).toThrow(/version 9.*version 2/);
  });

  it('that ends too early is refused', () => {
    expect(() => readTrace(bytes(...head, 2, 50, 0, 0, 0, 1))).toThrow(/middle/);
    expect(() => readTrace(bytes(...head, 4, 1, 0, 0, 0, 1))).toThrow(/middle/);
  });

  it('that speaks of a tensor it does not have is refused', () => {
    expect(() => readTrace(bytes(...head, 4, 4, 0, 0, 0, 7, 0, 0, 0))).toThrow(/tensor 7/);
  });

  it('with a record of an unknown kind is refused', () => {
    expect(() => readTrace(bytes(...head, 200, 0, 0, 0, 0))).toThrow(/unknown kind/);
  });

  it('may be empty', () => {
    expect(readTrace(bytes(...head))).toEqual({ tensors: new Map(), events: [], dropped: 0 });
  });
});
