import type { SessionEngine } from '../../../wasm/session/embind.ts';

/** What wasm/bindings gives to JavaScript. A refusal is an `Error` of the name `Refusal`. */
export interface BoundEngine extends SessionEngine {
  numel(shape: number[]): number;
  contiguousStrides(shape: number[]): number[];
  broadcastShapes(a: number[], b: number[]): number[];
  broadcastStrides(shape: number[], strides: number[], target: number[]): number[];
  arange(end: number): BoundTensor;
  memoryStats(): { liveBytes: number; peakBytes: number; allocations: number };
}

/** A handle that holds on to its storage until it is deleted. */
export interface BoundTensor {
  sizes(): number[];
  strides(): number[];
  storageOffset(): number;
  numel(): number;
  isContiguous(): boolean;
  places(): number[];
  values(): Float32Array;
  asStrided(sizes: number[], strides: number[], offset: number): BoundTensor;
  transpose(dim0: number, dim1: number): BoundTensor;
  permute(dims: number[]): BoundTensor;
  slice(dim: number, start: number, end: number | undefined, step: number): BoundTensor;
  select(dim: number, index: number): BoundTensor;
  expand(shape: number[]): BoundTensor;
  view(shape: number[]): BoundTensor;
  delete(): void;
}

/** Calls `body` with a function that keeps the handles it is given, and deletes them at the end. */
export function freeing<Result>(body: (keep: Keep) => Result): Result {
  const kept: BoundTensor[] = [];
  try {
    return body((tensor) => {
      kept.push(tensor);
      return tensor;
    });
  } finally {
    for (const tensor of kept) tensor.delete();
  }
}

export type Keep = (tensor: BoundTensor) => BoundTensor;

/** What `ask` gives, or the engine's words why not. Any other error is a fault and goes on. */
export function answered<Result>(ask: () => Result): { value: Result } | { refusal: string } {
  try {
    return { value: ask() };
  } catch (error) {
    if (error instanceof Error && error.name === 'Refusal') return { refusal: error.message };
    throw error;
  }
}
