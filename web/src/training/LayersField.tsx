import { NumberField } from './NumberField.tsx';
import { wholeBetween } from './options.ts';

const MOST_LAYERS = 16;
const WIDTH = wholeBetween(1, 4096);
const FIRST_WIDTH = 16;

interface Props {
  hidden: number[];
  onChange: (hidden: number[]) => void;
}

/** The widths of the hidden layers, from the inputs to the outputs. */
export function LayersField({ hidden, onChange }: Props) {
  return (
    <fieldset className="layers-field">
      <legend>Hidden layers</legend>
      {hidden.length === 0 && <p className="muted">None: the network is one linear layer.</p>}
      <ol>
        {hidden.map((width, layer) => (
          <li key={`${String(layer)} of ${String(hidden.length)}`}>
            <NumberField
              label={`Width of layer ${String(layer + 1)}`}
              value={width}
              rule={WIDTH}
              onChange={(next) => onChange(hidden.with(layer, next))}
            >
              <button
                type="button"
                className="icon-button"
                aria-label={`Remove layer ${String(layer + 1)}`}
                onClick={() => onChange(hidden.toSpliced(layer, 1))}
              >
                ×
              </button>
            </NumberField>
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="button"
        disabled={hidden.length >= MOST_LAYERS}
        onClick={() => onChange([...hidden, hidden.at(-1) ?? FIRST_WIDTH])}
      >
        Add a layer
      </button>
    </fieldset>
  );
}
