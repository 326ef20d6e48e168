/** The place of the greatest of some scores; null if one of them is not a number. */
export function best(scores: Float32Array): number | null {
  if (scores.length === 0 || scores.some(Number.isNaN)) return null;
  return scores.indexOf(Math.max(...scores));
}

/** Scores as shares that sum to 1. */
export function softmax(scores: Float32Array): number[] {
  const greatest = Math.max(...scores);
  const powers = Array.from(scores, (score) => Math.exp(score - greatest));
  const sum = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / sum);
}
