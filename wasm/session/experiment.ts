/** A network that is trained while the page looks on: what `engine/experiment.h` does. */
import { instantiate } from '../toolchain/program.ts';
import { Room, type RoomExports } from './room.ts';

/** See `engine/experiment.h`. */
export interface ExperimentOptions {
  data: string;
  examples: number;
  noise: number;
  hidden: number[];
  activation: string;
  loss: string;
  optimizer: string;
  lr: number;
  momentum: number;
  weightDecay: number;
  batchSize: number;
  seed: number;
}

export const DATA = ['moons', 'circles', 'spirals', 'gaussians', 'xor', 'digits'] as const;
export const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'gelu'] as const;
export const LOSSES = ['cross_entropy', 'binary_cross_entropy', 'perceptron'] as const;
export const OPTIMIZERS = ['sgd', 'adam', 'adamw'] as const;

export interface StepReport {
  step: number;
  epoch: number;
  samples: number;
  loss: number;
  gradNorm: number;
  lr: number;
  liveBytes: number;
}

export interface Sizes {
  features: number;
  outputs: number;
  parameters: number;
  train: number;
  test: number;
  steps: number;
}

export interface Quality {
  loss: number;
  accuracy: number;
  examples: number;
}

export interface Histogram {
  /** Such as `0.weight.gradient`. */
  name: string;
  low: number;
  high: number;
  zeros: number;
  broken: number;
  counts: number[];
}

export interface Finding {
  holds: boolean;
  fact: string;
  detail: string;
}

/** Some examples, side by side, and what is right for each. */
export interface Examples {
  data: Float32Array<ArrayBuffer>;
  target: Float32Array<ArrayBuffer>;
}

/** Every function throws `Refusal` with the engine's message, or a trap as it is. */
export interface Experiment {
  digits(file: Uint8Array): void;
  begin(options: ExperimentOptions): void;
  load(saved: Uint8Array): void;
  save(): Uint8Array<ArrayBuffer>;
  options(): ExperimentOptions;
  sizes(): Sizes;
  change(options: Pick<ExperimentOptions, 'lr' | 'momentum' | 'batchSize'>): void;
  steps(count: number): StepReport[];
  quality(test: boolean, most: number): Quality;
  /** Rows of inputs to rows of scores. */
  predict(inputs: Float32Array): Float32Array<ArrayBuffer>;
  examples(test: boolean, begin: number, end: number): Examples;
  observe(): Histogram[];
  traceStep(): Uint8Array<ArrayBuffer>;
  examine(): Finding[];
}

/** What `wasm/session/experiment_exports.cpp` exports. */
interface Exports extends RoomExports {
  tt_begin(): number;
  tt_digits(bytes: number): number;
  tt_new(letters: number): number;
  tt_load(bytes: number): number;
  tt_options(): number;
  tt_sizes(): number;
  tt_change(lr: number, momentum: number, batchSize: number): number;
  tt_steps(count: number): number;
  tt_quality(test: number, most: number): number;
  tt_predict(count: number): number;
  tt_examples(test: number, begin: number, end: number): number;
  tt_observe(): number;
  tt_trace_step(): number;
  tt_save(): number;
  tt_examine(): number;
}

/** The engine's names, where they differ from ours. */
const OPTION_NAMES: Record<string, string> = {
  weightDecay: 'weight_decay',
  batchSize: 'batch_size',
};

export function printOptions(options: ExperimentOptions): string {
  const lines = Object.entries(options).map(([name, value]) => {
    const shown = Array.isArray(value) ? value.join(' ') : String(value);
    return `${OPTION_NAMES[name] ?? name} ${shown}\n`;
  });
  return lines.join('');
}

/** Reads what the engine prints, which names every option. */
export function parseOptions(lines: string): ExperimentOptions {
  const values = new Map(
    lines
      .trim()
      .split('\n')
      .map((line) => {
        const blank = line.indexOf(' ');
        return [line.slice(0, blank), line.slice(blank + 1)];
      }),
  );
  const text = (name: string) => values.get(name) ?? '';
  const number = (name: string) => Number(text(name));
  return {
    data: text('data'),
    examples: number('examples'),
    noise: number('noise'),
    hidden: text('hidden').split(' ').filter(Boolean).map(Number),
    activation: text('activation'),
    loss: text('loss'),
    optimizer: text('optimizer'),
    lr: number('lr'),
    momentum: number('momentum'),
    weightDecay: number('weight_decay'),
    batchSize: number('batch_size'),
    seed: number('seed'),
  };
}

const STEP_NUMBERS = 7;

/**
 * Blocks while it computes, and a student's engine may never end: the caller is a worker that can be
 * killed. After a trap it can only be thrown away.
 */
export function reactorExperiment(module: WebAssembly.Module): Experiment {
  const wasm = instantiate(module) as unknown as Exports;
  const room = new Room(wasm);
  const letters = new TextEncoder();
  const doubles = () => [...new Float64Array(room.bytes().buffer)];
  const floats = () => new Float32Array(room.bytes().buffer);
  const lines = () => room.text().split('\n').filter(Boolean);
  const sizes = (): Sizes => {
    room.asked(wasm.tt_sizes());
    const [features = 0, outputs = 0, parameters = 0, train = 0, test = 0, steps = 0] = doubles();
    return { features, outputs, parameters, train, test, steps };
  };

  room.asked(wasm.tt_begin());
  return {
    digits(file) {
      room.lay(file);
      room.asked(wasm.tt_digits(file.length));
    },
    begin(options) {
      const text = letters.encode(printOptions(options));
      room.lay(text);
      room.asked(wasm.tt_new(text.length));
    },
    load(saved) {
      room.lay(saved);
      room.asked(wasm.tt_load(saved.length));
    },
    save() {
      room.asked(wasm.tt_save());
      return room.bytes();
    },
    options() {
      room.asked(wasm.tt_options());
      return parseOptions(room.text());
    },
    sizes,
    change: ({ lr, momentum, batchSize }) =>
      void room.asked(wasm.tt_change(lr, momentum, batchSize)),
    steps(count) {
      room.asked(wasm.tt_steps(count));
      const numbers = doubles();
      return Array.from({ length: numbers.length / STEP_NUMBERS }, (_, index) => {
        const at = index * STEP_NUMBERS;
        const [step = 0, epoch = 0, samples = 0, loss = 0, gradNorm = 0, lr = 0, liveBytes = 0] =
          numbers.slice(at, at + STEP_NUMBERS);
        return { step, epoch, samples, loss, gradNorm, lr, liveBytes };
      });
    },
    quality(test, most) {
      room.asked(wasm.tt_quality(Number(test), most));
      const [loss = 0, accuracy = 0, examples = 0] = doubles();
      return { loss, accuracy, examples };
    },
    predict(inputs) {
      room.lay(inputs);
      room.asked(wasm.tt_predict(inputs.length));
      return floats();
    },
    examples(test, begin, end) {
      room.asked(wasm.tt_examples(Number(test), begin, end));
      const all = floats();
      const count = all.length - (end - begin);
      return { data: all.slice(0, count), target: all.slice(count) };
    },
    observe() {
      room.asked(wasm.tt_observe());
      return lines().map((line) => {
        const [name = '', ...numbers] = line.split(' ');
        const [low = 0, high = 0, zeros = 0, broken = 0, ...counts] = numbers.map(Number);
        return { name, low, high, zeros, broken, counts };
      });
    },
    traceStep() {
      room.asked(wasm.tt_trace_step());
      return room.bytes();
    },
    examine() {
      room.asked(wasm.tt_examine());
      return lines().map((line) => {
        const [holds, fact = '', detail = ''] = line.split('\t');
        return { holds: holds === '1', fact, detail };
      });
    },
  };
}
