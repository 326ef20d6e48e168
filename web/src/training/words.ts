/** A loss, a rate or a norm, as short as it can be read. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : 'infinite';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** A share from 0 to 1. */
export const percent = (share: number) =>
  Number.isFinite(share) ? `${String(Number((share * 100).toFixed(1)))}%` : '–';
