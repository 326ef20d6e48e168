import type { Histogram } from '../../../wasm/session/experiment.ts';

export type Kind = 'activation' | 'gradient' | 'update';
export const KINDS: Kind[] = ['activation', 'gradient', 'update'];

export interface Observation {
  step: number;
  histograms: Histogram[];
}

/** A layer's histograms of one kind over time. */
export interface Strip {
  kind: Kind;
  at: { step: number; histogram: Histogram }[];
}

export interface Layer {
  name: string;
  strips: Strip[];
}

/** Sorts what was observed by layer and kind. Biases are left out: they are few beside the weights. */
export function layersOf(series: Observation[]): Layer[] {
  const layers = new Map<string, Map<Kind, Strip>>();
  for (const { step, histograms } of series) {
    for (const histogram of histograms) {
      const parts = histogram.name.split('.');
      const [layer = '', kind] = [parts[0], parts.at(-1) as Kind];
      if (!KINDS.includes(kind) || parts.includes('bias')) continue;
      const strips = layers.get(layer) ?? new Map<Kind, Strip>();
      layers.set(layer, strips);
      const strip = strips.get(kind) ?? { kind, at: [] };
      strips.set(kind, strip);
      strip.at.push({ step, histogram });
    }
  }
  return [...layers.values()].map((strips, index) => ({
    name: `Layer ${String(index + 1)}`,
    strips: KINDS.flatMap((kind) => strips.get(kind) ?? []),
  }));
}

/** How many values a histogram is of. Zeros of an activation are counted in its parts, too. */
export function totalOf({ name, counts, zeros, broken }: Histogram): number {
  const counted = counts.reduce((sum, count) => sum + count, 0);
  return counted + broken + (name.endsWith('.activation') ? 0 : zeros);
}

/** The size in the middle of all sizes, of a histogram of logarithms; null of none. */
export function middleSize(histogram: Histogram): number | null {
  const { counts, zeros, low, high, broken } = histogram;
  const finite = totalOf(histogram) - broken;
  if (finite === 0) return null;
  let below = zeros;
  if (below * 2 > finite) return 0;
  for (const [bin, count] of counts.entries()) {
    below += count;
    if (below * 2 >= finite) return 10 ** (low + ((bin + 0.5) / counts.length) * (high - low));
  }
  return 0;
}

/** What the last histogram of a kind says, and whether it is a sign of trouble. */
export interface Reading {
  words: string;
  trouble: string;
}

const MOST_DEAD = 0.9; // as many outputs are 0: hardly anything passes
const VANISHING = 1e-3; // of the last layer's gradient: this layer hardly learns
const LARGE_GRADIENT = 1;
const LARGE_UPDATE = 0.1; // of the weight itself: it jumps about
const SMALL_UPDATE = 1e-6; // of the weight itself: close to what a float can tell apart

/** `lastGradient` is the middle size of the gradients of the last layer. */
export function readingOf(kind: Kind, histogram: Histogram, lastGradient: number | null): Reading {
  const total = totalOf(histogram);
  const { broken, zeros } = histogram;
  if (broken > 0) {
    return {
      words: `${String(broken)} of ${String(total)} are infinite or not a number`,
      trouble: 'not finite',
    };
  }
  if (total === 0) return { words: 'nothing observed', trouble: '' };
  const share = zeros / total;
  if (kind === 'activation') {
    return {
      words: `dead: ${String(Math.round(share * 100))}% exactly 0`,
      trouble: share >= MOST_DEAD ? 'nearly all dead' : '',
    };
  }
  const middle = middleSize(histogram);
  if (middle === null || middle === 0) {
    return {
      words: kind === 'gradient' ? 'gradients are 0' : 'weights do not move',
      trouble: kind === 'gradient' ? 'vanishing' : 'no update',
    };
  }
  return kind === 'gradient' ? gradientReading(middle, lastGradient) : updateReading(middle);
}

function gradientReading(middle: number, lastGradient: number | null): Reading {
  const isVanishing = lastGradient !== null && middle < VANISHING * lastGradient;
  return {
    words: `gradients about ${roundSize(middle)}`,
    trouble: isVanishing ? 'vanishing' : middle > LARGE_GRADIENT ? 'exploding' : '',
  };
}

function updateReading(middle: number): Reading {
  const share =
    middle < 1 ? `1/${(10 ** Math.round(-Math.log10(middle))).toLocaleString('en')}` : 'the size';
  const trouble =
    middle > LARGE_UPDATE ? 'very large steps' : middle < SMALL_UPDATE ? 'hardly moves' : '';
  return { words: `updates about ${share} of the weights`, trouble };
}

const roundSize = (size: number) => String(Number(size.toPrecision(1)));
