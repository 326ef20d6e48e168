import { colourAt, SCALE } from './heat.ts';
import { numberText } from './words.ts';

const STOPS = [0, 0.25, 0.5, 0.75, 1];

/** What the colours of gradients mean. */
export function Legend() {
  const colours = STOPS.map(colourAt).join(', ');
  return (
    <div className="graph-legend">
      <span>Gradient, largest element: {numberText(SCALE.from)}</span>
      <span
        className="graph-scale"
        style={{ background: `linear-gradient(to right, ${colours})` }}
      />
      <span>{SCALE.to}; hollow: 0</span>
    </div>
  );
}
