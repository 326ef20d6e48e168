/** Makes the engine's worker: the one file that knows where its code lies. Jest never imports it. */
import { type Remote, wrap } from 'comlink';
import type { Engine } from './engine.ts';
import type { EngineWorker } from './engine.worker.ts';
import type { OwnHost } from './own.ts';
import type { OwnWorker } from './own.worker.ts';

/** Starts an engine, which lies below `base`, in a worker of its own. */
export async function connectEngine(base: string): Promise<Engine> {
  const worker = new Worker(new URL('engine.worker.ts', import.meta.url), { type: 'module' });
  const remote: Remote<EngineWorker> = wrap(worker);
  const broken = new Promise<never>((_, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || 'Its worker did not start.'));
  });
  const address = new URL(`${base}engine/`, document.baseURI).href;
  try {
    await Promise.race([remote.load(address), broken]);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return {
    view: (program) => remote.view(program),
    broadcast: (a, b) => remote.broadcast(a, b),
    play: (recipe) => remote.play(recipe),
  };
}

/** A worker for a student's own engine. */
export function ownHost(): OwnHost {
  const worker = new Worker(new URL('own.worker.ts', import.meta.url), { type: 'module' });
  const remote: Remote<OwnWorker> = wrap(worker);
  return {
    load: (program) => remote.load(program),
    play: (recipe) => remote.play(recipe),
    terminate: () => worker.terminate(),
  };
}
