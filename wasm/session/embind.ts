/** A session of the reference engine, which Embind has bound. */
import {
  type Arguments,
  check,
  type Kind,
  type Limits,
  LIMITS,
  Refusal,
  type Session,
} from './session.ts';

/** What `wasm/bindings/session.cpp` gives. */
export interface BoundSession {
  tensor(shape: number[], values: Float32Array, requiresGrad: boolean, name: string): number;
  apply(op: string, inputs: number[], integers: number[], numbers: number[]): number;
  set(tensor: number, values: Float32Array): void;
  backward(tensor: number, seed: number, retainGraph: boolean): void;
  descend(rate: number): void;
  zeroGrad(): void;
  shape(tensor: number): number[];
  values(tensor: number): Float32Array;
  hasGrad(tensor: number): boolean;
  grad(tensor: number): Float32Array;
  trace(): Uint8Array;
  clear(): void;
  delete(): void;
}

export interface SessionEngine {
  Session: new (bytes: number, tensors: number, scalars: boolean) => BoundSession;
  operations(): string[];
}

export function embindSession(
  engine: SessionEngine,
  limits: Limits = LIMITS,
  kind: Kind = 'tensors',
): Session {
  const bound = new engine.Session(limits.bytes, limits.tensors, kind === 'scalars');
  return {
    tensor(shape, values, { requiresGrad = false, name = '' } = {}) {
      check.tensor(shape, values);
      return asked(() => bound.tensor(shape, values, requiresGrad, name));
    },
    apply(op, inputs, options: Arguments = {}) {
      check.apply(op, inputs, options);
      const { integers = [], numbers = [] } = options;
      return asked(() => bound.apply(op, inputs, integers, numbers));
    },
    set(tensor, values) {
      check.number(tensor);
      asked(() => bound.set(tensor, values));
    },
    backward(tensor, { seed = 0, retainGraph = false } = {}) {
      check.number(tensor);
      asked(() => bound.backward(tensor, seed, retainGraph));
    },
    descend: (rate) => asked(() => bound.descend(rate)),
    zeroGrad: () => bound.zeroGrad(),
    shape: (tensor) => asked(() => bound.shape(tensor)),
    values: (tensor) => asked(() => bound.values(tensor)),
    grad: (tensor) => asked(() => (bound.hasGrad(tensor) ? bound.grad(tensor) : null)),
    trace: () => bound.trace(),
    clear: () => bound.clear(),
    operations: () => engine.operations(),
    close: () => bound.delete(),
  };
}

/** Embind's refusals are plain errors of that name. */
function asked<Result>(ask: () => Result): Result {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Error && error.name === 'Refusal') throw new Refusal(error.message);
    throw error;
  }
}
