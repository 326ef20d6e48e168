import { interpolateCividis } from 'd3-scale-chromatic';
import type { Summary } from '../../../wasm/session/trace.ts';
import { magnitude } from './model.ts';

/** The magnitudes at the ends of the scale; the colour goes by the logarithm between them. */
export const SCALE = { from: 1e-7, to: 1e3 };

const [low, high] = [Math.log10(SCALE.from), Math.log10(SCALE.to)];

/** The place of a magnitude on the scale, from 0 to 1. */
export function placeOf(size: number): number {
  if (size === 0) return 0;
  return Math.min(1, Math.max(0, (Math.log10(size) - low) / (high - low)));
}

export const colourAt = (place: number) => interpolateCividis(place);

/** The colour of a gradient, by its greatest element; none for one that is 0. */
export function heat(gradient: Summary): string {
  const size = magnitude(gradient);
  return size === 0 ? 'transparent' : colourAt(placeOf(size));
}
