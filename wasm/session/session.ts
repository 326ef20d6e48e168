/**
 * A running engine, whoever compiled it: tensors have numbers, operations have names, and a trace
 * says what happened. There are two: the reference engine (`embind.ts`) and one that was linked from
 * a student's objects (`reactor.ts`). What the engine refuses is a `Refusal` with its own words.
 */
export interface Session {
  /** Makes a tensor with these values, row after row, and gives its number. */
  tensor(shape: number[], values: Float32Array, options?: TensorOptions): TensorNumber;
  /** Does one operation: see `Session::apply` in engine/session.h for the order of arguments. */
  apply(op: string, inputs: TensorNumber[], options?: Arguments): TensorNumber;
  /** Sets the elements of a tensor that was made by `tensor`. */
  set(tensor: TensorNumber, values: Float32Array): void;
  backward(tensor: TensorNumber, options?: { seed?: TensorNumber; retainGraph?: boolean }): void;
  /** Subtracts `rate` times its gradient from every tensor that has one. */
  descend(rate: number): void;
  zeroGrad(): void;
  shape(tensor: TensorNumber): number[];
  values(tensor: TensorNumber): Float32Array;
  /** Null as long as no backward pass has reached the tensor. */
  grad(tensor: TensorNumber): Float32Array | null;
  /** A copy of the trace so far; `trace.ts` reads it. */
  trace(): Uint8Array;
  /** Forgets every tensor and the trace. */
  clear(): void;
  /** The names that `apply` takes. */
  operations(): string[];
  /** Ends the session; nothing may be called afterwards. */
  close(): void;
}

export type TensorNumber = number;

export interface TensorOptions {
  requiresGrad?: boolean;
  name?: string;
}

/** Axes, sizes and flags are whole numbers; an exponent is a number. */
export interface Arguments {
  integers?: number[];
  numbers?: number[];
}

/** The most that the trace of a session may hold. */
export interface Limits {
  bytes: number;
  tensors: number;
}

export const LIMITS: Limits = { bytes: 16 << 20, tensors: 20_000 };

/** Which engine does the work: that of tensors, or that of single numbers. */
export type Kind = 'tensors' | 'scalars';

/** The engine says no, and why. Any other error is a fault of ours, or the end of a program. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Stops what no engine can be asked: both take whatever they are given. */
export const check = {
  tensor(shape: number[], values: Float32Array): void {
    shape.forEach((extent) => whole('an extent', extent));
    if (!(values instanceof Float32Array)) throw new TypeError('values must be a Float32Array');
  },
  apply(op: string, inputs: TensorNumber[], { integers = [], numbers = [] }: Arguments): void {
    if (typeof op !== 'string') throw new TypeError('an operation must be named');
    inputs.forEach((input) => whole('a tensor', input));
    integers.forEach((integer) => whole(`${op}: an argument`, integer));
    for (const number of numbers) {
      if (typeof number !== 'number') throw new TypeError(`${op}: an argument must be a number`);
    }
  },
  number(tensor: TensorNumber): void {
    whole('a tensor', tensor);
  },
};

function whole(what: string, value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new TypeError(`${what} is ${String(value)}: it must be a whole number`);
  }
}
