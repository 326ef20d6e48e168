import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import type { CurvePoint } from './curves.ts';
import { shortNumber } from './words.ts';

/** One line of a chart: values over steps. A step whose value is not finite is a gap. */
export interface Series {
  label: string;
  kind: 'batch' | 'train' | 'test';
  /** Which run it is of: decides about colour and symbol. */
  run: number;
  at: { step: number; value: number }[];
}

export type Scale = ScaleContinuousNumeric<number, number>;

export const seriesOf = (
  points: CurvePoint[],
  value: (point: CurvePoint) => number | null,
): Series['at'] =>
  points.flatMap((point) => {
    const number = value(point);
    return number === null ? [] : [{ step: point.step, value: number }];
  });

export const lastOf = ({ at }: Series) => at.findLast(({ value }) => Number.isFinite(value));

/** From 0 to the greatest loss; as a logarithm, from the least one above 0. */
export function lossScale(series: Series[], log: boolean): Scale {
  const values = series.flatMap(({ at }) => at.map(({ value }) => value));
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const [least, most] = finite.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
  if (!(most > 0)) return (log ? scaleLog([0.1, 1], [0, 1]) : scaleLinear([0, 1], [0, 1])) as Scale;
  return log
    ? scaleLog([least === most ? least / 10 : least, most], [0, 1]).nice()
    : scaleLinear([0, most], [0, 1]).nice(4);
}

/** A few numbers to write at an axis. */
export function ticksOf(scale: Scale, log: boolean): { value: number; text: string }[] {
  const all = scale.ticks(4);
  const powers = all.filter((value) => Number.isInteger(Math.log10(value)));
  const few =
    log && powers.length >= 2
      ? powers
      : all.filter((_, at) => at % Math.ceil(all.length / 6) === 0);
  return few.map((value) => ({ value, text: shortNumber(value) }));
}

/** Moves labels apart that would be written over each other: `gap` is the height of one. */
export function spread(places: number[], gap: number, bottom: number): number[] {
  const order = places.map((_, index) => index).sort((a, b) => places[a]! - places[b]!);
  const moved = [...places];
  let least = -Infinity;
  for (const index of order) {
    moved[index] = Math.max(places[index]!, least);
    least = moved[index] + gap;
  }
  let most = bottom;
  for (const index of order.reverse()) {
    moved[index] = Math.min(moved[index]!, most);
    most = moved[index] - gap;
  }
  return moved;
}
