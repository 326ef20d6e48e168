import { scaleLinear } from 'd3-scale';
import { useMemo, useState } from 'react';
import { saveFile } from '../shell/save.ts';
import { Chart, Sample } from './Chart.tsx';
import { lossScale, type Series, seriesOf } from './chart.ts';
import { csvOf, isBatch, lastEvaluation, type RunCurves, thinned } from './curves.ts';
import { CurvesTable } from './CurvesTable.tsx';
import { percent, shortNumber } from './words.ts';
import './training.css';

const MOST_POINTS = 400; // of one line: more cannot be told apart

interface Props {
  /** The current run is the last one. */
  runs: RunCurves[];
  /** An accuracy that is asked for: at least, or `atMost`. */
  goal?: { accuracy: number; atMost?: boolean };
}

/** Loss and accuracy over the steps of training, of one run or several. */
export function Curves({ runs, goal }: Props) {
  const [log, setLog] = useState(false);
  const { loss, accuracy } = useMemo(() => linesOf(runs), [runs]);
  const lastStep = Math.max(0, ...runs.map(({ points }) => points.at(-1)?.step ?? 0));
  const broken = runs.flatMap((run) => brokenWords(run) ?? []);
  return (
    <div className="curves">
      <div className="curves-charts">
        <Chart
          title="Loss"
          series={loss}
          scale={lossScale(loss, log)}
          words={`Loss over ${String(lastStep)} steps. ${lastWords(runs, 'loss')}`}
          {...{ lastStep, log }}
        />
        <Chart
          title="Accuracy"
          series={accuracy}
          scale={scaleLinear([0, 1], [0, 1])}
          tickText={percent}
          goal={goal && { value: goal.accuracy, text: goalWords(goal) }}
          words={`Accuracy over ${String(lastStep)} steps. ${lastWords(runs, 'accuracy')}`}
          lastStep={lastStep}
        />
      </div>
      {broken.map((words) => (
        <p key={words} className="training-problem" role="status">
          {words}
        </p>
      ))}
      <Legend runs={runs} />
      <div className="row">
        <label>
          <input type="checkbox" checked={log} onChange={({ target }) => setLog(target.checked)} />{' '}
          Logarithmic loss
        </label>
        <button
          type="button"
          className="button"
          onClick={() => saveFile('curves.csv', new Blob([csvOf(runs)], { type: 'text/csv' }))}
        >
          Save CSV
        </button>
      </div>
      <CurvesTable runs={runs} />
    </div>
  );
}

function Legend({ runs }: { runs: RunCurves[] }) {
  return (
    <ul className="curves-legend">
      {runs.map(({ name }, run) => (
        <li key={run}>
          <Sample run={run} kind="test" /> {runs.length > 1 && `${String(run + 1)}: `}
          {name}
          {runs.length > 1 && run === runs.length - 1 && ' (now)'}
        </li>
      ))}
      <li>
        <Sample run={runs.length - 1} kind="test" /> solid: test
      </li>
      <li>
        <Sample run={runs.length - 1} kind="train" /> dashed: train
      </li>
      <li>
        <Sample run={runs.length - 1} kind="batch" /> pale: single batches
      </li>
    </ul>
  );
}

/** The lines of both charts, the current run's last: what is drawn last lies on top. */
function linesOf(runs: RunCurves[]): { loss: Series[]; accuracy: Series[] } {
  const loss: Series[] = [];
  const accuracy: Series[] = [];
  for (const [run, { points }] of runs.entries()) {
    const few = thinned(points, MOST_POINTS);
    const batches = few.filter(isBatch);
    const evaluations = few.filter((point) => !isBatch(point));
    const name = (kind: string) => (runs.length > 1 ? `${String(run + 1)} ${kind}` : kind);
    const label = { train: name('train'), test: name('test') };
    loss.push(
      { kind: 'batch', run, label: '', at: seriesOf(batches, (point) => point.trainLoss) },
      {
        kind: 'train',
        run,
        label: label.train,
        at: seriesOf(evaluations, (point) => point.trainLoss),
      },
      {
        kind: 'test',
        run,
        label: label.test,
        at: seriesOf(evaluations, (point) => point.testLoss),
      },
    );
    accuracy.push(
      {
        kind: 'train',
        run,
        label: label.train,
        at: seriesOf(evaluations, (point) => point.trainAccuracy),
      },
      {
        kind: 'test',
        run,
        label: label.test,
        at: seriesOf(evaluations, (point) => point.testAccuracy),
      },
    );
  }
  return { loss, accuracy };
}

const goalWords = ({ accuracy, atMost = false }: NonNullable<Props['goal']>) =>
  `goal: ${atMost ? 'at most' : 'at least'} ${percent(accuracy)}`;

function lastWords(runs: RunCurves[], what: 'loss' | 'accuracy'): string {
  const words = runs.map((run) => {
    const last = lastEvaluation(run);
    if (last === null) return `${run.name}: not evaluated yet.`;
    const [train, test] =
      what === 'loss'
        ? [last.trainLoss, last.testLoss].map((value) => shortNumber(value ?? NaN))
        : [last.trainAccuracy, last.testAccuracy].map((value) => percent(value ?? NaN));
    return `${run.name}, at step ${String(last.step)}: train ${train!}, test ${test!}.`;
  });
  return words.join(' ');
}

/** Where a loss stopped being a number, of which a line can only be a gap. */
function brokenWords({ name, points }: RunCurves): string | null {
  const isBroken = (loss: number | null) => loss !== null && !Number.isFinite(loss);
  const first = points.find(({ trainLoss, testLoss }) => isBroken(trainLoss) || isBroken(testLoss));
  return first === undefined
    ? null
    : `${name}: from step ${String(first.step)} on the loss is not a finite number. A smaller learning rate may help.`;
}
