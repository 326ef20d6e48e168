import {
  ACTIVATIONS,
  DATA,
  type ExperimentOptions,
  LOSSES,
  OPTIMIZERS,
} from '../../../wasm/session/experiment.ts';
import { ChoiceField } from './ChoiceField.tsx';
import { LayersField } from './LayersField.tsx';
import { NumberField } from './NumberField.tsx';
import {
  above0,
  between,
  differing,
  LABELS,
  NEXT_NAMES,
  OPTION_NAMES,
  optionText,
  wholeBetween,
} from './options.ts';
import './training.css';

type AtOnce = Pick<ExperimentOptions, 'lr' | 'momentum' | 'batchSize'>;

const RATES = { low: -5, high: 1, step: 0.05 }; // of the slider, as powers of ten
const MOMENTUM = between(0, 0.9999);
const BATCH = wholeBetween(1, 1_000_000);
const EXAMPLES = wholeBetween(2, 1_000_000);
const NOISE = between(0, 10);
const DECAY = between(0, 10);
const SEED = wholeBetween(0, Number.MAX_SAFE_INTEGER);

interface Props {
  /** Those of the run that is shown. */
  options: ExperimentOptions;
  /** True while there is no run to change, such as while it is being made. */
  busy: boolean;
  /** Nothing can be changed: all is shown as text. */
  fixed?: boolean;
  onChange: (now: AtOnce) => void;
  /** Those that a reset begins with. */
  next: ExperimentOptions;
  onNext: (next: ExperimentOptions) => void;
}

/** What can be chosen of a run: some of it acts at once, the rest at the next reset. */
export function Controls({ options, busy, fixed = false, onChange, next, onNext }: Props) {
  if (fixed) return <FixedOptions options={options} />;
  return (
    <div className="controls">
      <NowControls {...{ options, busy, onChange }} />
      <NextControls {...{ options, next, onNext }} />
    </div>
  );
}

function FixedOptions({ options }: { options: ExperimentOptions }) {
  return (
    <dl className="controls controls-fixed">
      {OPTION_NAMES.map((name) => (
        <div key={name}>
          <dt>{LABELS[name]}</dt>
          <dd>{optionText(options, name)}</dd>
        </div>
      ))}
    </dl>
  );
}

function NowControls({ options, busy, onChange }: Pick<Props, 'options' | 'busy' | 'onChange'>) {
  const { lr, momentum, batchSize } = options;
  const change = (part: Partial<AtOnce>) => onChange({ lr, momentum, batchSize, ...part });
  return (
    <fieldset>
      <legend>Acts at once</legend>
      <div className="controls-fields">
        <NumberField
          label={LABELS.lr}
          value={lr}
          rule={above0}
          disabled={busy}
          onChange={(value) => change({ lr: value })}
        >
          <input
            type="range"
            aria-label="Learning rate, as a power of ten"
            aria-valuetext={String(lr)}
            min={RATES.low}
            max={RATES.high}
            step={RATES.step}
            value={Math.log10(lr)}
            disabled={busy}
            onChange={({ target }) =>
              change({ lr: Number((10 ** Number(target.value)).toPrecision(2)) })
            }
          />
        </NumberField>
        {options.optimizer === 'sgd' && (
          <NumberField
            label={LABELS.momentum}
            value={momentum}
            rule={MOMENTUM}
            disabled={busy}
            onChange={(value) => change({ momentum: value })}
          />
        )}
        <NumberField
          label={LABELS.batchSize}
          value={batchSize}
          rule={BATCH}
          disabled={busy}
          onChange={(value) => change({ batchSize: value })}
        />
      </div>
    </fieldset>
  );
}

function NextControls({ options, next, onNext }: Pick<Props, 'options' | 'next' | 'onNext'>) {
  const change = (part: Partial<ExperimentOptions>) => onNext({ ...next, ...part });
  const changed = differing([options, next], NEXT_NAMES);
  const isDigits = next.data === 'digits';
  return (
    <fieldset>
      <legend>Acts at the next reset</legend>
      <div className="controls-fields">
        <ChoiceField
          label={LABELS.data}
          value={next.data}
          choices={DATA}
          // Digits are of ten classes, which only cross entropy can tell apart.
          onChange={(data) => change({ data, ...(data === 'digits' && { loss: 'cross_entropy' }) })}
        />
        {!isDigits && (
          <>
            <NumberField
              label={LABELS.examples}
              value={next.examples}
              rule={EXAMPLES}
              onChange={(examples) => change({ examples })}
            />
            <NumberField
              label={LABELS.noise}
              value={next.noise}
              rule={NOISE}
              onChange={(noise) => change({ noise })}
            />
          </>
        )}
        <ChoiceField
          label={LABELS.activation}
          value={next.activation}
          choices={ACTIVATIONS}
          onChange={(activation) => change({ activation })}
        />
        <ChoiceField
          label={LABELS.loss}
          value={next.loss}
          choices={isDigits ? ['cross_entropy'] : LOSSES}
          onChange={(loss) => change({ loss })}
        />
        <ChoiceField
          label={LABELS.optimizer}
          value={next.optimizer}
          choices={OPTIMIZERS}
          onChange={(optimizer) => change({ optimizer })}
        />
        <NumberField
          label={LABELS.weightDecay}
          value={next.weightDecay}
          rule={DECAY}
          onChange={(weightDecay) => change({ weightDecay })}
        />
        <NumberField
          label={LABELS.seed}
          value={next.seed}
          rule={SEED}
          onChange={(seed) => change({ seed })}
        />
      </div>
      <LayersField hidden={next.hidden} onChange={(hidden) => change({ hidden })} />
      <p className="controls-note" role="status">
        {changed.length === 0
          ? 'A reset begins the same run again.'
          : `Changed, and waiting for a reset: ${changed
              .map(
                (name) =>
                  `${LABELS[name].toLowerCase()} (${optionText(next, name)}, now ${optionText(options, name)})`,
              )
              .join('; ')}.`}
      </p>
    </fieldset>
  );
}
