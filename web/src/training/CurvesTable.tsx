import { isBatch, type RunCurves } from './curves.ts';
import { percent, shortNumber } from './words.ts';

const MOST_ROWS = 12; // of one run, the last ones

/** The last evaluations as numbers. */
export function CurvesTable({ runs }: { runs: RunCurves[] }) {
  const rows = runs.flatMap(({ name, points }, run) =>
    points
      .filter((point) => !isBatch(point))
      .slice(-MOST_ROWS)
      .map((point) => ({ name, run, point })),
  );
  return (
    <details>
      <summary>As a table</summary>
      <div className="training-table" tabIndex={0} role="region" aria-label="The last evaluations">
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Step</th>
              <th scope="col">Train loss</th>
              <th scope="col">Test loss</th>
              <th scope="col">Train accuracy</th>
              <th scope="col">Test accuracy</th>
              <th scope="col">Learning rate</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, run, point }) => (
              <tr key={`${String(run)} ${String(point.step)}`}>
                <th scope="row">{name}</th>
                <td>{point.step.toLocaleString('en')}</td>
                <td>{point.trainLoss === null ? '–' : shortNumber(point.trainLoss)}</td>
                <td>{point.testLoss === null ? '–' : shortNumber(point.testLoss)}</td>
                <td>{percent(point.trainAccuracy ?? NaN)}</td>
                <td>{percent(point.testAccuracy ?? NaN)}</td>
                <td>{shortNumber(point.lr)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
