/** The worker that a student's own engine runs in. It may be killed at any time. */
import { expose } from 'comlink';
import { play, type Played, type Recipe } from '../../../wasm/session/play.ts';
import { reactorSession } from '../../../wasm/session/reactor.ts';
import { type Kind, LIMITS, type Session } from '../../../wasm/session/session.ts';

let module: WebAssembly.Module | null = null;
let sessions: Partial<Record<Kind, Session>> = {};

const worker = {
  async load(program: Uint8Array): Promise<void> {
    module = await WebAssembly.compile(program as Uint8Array<ArrayBuffer>);
  },

  play(recipe: Recipe): Played {
    if (module === null) throw new Error('The engine is not loaded yet.');
    try {
      const { kind = 'tensors' } = recipe;
      const session = (sessions[kind] ??= reactorSession(module, LIMITS, kind));
      session.clear();
      return play(session, recipe);
    } catch (error) {
      sessions = {}; // after a trap nothing in its memory can be trusted
      throw error;
    }
  },
};

export type OwnWorker = typeof worker;

expose(worker);
