/** Makes the worker for layouts: the one file that knows where its code lies. Jest never imports it. */
import { wrap } from 'comlink';
import type { LayoutSource } from './layouts.ts';
import type { LayoutWorker } from './layout.worker.ts';

export function connectLayout(): LayoutSource['layOut'] {
  let remote: ReturnType<typeof wrap<LayoutWorker>> | null = null;
  return (plan) => {
    remote ??= wrap<LayoutWorker>(
      new Worker(new URL('layout.worker.ts', import.meta.url), { type: 'module' }),
    );
    const start = performance.now();
    const laidOut = remote.layOut(plan);
    void laidOut.then(() => performance.measure('layout', { start }));
    return laidOut;
  };
}
