import { tuple, written } from '../visualizers/numbers.ts';
import { type GraphModel, type GraphNode, stateAt } from './model.ts';
import { callText, costText, valueText } from './words.ts';

const FLOAT_BYTES = 4;

/** All that is known of one tensor at one step. */
export function Inspector({
  model,
  node,
  step,
}: {
  model: GraphModel;
  node: GraphNode;
  step: number;
}) {
  const { value, gradient } = stateAt(node, step);
  const { operation, shape, label } = node;
  const own = operation === null ? node.value.count * FLOAT_BYTES : operation.bytes;
  const facts: [string, string][] = [
    ['Shape', tuple(shape)],
    ['Value', value === null ? 'not yet' : valueText(value)],
    ['Gradient', gradient === null ? 'not yet' : valueText(gradient)],
    ['Bytes', own === 0 ? '0: a view' : written(own)],
  ];
  if (!node.requiresGrad) facts[2] = ['Gradient', 'none is wanted'];
  if (operation !== null) {
    facts.push(['Kept for backward', `${written(operation.keptBytes)} bytes`]);
    facts.push(['Cost', costText(model, node)]);
    facts.push(['Made in', operation.unit]);
    for (const [name, text] of Object.entries(operation.attributes)) facts.push([name, text]);
  }
  return (
    <section className="graph-inspector" aria-label={`About ${label}`}>
      <p className="graph-about">
        {label}
        {operation !== null && <code> = {callText(model, node)}</code>}
      </p>
      <dl>
        {facts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
