/** Reads `2, 3` or `(2, 3)` as whole numbers; null where it is something else. */
export function parseNumbers(text: string): number[] | null {
  const inner = text.trim().replace(/^\(|\)$/g, '');
  if (inner.trim() === '') return [];
  const parts = inner.replace(/,\s*$/, '').split(/[\s,×x]+/);
  const numbers = parts.filter(Boolean).map(Number);
  return numbers.every(Number.isInteger) ? numbers : null;
}

/** Writes a list as Python writes a tuple: `()`, `(3,)`, `(2, 3)`. */
export const tuple = (numbers: number[]) =>
  numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(', ')})`;
