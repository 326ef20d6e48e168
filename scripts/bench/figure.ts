/** One measured number. `target` is the most it may be, where there is one. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  target: number | null;
}

export const WARM_UPS = 3;
export const ROUNDS = 5;

export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
