import type { Ingredient, Instruction, Recipe } from '../../../wasm/session/play.ts';
import type { Kind } from '../../../wasm/session/session.ts';

/** A computation to begin with: what it shows, and which of its numbers have sliders. */
export interface Preset {
  title: string;
  about: string;
  recipe: Recipe;
}

const number = (name: string, value: number): Ingredient => ({
  ...{ name, shape: [], values: [value], requiresGrad: true },
});

const step = (
  result: string,
  op: string,
  inputs: string,
  others: Pick<Instruction, 'integers' | 'numbers'> = {},
): Instruction => ({ result, op, inputs: inputs.split(' '), ...others });

/** The points of two half-moons, four of them, and weights that have learned nothing yet. */
const points = [0.9, 0.1, -0.8, 0.5, 0.2, -0.4, 1.7, 0.3];
const spread = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.round(Math.sin(seed + i * 2.4) * 80) / 100);

const weights = (name: string, shape: number[], seed: number): Ingredient => ({
  ...{ name, shape, requiresGrad: true },
  values: spread(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
});

const DEPTH = 12;
const LAYERS = 400;

function deepNetwork(): Recipe {
  const names = Array.from({ length: LAYERS }, (_, i) => `layer${String(i + 1)}`);
  return {
    tensors: [
      number('x', 0.5),
      ...names.flatMap((name) => [number(`${name}.w`, 1.05), number(`${name}.b`, 0.01)]),
    ],
    operations: names.flatMap((name, i) => [
      step(`${name}.wx`, 'mul', `${name}.w ${i === 0 ? 'x' : `${names[i - 1]!}.out`}`),
      step(`${name}.sum`, 'add', `${name}.wx ${name}.b`),
      step(`${name}.out`, 'tanh', `${name}.sum`),
    ]),
    backward: `${names.at(-1)!}.out`,
  };
}

/** Those that single numbers can do: see engine/scalar_session.h. */
const SCALAR = ['polynomial', 'formula', 'diamond'];

/** What an engine of this kind can compute. */
export function presetsFor(kind: Kind): Preset[] {
  if (kind === 'tensors') return Object.values(presets);
  return SCALAR.map((name) => ({
    ...presets[name]!,
    recipe: { ...presets[name]!.recipe, kind },
  }));
}

export const presets: Record<string, Preset> = {
  polynomial: {
    title: 'A polynomial',
    about: 'y = x² + 3x + 1. The slope at x is 2x + 3.',
    recipe: {
      tensors: [
        number('x', 2),
        { ...number('three', 3), requiresGrad: false },
        { ...number('one', 1), requiresGrad: false },
      ],
      operations: [
        step('x²', 'square', 'x'),
        step('3x', 'mul', 'three x'),
        step('sum', 'add', 'x² 3x'),
        step('y', 'add', 'sum one'),
      ],
      backward: 'y',
    },
  },
  formula: {
    title: 'Two ways to a',
    about: 'y = a·b + a. The number a is read twice: by the product and by the sum.',
    recipe: {
      tensors: [number('a', 2), number('b', 3)],
      operations: [step('c', 'mul', 'a b'), step('y', 'add', 'c a')],
      backward: 'y',
    },
  },
  diamond: {
    title: 'A value used twice',
    about: 'b is read by two operations. Both send a gradient back, and they are added up.',
    recipe: {
      tensors: [number('a', 3), number('c', 2)],
      operations: [
        step('b', 'mul', 'a c'),
        step('left', 'square', 'b'),
        step('right', 'mul', 'b c'),
        step('y', 'add', 'left right'),
      ],
      backward: 'y',
    },
  },
  weights: {
    title: 'Weights that are read twice',
    about: 'w times x, plus w, and the sum of it all. Only w wants a gradient.',
    recipe: {
      tensors: [
        { name: 'w', shape: [2], values: [2, 3], requiresGrad: true },
        { name: 'x', shape: [2], values: [5, 7], requiresGrad: false },
      ],
      operations: [step('p', 'mul', 'w x'), step('q', 'add', 'p w'), step('loss', 'sum', 'q')],
      backward: 'loss',
    },
  },
  stretched: {
    title: 'Weights that are stretched',
    about: 'Three weights meet two rows. What comes back for both rows is summed for the weights.',
    recipe: {
      tensors: [
        { name: 'x', shape: [2, 3], values: [1, 2, 3, 4, 5, 6], requiresGrad: false },
        { name: 'w', shape: [3], values: [10, 20, 30], requiresGrad: true },
        { name: 'dout', shape: [2, 3], values: [1, 0, 2, 0, -1, 1], requiresGrad: false },
      ],
      operations: [
        step('y', 'mul', 'x w'),
        step('weighted', 'mul', 'y dout'),
        step('loss', 'sum', 'weighted'),
      ],
      backward: 'loss',
    },
  },
  softmax: {
    title: 'Softmax with cross entropy',
    about: 'Three scores for two examples. The gradient is (p − onehot) / 2.',
    recipe: {
      tensors: [
        { name: 'scores', shape: [2, 3], values: [2, 1, 0.1, 0.5, 2.5, 0], requiresGrad: true },
        { name: 'onehot', shape: [2, 3], values: [1, 0, 0, 0, 0, 1], requiresGrad: false },
        { name: 'minus_half', shape: [], values: [-0.5], requiresGrad: false },
      ],
      operations: [
        step('log_p', 'log_softmax', 'scores', { integers: [1] }),
        step('chosen', 'mul', 'log_p onehot'),
        step('total', 'sum', 'chosen'),
        step('loss', 'mul', 'total minus_half'),
      ],
      backward: 'loss',
    },
  },
  mlp: {
    title: 'A network of two layers',
    about: 'Four points with two numbers each, three hidden units, one output, squared error.',
    recipe: {
      tensors: [
        { name: 'x', shape: [4, 2], values: points, requiresGrad: false },
        { name: 'target', shape: [4, 1], values: [1, -1, -1, 1], requiresGrad: false },
        weights('layer1.weight', [2, 3], 1),
        weights('layer1.bias', [3], 2),
        weights('layer2.weight', [3, 1], 3),
        weights('layer2.bias', [1], 4),
      ],
      operations: [
        step('layer1.product', 'matmul', 'x layer1.weight'),
        step('layer1.sum', 'add', 'layer1.product layer1.bias'),
        step('hidden', 'tanh', 'layer1.sum'),
        step('layer2.product', 'matmul', 'hidden layer2.weight'),
        step('layer2.sum', 'add', 'layer2.product layer2.bias'),
        step('error', 'sub', 'layer2.sum target'),
        step('squared', 'square', 'error'),
        step('loss', 'mean', 'squared'),
      ],
      backward: 'loss',
    },
  },
  sigmoids: {
    title: 'A gradient that vanishes',
    about: `${String(DEPTH)} sigmoids in a row. Each slope is at most ¼, so little arrives at x.`,
    recipe: {
      tensors: [number('x', 4)],
      operations: Array.from({ length: DEPTH }, (_, i) =>
        step(`s${String(i + 1)}`, 'sigmoid', i === 0 ? 'x' : `s${String(i)}`),
      ),
      backward: `s${String(DEPTH)}`,
    },
  },
  deep: {
    title: 'A very deep network',
    about: `${String(LAYERS)} layers of one unit each, tanh(w·x + b): ${String(5 * LAYERS + 1)} tensors. Every layer is a module, and begins closed.`,
    recipe: deepNetwork(),
  },
  logarithm: {
    title: 'A logarithm that makes NaN',
    about: 'log of a negative number. Everything behind it is NaN too.',
    recipe: {
      tensors: [number('x', 1), number('w', -2)],
      operations: [
        step('p', 'mul', 'x w'),
        step('log_p', 'log', 'p'),
        step('scaled', 'mul', 'log_p w'),
        step('loss', 'neg', 'scaled'),
      ],
      backward: 'loss',
    },
  },
};
