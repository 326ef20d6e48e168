import type { Examples } from '../../../wasm/session/experiment.ts';

/** The colours of the two classes, which also the colour-blind can tell apart: red, green, blue. */
const COLOURS = [
  [0, 114, 178],
  [213, 94, 0],
] as const;
const INK = '#111';
const HALO = '#fff';

/** The side of the canvas in its own pixels; the style sheet says how large it is shown. */
export const CANVAS = 720;

/** Gives the (x, y) of the centre of each cell, row by row from the top left: y points upwards. */
export function gridInputs(side: number, [low, high]: [number, number]): Float32Array<ArrayBuffer> {
  const inputs = new Float32Array(side * side * 2);
  const cell = (high - low) / side;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const at = (row * side + column) * 2;
      inputs[at] = low + (column + 0.5) * cell;
      inputs[at + 1] = high - (row + 0.5) * cell;
    }
  }
  return inputs;
}

const MARGIN = 0.08; // of the extent, on each side

/** The least square around the origin's axes that holds all points, and a margin. */
export function extentOf(...examples: Examples[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const { data } of examples) {
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (!(low < high)) return Number.isFinite(low) ? [low - 1, low + 1] : [-1, 1];
  const margin = (high - low) * MARGIN;
  return [low - margin, high + margin];
}

/** How much more the scores of each row speak for class 1 than for class 0: above 0 it is class 1. */
export function marginsOf(scores: Float32Array, outputs: 1 | 2): Float32Array {
  if (outputs === 1) return scores;
  return Float32Array.from(
    { length: scores.length / 2 },
    (_, row) => scores[row * 2 + 1]! - scores[row * 2]!,
  );
}

/** The lines where margins change their sign, between centres of cells, in cells. */
export function zeroLines(margins: Float32Array, side: number): [number, number, number, number][] {
  const lines: [number, number, number, number][] = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      // The corners of a square between four centres, clockwise.
      const corners = [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ] as const;
      const value = corners.map(([x, y]) => margins[(row + y) * side + column + x]!);
      const crossings: [number, number][] = [];
      for (let edge = 0; edge < 4; edge++) {
        const [from, to] = [value[edge]!, value[(edge + 1) % 4]!];
        if (!(from > 0 !== to > 0) || !Number.isFinite(from - to)) continue;
        const share = from / (from - to);
        const [[x0, y0], [x1, y1]] = [corners[edge]!, corners[(edge + 1) % 4]!];
        crossings.push([column + 0.5 + x0 + share * (x1 - x0), row + 0.5 + y0 + share * (y1 - y0)]);
      }
      for (let at = 0; at + 1 < crossings.length; at += 2) {
        lines.push([...crossings[at]!, ...crossings[at + 1]!]);
      }
    }
  }
  return lines;
}

/** The colour of a class: paler, by alpha, the less the network is sure of it. */
export function colourOf(margin: number): [number, number, number, number] {
  if (Number.isNaN(margin)) return [128, 128, 128, 90];
  const [red, green, blue] = COLOURS[margin > 0 ? 1 : 0];
  const sureness = Math.abs(2 / (1 + Math.exp(-margin)) - 1);
  return [red, green, blue, Math.round(25 + 120 * sureness)];
}

/** Colours the whole canvas by what the network says of each cell. */
export function drawMargins(
  context: CanvasRenderingContext2D,
  margins: Float32Array,
  side: number,
) {
  const cells = new ImageData(side, side);
  for (let at = 0; at < side * side; at++) cells.data.set(colourOf(margins[at]!), at * 4);
  const small = document.createElement('canvas');
  small.width = small.height = side;
  small.getContext('2d')!.putImageData(cells, 0, 0);
  context.drawImage(small, 0, 0, CANVAS, CANVAS);
  const scale = CANVAS / side;
  context.beginPath();
  for (const [x0, y0, x1, y1] of zeroLines(margins, side)) {
    context.moveTo(x0 * scale, y0 * scale);
    context.lineTo(x1 * scale, y1 * scale);
  }
  strokeTwice(context, 3);
}

/** Dark on light, so that it can be seen on any ground. */
function strokeTwice(context: CanvasRenderingContext2D, width: number) {
  context.lineCap = 'round';
  context.lineWidth = width + 3;
  context.strokeStyle = HALO;
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = INK;
  context.stroke();
}

interface PointStyle {
  extent: [number, number];
  /** Those of the test set are hollow. */
  hollow: boolean;
  wrong: ReadonlySet<number>;
}

/** Draws points: circles of class 0, squares of class 1. */
export function drawPoints(
  context: CanvasRenderingContext2D,
  { data, target }: Examples,
  { extent: [low, high], hollow, wrong }: PointStyle,
) {
  const scale = CANVAS / (high - low);
  const radius = target.length > 500 ? 5 : 8;
  for (const [index, label] of target.entries()) {
    const x = (data[index * 2]! - low) * scale;
    const y = (high - data[index * 2 + 1]!) * scale;
    const [red, green, blue] = COLOURS[label > 0.5 ? 1 : 0];
    const colour = `rgb(${String(red)} ${String(green)} ${String(blue)})`;
    context.beginPath();
    if (label > 0.5) context.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
    else context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = hollow ? HALO : colour;
    context.fill();
    context.lineWidth = hollow ? 3.5 : 1.5;
    context.strokeStyle = hollow ? colour : HALO;
    context.stroke();
    if (wrong.has(index)) {
      context.beginPath();
      context.arc(x, y, radius + 8, 0, 2 * Math.PI);
      strokeTwice(context, 3);
    }
  }
}
