import type { Engine } from './engine.ts';

/** Where figures get the engine from: all share one, started by the first that asks. */
export interface EngineSource {
  /** Gives the same promise every time. */
  load(): Promise<Engine>;
  /** Lets the next `load` start again, after one that failed. */
  forget(): void;
}

export function createEngineSource(start: () => Promise<Engine>): EngineSource {
  let engine: Promise<Engine> | null = null;
  return {
    load: () => (engine ??= start()),
    forget: () => {
      engine = null;
    },
  };
}
