import type { TensorView } from '../../engine/engine.ts';

const TONES = 6;

/** The class that colours a place in memory, and every element that lies there: that of the first
 * row that reads it. */
export function toneOf({ shape, places }: TensorView, place: number): string {
  const row = Math.floor(places.indexOf(place) / (shape.at(-1) ?? 1));
  return `tone-${row % TONES}`;
}
