import { type Outcome, runProgram, type RunRequest } from './program.ts';

/** Runs programs in a place that can be killed. */
export interface Runner {
  run(program: Uint8Array, request: RunRequest, options: RunOptions): Promise<Outcome>;
}

export interface RunOptions {
  limitSeconds: number;
  signal?: AbortSignal;
  onOutput?: (text: string) => void;
}

/** A worker thread, of the page or of Node. */
export interface ProgramWorker {
  post(message: ToWorker): void;
  onMessage(handler: (message: FromWorker) => void): void;
  terminate(): void;
}

export interface ToWorker {
  /** Sent once a program; later requests of the same program leave it out. */
  program?: Uint8Array;
  request: RunRequest;
}

export type FromWorker = 'started' | { output: string } | { outcome: Outcome };

/** A thread that has not started by then is broken; a program's own limit begins after that. */
const START_SECONDS = 60;

/** The worker's side: runs each request in a fresh instance of the one compiled program. */
export function serveRuns(
  post: (message: FromWorker) => void,
): (message: ToWorker) => Promise<void> {
  Error.stackTraceLimit = 60;
  let module: WebAssembly.Module | null = null;
  return async ({ program, request }) => {
    if (program !== undefined) {
      module = await WebAssembly.compile(program as Uint8Array<ArrayBuffer>);
    }
    if (module === null) {
      throw new Error('the first request must carry a program');
    }
    post('started');
    const onOutput = (output: string) => post({ output });
    post({ outcome: runProgram(module, request, request.kind === 'main' ? onOutput : undefined) });
  };
}

/** Runs programs in a worker, and kills it when one does not end. */
export class WorkerRunner implements Runner {
  private worker: ProgramWorker | null = null;
  private loaded: Uint8Array | null = null;

  constructor(private readonly create: () => ProgramWorker) {}

  /** Starts the worker ahead of its first run. */
  prepare(): ProgramWorker {
    this.worker ??= this.create();
    return this.worker;
  }

  run(program: Uint8Array, request: RunRequest, options: RunOptions): Promise<Outcome> {
    return new Promise((resolve) => {
      const worker = this.prepare();
      const stopped = (ending: Outcome['ending']) => {
        this.stop();
        const seconds = options.limitSeconds;
        settle({ events: [], ending, detail: '', stack: '', output: '', seconds });
      };
      let timer = setTimeout(() => stopped('timeout'), START_SECONDS * 1000);
      const onAbort = () => stopped('cancelled');
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', onAbort);
        resolve(outcome);
      };
      options.signal?.addEventListener('abort', onAbort);
      worker.onMessage((message) => {
        if (message === 'started') {
          clearTimeout(timer);
          timer = setTimeout(() => stopped('timeout'), options.limitSeconds * 1000);
        } else if ('output' in message) {
          options.onOutput?.(message.output);
        } else {
          settle(message.outcome);
        }
      });
      const isNew = this.loaded !== program;
      this.loaded = program;
      worker.post(isNew ? { program, request } : { request });
    });
  }

  stop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.loaded = null;
  }
}
