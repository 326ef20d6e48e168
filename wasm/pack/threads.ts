import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Compiled } from '../toolchain/compiler.ts';
import type { Profile } from '../toolchain/flags.ts';
import type { Source, Toolchain } from '../toolchain/types.ts';

/** Where the files of the toolchain lie, and the compiler itself, whose machine code is shared. */
export interface ThreadData {
  out: string;
  cache: string;
  toolchain: Toolchain;
  module: WebAssembly.Module;
}

/** Compilers in threads of their own: packing a whole course is mostly compiling. */
export class CompilerThreads {
  private readonly workers: Worker[];
  private readonly idle: Worker[];
  private readonly waiting: ((worker: Worker) => void)[] = [];

  constructor(count: number, workerData: ThreadData) {
    const script = new URL('pack.worker.mjs', import.meta.url);
    this.workers = Array.from({ length: count }, () => new Worker(script, { workerData }));
    this.idle = [...this.workers];
  }

  async compile(file: Source, profile: Profile): Promise<Compiled> {
    const worker =
      this.idle.pop() ?? (await new Promise<Worker>((resolve) => this.waiting.push(resolve)));
    try {
      const answer = once(worker, 'message');
      worker.postMessage({ file, profile });
      const [compiled] = (await answer) as [Compiled];
      return compiled;
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) {
        this.idle.push(worker);
      } else {
        next(worker);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
