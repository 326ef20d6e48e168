/** Makes the workers: the one file that knows where their code lies. Jest never imports it. */
import { proxy, releaseProxy, type Remote, wrap } from 'comlink';
import type { FromWorker, ProgramWorker } from '../../../wasm/toolchain/runner.ts';
import type { CompilerService } from './compiler.worker.ts';
import { type CompilerHost, WorkerLab } from './workerLab.ts';
import type { Lab } from './lab.ts';
import { cachedObjects } from './objectStore.ts';

function compilerHost(): CompilerHost {
  const worker = new Worker(new URL('compiler.worker.ts', import.meta.url), { type: 'module' });
  const remote: Remote<CompilerService> = wrap(worker);
  return {
    calls: remote as unknown as CompilerHost['calls'],
    load: (toolchain, base, onProgress) => remote.load(toolchain, base, proxy(onProgress)),
    terminate: () => {
      remote[releaseProxy]();
      worker.terminate();
    },
  };
}

function programWorker(): ProgramWorker {
  const worker = new Worker(new URL('program.worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (handler) => {
      worker.onmessage = (event: MessageEvent<FromWorker>) => handler(event.data);
    },
    terminate: () => worker.terminate(),
  };
}

/** Makes the lab over its workers. `base` is the address below which `course/` lies. */
export function createLab(base: string): Lab {
  const address = new URL(base, document.baseURI).href;
  return new WorkerLab(address, compilerHost, programWorker, cachedObjects(base));
}
