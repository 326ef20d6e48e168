/** What a run has shown so far at one step. */
export interface CurvePoint {
  step: number;
  epoch: number;
  trainLoss: number | null;
  testLoss: number | null;
  trainAccuracy: number | null;
  testAccuracy: number | null;
  lr: number;
  gradNorm: number;
}

export interface RunCurves {
  name: string;
  /** In order of step. The loss of a single batch is a point with only `trainLoss`. */
  points: CurvePoint[];
}

/** True if a point tells of one batch, and not of an evaluation. */
export const isBatch = ({ testLoss, trainAccuracy, testAccuracy }: CurvePoint) =>
  testLoss === null && trainAccuracy === null && testAccuracy === null;

/**
 * Keeps every evaluation, and puts means of neighbouring batches in their place, so that there are
 * at most `most` points, if the evaluations leave room for one batch at all. How many batches make
 * a mean is a power of two: a picture that grows keeps its shape.
 */
export function thinned(points: CurvePoint[], most: number): CurvePoint[] {
  if (points.length <= most) return points;
  const batches = points.filter(isBatch);
  const evaluations = points.filter((point) => !isBatch(point));
  const room = Math.max(1, most - evaluations.length);
  const together = 2 ** Math.max(0, Math.ceil(Math.log2(batches.length / room)));
  const means: CurvePoint[] = [];
  for (let at = 0; at < batches.length; at += together) {
    means.push(meanOf(batches.slice(at, at + together)));
  }
  return [...means, ...evaluations].sort((a, b) => a.step - b.step);
}

/** A mean stands where its last batch stood. */
function meanOf(batches: CurvePoint[]): CurvePoint {
  const mean = (value: (point: CurvePoint) => number) =>
    batches.reduce((sum, point) => sum + value(point), 0) / batches.length;
  const trainLoss = mean((point) => point.trainLoss ?? NaN);
  return { ...batches.at(-1)!, trainLoss, gradNorm: mean((point) => point.gradNorm) };
}

/** The last evaluation, or null before the first. */
export const lastEvaluation = ({ points }: RunCurves) =>
  points.findLast((point) => !isBatch(point)) ?? null;

const HEADER =
  'run,step,epoch,train_loss,test_loss,train_accuracy,test_accuracy,learning_rate,gradient_norm';

/** All points of all runs as CSV (RFC 4180): what is not known is empty. */
export function csvOf(runs: RunCurves[]): string {
  const rows = runs.flatMap(({ name, points }) =>
    points.map((point) =>
      [
        ...[name, point.step, point.epoch, point.trainLoss, point.testLoss],
        ...[point.trainAccuracy, point.testAccuracy, point.lr, point.gradNorm],
      ]
        .map(cell)
        .join(','),
    ),
  );
  return [HEADER, ...rows].map((row) => `${row}\r\n`).join('');
}

function cell(value: string | number | null): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
