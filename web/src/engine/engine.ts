import type { Played, Recipe } from '../../../wasm/session/play.ts';

/** The running engine, as figures see it: one interface, whatever runs behind it. */
export interface Engine {
  /** Runs a program, and shows how its result lies in memory. */
  view(program: Program): Promise<Answer<TensorView>>;
  /** Lines up two shapes at their last axes, and settles them together. */
  broadcast(a: number[], b: number[]): Promise<Broadcast>;
  /** Does what a recipe says, and tells how. */
  play(recipe: Recipe): Promise<Played>;
}

/** A result; or the engine's own words why there is none; or more elements than a figure can draw. */
export type Answer<Result> = { value: Result } | { refusal: string } | { tooMany: number };

/** More elements than this cannot be told apart in a figure, so none are made for one. */
export const MOST_ELEMENTS = 64;

/** Floats 0, 1, 2, ... in memory, seen in this shape, and then through one view after the other. */
export interface Program {
  shape: number[];
  steps: Step[];
}

/** What an argument must be; an `end` may also be null, for a slice to the end of its axis. */
export type Kind = 'number' | 'list' | 'end';

/** The views, with the parameters of the engine's `Tensor` in their order. */
export const signatures = {
  transpose: { dim0: 'number', dim1: 'number' },
  permute: { dims: 'list' },
  slice: { dim: 'number', start: 'number', end: 'end', step: 'number' },
  select: { dim: 'number', index: 'number' },
  expand: { shape: 'list' },
  view: { shape: 'list' },
  as_strided: { sizes: 'list', strides: 'list', storage_offset: 'number' },
} as const satisfies Record<string, Record<string, Kind>>;

export type Op = keyof typeof signatures;

export type Argument = number | number[] | null;

/** One view: `x.op(args)`. */
export interface Step {
  op: Op;
  args: Argument[];
}

export interface TensorView {
  shape: number[];
  strides: number[];
  offset: number;
  contiguous: boolean;
  /** Floats in memory, read or not. */
  memory: number;
  /** For each element, row after row: where in memory it lies, and what lies there. */
  places: number[];
  values: number[];
}

export interface Broadcast {
  /** One for each axis, the first axis first. */
  columns: Column[];
  together: { value: Together } | { refusal: string };
}

export interface Column {
  a: Side;
  b: Side;
  /** Null where the two cannot agree. */
  together: number | null;
}

export interface Side {
  extent: number;
  state: 'given' | 'stretched' | 'missing';
}

/** Both operands, expanded to the shape that they share. */
export interface Together {
  shape: number[];
  a: Operand;
  b: Operand;
}

export interface Operand {
  strides: number[];
  /** Where each element of the result is read from; null if there are more than can be drawn. */
  places: number[] | null;
}
