/** The worker that the live engine runs in, so that no tensor ever holds up the page. */
import { expose } from 'comlink';
import type { Recipe } from '../../../wasm/session/play.ts';
import type { BoundEngine } from './bound.ts';
import type { Program } from './engine.ts';
import { createService, type Service } from './service.ts';

interface EngineModule {
  default(options: { locateFile: (file: string) => string }): Promise<BoundEngine>;
}

let service: Service | null = null;

function loaded(): Service {
  if (service === null) throw new Error('The engine is not loaded yet.');
  return service;
}

const worker = {
  /** `address` is the folder in which engine.js and engine.wasm lie. */
  async load(address: string): Promise<void> {
    const module = (await import(/* @vite-ignore */ `${address}engine.js`)) as EngineModule;
    service = createService(await module.default({ locateFile: (file) => address + file }));
  },
  view: (program: Program) => loaded().view(program),
  broadcast: (a: number[], b: number[]) => loaded().broadcast(a, b),
  play: (recipe: Recipe) => loaded().play(recipe),
};

export type EngineWorker = typeof worker;

expose(worker);
