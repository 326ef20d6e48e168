import { tuple } from '../visualizers/numbers.ts';
import { type GraphModel, nodeOf, stateAt, troubleOf } from './model.ts';
import type { Tape } from './useTape.ts';
import { callText, valueText } from './words.ts';

/** So many rows are in the page; of a larger graph those around the step. */
const MOST_ROWS = 400;

/** The same graph as a table, in the order in which its values came to be. */
export function StepTable({ model, tape }: { model: GraphModel; tape: Tape }) {
  const current = nodeOf(model.steps[tape.step]);
  const nodes = [...model.nodes.values()];
  const middle = nodes.findIndex(({ number }) => number === current);
  const from = Math.max(0, Math.min(middle - MOST_ROWS / 2, nodes.length - MOST_ROWS));
  return (
    <div className="graph-table" tabIndex={0} role="region" aria-label="The graph as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Made by</th>
            <th scope="col">Shape</th>
            <th scope="col">Value</th>
            <th scope="col">Gradient</th>
          </tr>
        </thead>
        <tbody>
          {nodes.slice(from, from + MOST_ROWS).map((node) => {
            const { value, arrived, gradient } = stateAt(node, tape.step);
            const trouble = gradient === null ? null : troubleOf(gradient, true);
            const waits =
              arrived > 0 ? `${String(arrived)} of ${String(node.contributions.length)}` : '';
            return (
              <tr key={node.number} aria-current={node.number === current ? 'step' : undefined}>
                <th scope="row">{node.label}</th>
                <td>{callText(model, node)}</td>
                <td>{tuple(node.shape)}</td>
                <td>{value === null ? '' : valueText(value)}</td>
                <td>
                  {gradient === null ? waits : valueText(gradient)}
                  {trouble !== null && ` (${trouble})`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {nodes.length > MOST_ROWS && (
        <p className="muted">
          Rows {from + 1} to {from + MOST_ROWS} of {nodes.length.toLocaleString('en')}, around this
          step.
        </p>
      )}
    </div>
  );
}
