/** One training: its worker, what it has shown so far, and what can be done with it. */
import { createStore } from 'zustand/vanilla';
import type {
  Examples,
  ExperimentOptions,
  Finding,
  Histogram,
  Quality,
  Sizes,
} from '../../../wasm/session/experiment.ts';
import type { CurvePoint } from './curves.ts';
import type { Advance, Evaluation, RunWorker, Standing } from './run.worker.ts';

/** A worker with an experiment in it: each of its functions, answered later. */
export type RunHost = {
  [Name in keyof RunWorker]: (
    ...given: Parameters<RunWorker[Name]>
  ) => Promise<Awaited<ReturnType<RunWorker[Name]>>>;
} & { terminate(): void };

/** Digits to train with: a few of them, or all. */
export interface DigitFile {
  which: 'few' | 'all';
  file: Uint8Array;
}

/** What is trained: a linked program, and the digits if it needs them. */
export interface Setup {
  program: Uint8Array;
  /** Whose units are the student's, by slug. */
  mine: string[];
  digits: DigitFile | null;
}

/** A run as it is kept, to go on after a reload. */
export interface SavedRun {
  checkpoint: Uint8Array;
  points: CurvePoint[];
  seconds: number;
  /** Which digits it needs. */
  digits: DigitFile['which'] | null;
}

export type RunStatus = 'starting' | 'paused' | 'running' | 'done' | 'failed';

export interface Observation {
  step: number;
  histograms: Histogram[];
}

export interface RunState {
  status: RunStatus;
  /** Why it failed, or what was refused last; else nothing. */
  message: string;
  options: ExperimentOptions | null;
  sizes: Sizes | null;
  /** Steps done. */
  steps: number;
  points: CurvePoint[];
  /** Of the last evaluation. */
  evaluation: Evaluation | null;
  /** How long the engine has trained. */
  seconds: number;
  liveBytes: number;
  observations: Observation[];
  /** The trace of the last step that was done alone. */
  trace: Uint8Array | null;
  /** Grows each time the network is another one than before. */
  version: number;
}

const START: RunState = {
  ...{ status: 'starting', message: '', options: null, sizes: null, steps: 0, points: [] },
  ...{ evaluation: null, seconds: 0, liveBytes: 0, observations: [], trace: null, version: 0 },
};

/** How long the worker trains before it is heard of again. */
const SLICE_MS = 50;

/** A program that does not answer for so long is stopped. */
const LIMIT_SECONDS = 20;

/** The weights are looked at once in so many slices. */
const OBSERVE_EVERY = 8;
const MOST_OBSERVATIONS = 120;

const NOTHING = { trainLoss: null, testLoss: null, trainAccuracy: null, testAccuracy: null };

function pointsOf({ reports, evaluation }: Advance): CurvePoint[] {
  return reports.map(({ step, epoch, loss, lr, gradNorm }, index) => ({
    ...{ step: step + 1, epoch, lr, gradNorm, ...NOTHING, trainLoss: loss },
    ...(index === reports.length - 1 && evaluation && evaluated(evaluation)),
  }));
}

function evaluated({ train, test }: Evaluation) {
  return {
    ...{ trainLoss: train.loss, testLoss: test.loss },
    ...{ trainAccuracy: train.accuracy, testAccuracy: test.accuracy },
  };
}

class Late extends Error {}

export function createRun(createHost: () => RunHost) {
  const store = createStore<RunState>(() => START);
  let host: RunHost | null = null;
  let setup: Setup | null = null;
  /** Calls stand in line: an answer belongs to the network that was asked. */
  let line: Promise<unknown> = Promise.resolve();
  /** Grows when the loop must end. */
  let turn = 0;

  function drop() {
    turn++;
    host?.terminate();
    host = null;
  }

  /** Asks the worker, after everything that was asked before. */
  function ask<T>(question: (host: RunHost) => Promise<T>): Promise<T> {
    const answer = line.then(async () => {
      if (host === null) throw new Error('The training has been stopped.');
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Late()), LIMIT_SECONDS * 1000);
      });
      return Promise.race([question(host), late]).finally(() => clearTimeout(timer));
    });
    line = answer.catch(() => undefined);
    return answer;
  }

  /** What goes wrong is told; a program that crashed or does not end is over. */
  function failed(error: unknown) {
    if (error instanceof Late) {
      drop();
      const message = `The engine did not end a step within ${String(LIMIT_SECONDS)} s and was stopped.`;
      store.setState({ status: 'failed', message });
      return;
    }
    turn++;
    const message = error instanceof Error ? error.message : String(error);
    store.setState({ status: 'failed', message });
  }

  async function take(stand: (host: RunHost) => Promise<Standing>, saved?: SavedRun) {
    const { options, sizes, evaluation } = await ask(stand);
    const first = { step: 0, epoch: 0, lr: options.lr, gradNorm: NaN, ...evaluated(evaluation) };
    store.setState(({ version }) => ({
      ...START,
      ...{ status: 'paused', options, sizes, evaluation, steps: sizes.steps },
      ...{ points: saved?.points ?? [first], seconds: saved?.seconds ?? 0, version: version + 1 },
    }));
  }

  /** Loads a program into a fresh worker, and begins, or goes on where a run was kept. */
  async function start(next: Setup, options: ExperimentOptions, saved?: SavedRun) {
    drop();
    setup = next;
    store.setState({ ...START, version: store.getState().version });
    host = createHost();
    line = Promise.resolve();
    const mine = turn;
    try {
      await ask((worker) => worker.load(next.program));
      const { digits } = next;
      if (digits !== null) await ask((worker) => worker.digits(digits.file));
      if (saved === undefined) await take((worker) => worker.begin(options));
      else await take((worker) => worker.resume(saved.checkpoint), saved);
    } catch (error) {
      if (mine === turn) failed(error);
    }
  }

  /** Begins again, with these options, and other digits if there are some. */
  async function reset(options: ExperimentOptions, digits: DigitFile | null = null) {
    if (setup === null) return;
    pause();
    const isNew = digits !== null && digits.which !== setup.digits?.which;
    if (digits !== null) setup = { ...setup, digits };
    if (host === null) return start(setup, options);
    try {
      if (isNew) await ask((worker) => worker.digits(digits.file));
      await take((worker) => worker.begin(options));
    } catch (error) {
      // Refused: what ran before is still there.
      const message = error instanceof Error ? error.message : String(error);
      if (store.getState().options === null || error instanceof Late) failed(error);
      else store.setState({ message });
    }
  }

  /** Goes on with a model that was saved as a file. If that is none, what ran before stays. */
  async function open(checkpoint: Uint8Array) {
    pause();
    try {
      await take((worker) => worker.resume(checkpoint));
    } catch (error) {
      if (error instanceof Late) failed(error);
      else store.setState({ message: error instanceof Error ? error.message : String(error) });
    }
  }

  function advanced(advance: Advance) {
    const last = advance.reports.at(-1);
    store.setState(({ points, seconds, version, evaluation, steps, liveBytes }) => ({
      points: [...points, ...pointsOf(advance)],
      seconds: seconds + advance.seconds,
      version: version + 1,
      evaluation: advance.evaluation ?? evaluation,
      steps: last === undefined ? steps : last.step + 1,
      liveBytes: last?.liveBytes ?? liveBytes,
      message: '',
    }));
  }

  async function observe() {
    const histograms = await ask((worker) => worker.observe());
    store.setState(({ observations, steps, version }) => {
      const all = [...observations, { step: steps + 1, histograms }];
      // Every other one is let go when there are too many: the strips stay as wide.
      const kept = all.length > MOST_OBSERVATIONS ? all.filter((_, index) => index % 2 === 0) : all;
      return { observations: kept, steps: steps + 1, version: version + 1 };
    });
  }

  /** Trains until it is told to pause, or until so many steps are done. */
  async function play(last = Infinity, withHistograms = true) {
    const { status, steps } = store.getState();
    if (status !== 'paused' || steps >= last) return;
    const mine = ++turn;
    store.setState({ status: 'running', message: '', trace: null });
    try {
      for (let slice = 0; mine === turn && store.getState().steps < last; slice++) {
        const beforeLast = store.getState().steps < last - 1;
        if (withHistograms && beforeLast && slice % OBSERVE_EVERY === 0) await observe();
        const advance = await ask((worker) => worker.advance(SLICE_MS, last));
        if (store.getState().status !== 'starting') advanced(advance);
      }
      if (mine === turn) store.setState({ status: 'done' });
    } catch (error) {
      if (mine === turn) failed(error);
    }
  }

  function pause() {
    turn++;
    if (store.getState().status === 'running') store.setState({ status: 'paused' });
  }

  /** More steps may be done after the last one that was asked for. */
  function goOn() {
    if (store.getState().status === 'done') store.setState({ status: 'paused' });
  }

  /** Does one step, and keeps its trace. */
  async function stepOnce() {
    if (store.getState().status !== 'paused') return;
    try {
      const trace = await ask((worker) => worker.traceStep());
      const before = store.getState().steps;
      store.setState(({ version }) => ({ trace, steps: before + 1, version: version + 1 }));
    } catch (error) {
      failed(error);
    }
  }

  /** Changes what may change during a run. */
  async function change(next: Pick<ExperimentOptions, 'lr' | 'momentum' | 'batchSize'>) {
    try {
      await ask((worker) => worker.change(next));
      store.setState(({ options }) => ({
        options: options && { ...options, ...next },
        message: '',
      }));
    } catch (error) {
      if (error instanceof Late) failed(error);
      else store.setState({ message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What is needed to go on after a reload, or null if there is nothing to go on with. */
  async function save(): Promise<SavedRun | null> {
    if (store.getState().options === null || host === null) return null;
    try {
      const checkpoint = await ask((worker) => worker.save());
      // Only now: a step that was under way has ended meanwhile, and is in the checkpoint.
      const { points, seconds } = store.getState();
      return { checkpoint, points, seconds, digits: setup?.digits?.which ?? null };
    } catch {
      return null;
    }
  }

  return {
    store,
    ...{ start, reset, open, play, pause, goOn, stepOnce, change, save },
    predict: (inputs: Float32Array): Promise<Float32Array> =>
      ask((worker) => worker.predict(inputs)),
    examples: (test: boolean, begin: number, end: number): Promise<Examples> =>
      ask((worker) => worker.examples(test, begin, end)),
    quality: (): Promise<Quality> => ask((worker) => worker.quality()),
    examine: (): Promise<Finding[]> => ask((worker) => worker.examine()),
    /** Ends it for good. */
    close: drop,
  };
}

export type Run = ReturnType<typeof createRun>;
