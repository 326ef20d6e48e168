/** The worker that something is trained in. It may be killed at any time. */
import { expose } from 'comlink';
import {
  type Examples,
  type Experiment,
  type ExperimentOptions,
  type Finding,
  type Histogram,
  type Quality,
  reactorExperiment,
  type Sizes,
  type StepReport,
} from '../../../wasm/session/experiment.ts';

/** The network as it stands, asked about the examples it learns from and about the others. */
export interface Evaluation {
  train: Quality;
  test: Quality;
}

/** What some steps did. */
export interface Advance {
  reports: StepReport[];
  /** There is one after the first step of an epoch, and after the last step that was asked for. */
  evaluation: Evaluation | null;
  seconds: number;
}

/** Where an experiment stands when it is taken up. */
export interface Standing {
  options: ExperimentOptions;
  sizes: Sizes;
  evaluation: Evaluation;
}

/** While it is trained, a network is asked about no more examples than this. */
const MOST = 2000;

let experiment: Experiment | null = null;
let epoch = -1;

function running(): Experiment {
  if (experiment === null) throw new Error('No program is loaded yet.');
  return experiment;
}

function evaluate(): Evaluation {
  return { train: running().quality(false, MOST), test: running().quality(true, MOST) };
}

function standing(): Standing {
  epoch = -1;
  return { options: running().options(), sizes: running().sizes(), evaluation: evaluate() };
}

const worker = {
  async load(program: Uint8Array): Promise<void> {
    const module = await WebAssembly.compile(program as Uint8Array<ArrayBuffer>);
    experiment = reactorExperiment(module);
  },

  digits: (file: Uint8Array): void => running().digits(file),

  begin(options: ExperimentOptions): Standing {
    running().begin(options);
    return standing();
  },

  resume(saved: Uint8Array): Standing {
    running().load(saved);
    return standing();
  },

  change(options: Pick<ExperimentOptions, 'lr' | 'momentum' | 'batchSize'>): void {
    running().change(options);
  },

  /** Trains for about so many milliseconds, at least one step, and not beyond `last` steps. */
  advance(milliseconds: number, last: number): Advance {
    const begun = performance.now();
    const reports: StepReport[] = [];
    let evaluation: Evaluation | null = null;
    let done = running().sizes().steps;
    while (evaluation === null && done < last && performance.now() - begun < milliseconds) {
      const [report] = running().steps(1);
      reports.push(report!);
      done = report!.step + 1;
      if (report!.epoch !== epoch || done === last) {
        epoch = report!.epoch;
        evaluation = evaluate();
      }
    }
    return { reports, evaluation, seconds: (performance.now() - begun) / 1000 };
  },

  observe: (): Histogram[] => running().observe(),
  traceStep: (): Uint8Array => running().traceStep(),
  predict: (inputs: Float32Array): Float32Array => running().predict(inputs),
  examples: (test: boolean, begin: number, end: number): Examples =>
    running().examples(test, begin, end),
  /** How good it is at all test examples. */
  quality: (): Quality => running().quality(true, Infinity),
  examine: (): Finding[] => running().examine(),
  save: (): Uint8Array => running().save(),
};

export type RunWorker = typeof worker;

expose(worker);
