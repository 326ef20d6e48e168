import type { ExperimentOptions } from '../../../wasm/session/experiment.ts';
import { shortNumber } from './words.ts';

export type OptionName = keyof ExperimentOptions;

/** What each option is called, in the order in which they are shown. */
export const LABELS: Record<OptionName, string> = {
  data: 'Data',
  examples: 'Examples',
  noise: 'Noise',
  hidden: 'Hidden layers',
  activation: 'Activation',
  loss: 'Loss',
  optimizer: 'Optimizer',
  lr: 'Learning rate',
  momentum: 'Momentum',
  weightDecay: 'Weight decay',
  batchSize: 'Batch size',
  seed: 'Seed',
};

export const OPTION_NAMES = Object.keys(LABELS) as OptionName[];

/** Those that are decided when a network is made; the others act at once. */
export const NEXT_NAMES = OPTION_NAMES.filter(
  (name) => name !== 'lr' && name !== 'momentum' && name !== 'batchSize',
);

/** The value of an option in words. */
export function optionText(options: ExperimentOptions, name: OptionName): string {
  if (name === 'hidden') return options.hidden.length === 0 ? 'none' : options.hidden.join(', ');
  const value = options[name];
  return typeof value === 'string'
    ? word(value)
    : name === 'seed'
      ? String(value)
      : shortNumber(value);
}

/** A name of the engine as it is read: `cross_entropy` has a blank. */
export const word = (name: string) => name.replaceAll('_', ' ');

/** The options, of those named, that are not the same in all. */
export function differing(
  all: ExperimentOptions[],
  names: OptionName[] = OPTION_NAMES,
): OptionName[] {
  const [first, ...others] = all;
  const value = (options: ExperimentOptions, name: OptionName) => String(options[name]);
  return names.filter((name) => others.some((each) => value(each, name) !== value(first!, name)));
}

/** Why a number cannot be one; nothing if it can. */
export type Rule = (value: number) => string;

export const between =
  (low: number, high: number): Rule =>
  (value) =>
    value >= low && value <= high
      ? ''
      : `It must be from ${low.toLocaleString('en')} to ${high.toLocaleString('en')}.`;

export const wholeBetween =
  (low: number, high: number): Rule =>
  (value) =>
    Number.isInteger(value) && value >= low && value <= high
      ? ''
      : `It must be a whole number from ${low.toLocaleString('en')} to ${high.toLocaleString('en')}.`;

export const above0: Rule = (value) => (value > 0 ? '' : 'It must be above 0.');

/** Reads what was typed. Gives the number, or in words why there is none. */
export function readNumber(text: string, rule: Rule): number | string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return 'Write a number, such as 0.1 or 1e-3.';
  return rule(value) || value;
}
