/** Options in an address, and those that a page begins with. */
import {
  ACTIVATIONS,
  DATA,
  type ExperimentOptions,
  LOSSES,
  OPTIMIZERS,
} from '../../../wasm/session/experiment.ts';

export const FIRST: ExperimentOptions = {
  ...{ data: 'moons', examples: 400, noise: 0.15, hidden: [16, 16], activation: 'tanh' },
  ...{ loss: 'cross_entropy', optimizer: 'sgd', lr: 0.1, momentum: 0.9, weightDecay: 0 },
  ...{ batchSize: 20, seed: 0 },
};

/** What a network for digits begins with. */
export const DIGITS: Partial<ExperimentOptions> = {
  ...{ hidden: [128], activation: 'relu', loss: 'cross_entropy', batchSize: 64 },
};

const CHOICES: Record<string, readonly string[]> = {
  data: DATA,
  activation: ACTIVATIONS,
  loss: LOSSES,
  optimizer: OPTIMIZERS,
};

/** Writes into an address what is not as it begins. */
export function writeOptions(search: URLSearchParams, options: ExperimentOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const text = String(value);
    if (text === String(FIRST[name as keyof ExperimentOptions])) search.delete(name);
    else search.set(name, text);
  }
}

/** Reads them; what is no such option stays as it begins. */
export function readOptions(search: URLSearchParams): ExperimentOptions {
  const options: Record<string, unknown> = { ...FIRST };
  for (const [name, first] of Object.entries(FIRST)) {
    const text = search.get(name);
    if (text === null) continue;
    if (Array.isArray(first)) {
      const widths = text === '' ? [] : text.split(',').map(Number);
      if (widths.every((width) => Number.isInteger(width) && width > 0)) options[name] = widths;
    } else if (typeof first === 'number') {
      if (text.trim() !== '' && Number.isFinite(Number(text))) options[name] = Number(text);
    } else if (CHOICES[name]?.includes(text)) {
      options[name] = text;
    }
  }
  return options as unknown as ExperimentOptions;
}

/** Whether an address says anything about options. */
export const hasOptions = (search: URLSearchParams): boolean =>
  Object.keys(FIRST).some((name) => search.has(name));

/** A run in a few words: `moons, 2-16-16-2 tanh, sgd`. */
export function nameOf({ data, hidden, activation, optimizer, lr }: ExperimentOptions): string {
  const layers = hidden.length === 0 ? 'one layer' : `${hidden.join('-')} ${activation}`;
  return `${data}, ${layers}, ${optimizer} ${String(lr)}`;
}
