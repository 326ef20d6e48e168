import type { ExperimentOptions } from '../../../wasm/session/experiment.ts';
import { differing, LABELS, OPTION_NAMES, optionText } from './options.ts';
import { percent, shortNumber } from './words.ts';
import './training.css';

export interface RunRow {
  id: string;
  name: string;
  options: ExperimentOptions;
  steps: number;
  testAccuracy: number | null;
  testLoss: number | null;
  shown: boolean;
}

interface Props {
  runs: RunRow[];
  onShow: (id: string, shown: boolean) => void;
  onRemove: (id: string) => void;
}

/** Runs side by side: the options in which they differ come first. */
export function RunTable({ runs, onShow, onRemove }: Props) {
  if (runs.length === 0) return <p className="muted">No runs are kept yet.</p>;
  const different = differing(runs.map(({ options }) => options));
  const same = OPTION_NAMES.filter((name) => !different.includes(name));
  return (
    <div className="run-table">
      <div className="training-table" tabIndex={0} role="region" aria-label="Runs, side by side">
        <table>
          <thead>
            <tr>
              <th scope="col">Shown</th>
              <th scope="col">Run</th>
              {different.map((name) => (
                <th key={name} scope="col" className="is-different">
                  {LABELS[name]}
                </th>
              ))}
              <th scope="col">Test accuracy</th>
              <th scope="col">Test loss</th>
              <th scope="col">Steps</th>
              <th scope="col">
                <span className="unseen">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Show ${run.name}`}
                    checked={run.shown}
                    onChange={({ target }) => onShow(run.id, target.checked)}
                  />
                </td>
                <th scope="row">{run.name}</th>
                {different.map((name) => (
                  <td key={name} className="is-different">
                    {optionText(run.options, name)}
                  </td>
                ))}
                <td>{percent(run.testAccuracy ?? NaN)}</td>
                <td>{run.testLoss === null ? '–' : shortNumber(run.testLoss)}</td>
                <td>{run.steps.toLocaleString('en')}</td>
                <td>
                  <button
                    type="button"
                    className="button quiet"
                    aria-label={`Remove ${run.name}`}
                    onClick={() => onRemove(run.id)}
                  >
                    Remove
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">
        {runs.length === 1 ? 'Its options: ' : 'The same in all: '}
        {same
          .map((name) => `${LABELS[name].toLowerCase()} ${optionText(runs[0]!.options, name)}`)
          .join('; ') || 'nothing'}
        .
      </p>
    </div>
  );
}
