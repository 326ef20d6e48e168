import { useEffect, useRef, useState } from 'react';
import type { Examples } from '../../../wasm/session/experiment.ts';
import { CANVAS, drawMargins, drawPoints, marginsOf } from './boundary.ts';
import { shortNumber } from './words.ts';
import './training.css';

export { extentOf, gridInputs } from './boundary.ts';

const NONE: ReadonlySet<number> = new Set();

interface Props {
  points: { train: Examples; test: Examples };
  /** Rows of scores for the cells of a side x side grid over extent², row by row from the top left. */
  scores: Float32Array | null;
  side: number;
  outputs: 1 | 2;
  extent: [low: number, high: number];
  /** The test points, by number, that the network has wrong. */
  wrong?: ReadonlySet<number>;
}

/** What the network says about every place of the plane, and the points it is asked about. */
export function Boundary({ points, scores, side, outputs, extent, wrong = NONE }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [shown, setShown] = useState({ train: true, test: true });
  useEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (context === null) return;
    context.clearRect(0, 0, CANVAS, CANVAS);
    if (scores !== null) drawMargins(context, marginsOf(scores, outputs), side);
    if (shown.train) drawPoints(context, points.train, { extent, hollow: false, wrong: NONE });
    if (shown.test) drawPoints(context, points.test, { extent, hollow: true, wrong });
  }, [points, scores, side, outputs, extent, wrong, shown]);
  const box = (which: 'train' | 'test', label: string) => (
    <label>
      <input
        type="checkbox"
        checked={shown[which]}
        onChange={({ target }) => setShown({ ...shown, [which]: target.checked })}
      />{' '}
      {label}
    </label>
  );
  return (
    <figure className="boundary">
      <canvas
        ref={canvas}
        width={CANVAS}
        height={CANVAS}
        role="img"
        aria-label={labelOf({ points, scores, side, outputs, extent, wrong })}
      />
      <figcaption>
        <ul className="boundary-legend">
          <li>
            <span className="boundary-key is-0" aria-hidden="true" /> class 0: blue, circles
          </li>
          <li>
            <span className="boundary-key is-1" aria-hidden="true" /> class 1: orange, squares
          </li>
          <li>filled: training points; hollow: test points</li>
          <li>ringed: test points that the network has wrong</li>
          <li>the line: where it changes its mind; the paler, the less sure</li>
        </ul>
        <div className="row">
          {box('train', 'Training points')}
          {box('test', 'Test points')}
        </div>
      </figcaption>
    </figure>
  );
}

function labelOf({ points, scores, outputs, extent: [low, high], wrong = NONE }: Props): string {
  const range = `from ${shortNumber(low)} to ${shortNumber(high)}`;
  const begin = `The plane, x and y ${range}.`;
  if (scores === null) return `${begin} The network has not been asked yet.`;
  const margins = marginsOf(scores, outputs);
  const share = margins.filter((margin) => margin > 0).length / Math.max(1, margins.length);
  const of = String(points.test.target.length);
  return `${begin} The network says class 1 in ${String(Math.round(share * 100))}% of it, and has ${String(wrong.size)} of ${of} test points wrong.`;
}
