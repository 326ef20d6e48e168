/** Makes the worker for a training: the one file that knows where its code lies. */
import { type Remote, wrap } from 'comlink';
import type { RunHost } from './run.ts';
import type { RunWorker } from './run.worker.ts';

export function runHost(): RunHost {
  const worker = new Worker(new URL('run.worker.ts', import.meta.url), { type: 'module' });
  const remote: Remote<RunWorker> = wrap(worker);
  return {
    load: (program) => remote.load(program),
    digits: (file) => remote.digits(file),
    begin: (options) => remote.begin(options),
    resume: (saved) => remote.resume(saved),
    change: (options) => remote.change(options),
    advance: (milliseconds, last) => remote.advance(milliseconds, last),
    observe: () => remote.observe(),
    traceStep: () => remote.traceStep(),
    predict: (inputs) => remote.predict(inputs),
    examples: (test, begin, end) => remote.examples(test, begin, end),
    quality: () => remote.quality(),
    examine: () => remote.examine(),
    save: () => remote.save(),
    terminate: () => worker.terminate(),
  };
}
