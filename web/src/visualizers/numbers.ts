/** Reads `2, 3` or `(2, 3)` or `{2, 3}` as whole numbers; null where it is something else. */
export function parseNumbers(text: string): number[] | null {
  const inner = text.trim().replace(/^[({]|[)}]$/g, '');
  if (inner.trim() === '') return [];
  const parts = inner.replace(/,\s*$/, '').split(/[\s,×x]+/);
  const numbers = parts.filter(Boolean).map(Number);
  return numbers.every(Number.isSafeInteger) ? numbers : null;
}

/** Reads one whole number; null where it is something else. */
export function parseNumber(text: string): number | null {
  const number = text.trim() === '' ? NaN : Number(text);
  return Number.isSafeInteger(number) ? number : null;
}

/** Writes a list as Python writes a tuple: `()`, `(3,)`, `(2, 3)`. */
export const tuple = (numbers: number[]) =>
  numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(', ')})`;

/** Writes a number so that a long one can be read: 4,900,000. */
export const written = (number: number) => number.toLocaleString('en');

const product = (numbers: number[]) => numbers.reduce((a, b) => a * b, 1);

/** How many elements of a list that goes row after row lie between two neighbours on an axis. */
export const rowsBehind = (shape: number[], axis: number) => product(shape.slice(axis + 1));

/** Which index stands at a position of a list that goes row after row: 4 of (2, 3) is (1, 1). */
export const indexAt = (position: number, shape: number[]) =>
  shape.map((extent, axis) => Math.floor(position / rowsBehind(shape, axis)) % extent);
