import type { GraphModel } from './model.ts';

/** Every tensor, operation and step, as it was traced. */
export function jsonOf({ nodes, edges, steps, dropped }: GraphModel): string {
  const all = { nodes: [...nodes.values()], edges, steps, dropped };
  const plain = (_: string, value: unknown) =>
    value instanceof Float32Array ? Array.from(value, finiteOrWord) : finiteOrWord(value);
  return JSON.stringify(all, plain, 1);
}

/** JSON has no NaN and no infinity. */
const finiteOrWord = (value: unknown) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
