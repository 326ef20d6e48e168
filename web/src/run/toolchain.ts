import { createStore } from 'zustand/vanilla';
import type { Lab } from './lab.ts';

export type ToolchainState =
  | { kind: 'none' | 'asking' | 'unpacking' | 'warming' | 'ready' }
  | { kind: 'downloading'; doneBytes: number; totalBytes: number }
  | { kind: 'failed' | 'unsupported'; reason: string };

export interface Surroundings {
  /** Ask before a large download: a phone, or a reader who saves data. */
  ask: boolean;
  /** Why this browser cannot compile, if it cannot. */
  unsupported?: string;
}

const STOPPED = 'It did not end and was stopped.';

const prepared = (state: ToolchainState) => !['none', 'asking', 'failed'].includes(state.kind);

/** The compiler's way from nothing to ready, and who waits for it. */
export function createToolchain(lab: Lab, { ask, unsupported }: Surroundings) {
  const initial: ToolchainState = unsupported
    ? { kind: 'unsupported', reason: unsupported }
    : { kind: 'none' };
  const store = createStore<ToolchainState>(() => initial);
  const set = (state: ToolchainState) => store.setState(state, true);
  let declined = false;

  async function start() {
    if (prepared(store.getState())) return;
    set({ kind: 'downloading', doneBytes: 0, totalBytes: 0 });
    try {
      await lab.prepare(({ state, ...bytes }) => {
        if (state === 'downloading') set({ kind: state, ...bytes });
        else if (state === 'stopped') set({ kind: 'failed', reason: STOPPED });
        else set({ kind: state });
      });
      set({ kind: 'ready' });
    } catch (error) {
      set({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Starts, or asks first. Answers false where the student declines or the compiler cannot come. */
  function request(signal?: AbortSignal): Promise<boolean> {
    const { kind } = store.getState();
    if (kind === 'none' && ask) set({ kind: 'asking' });
    else if (kind === 'none' || kind === 'failed') void start();
    return settled(signal);
  }

  function settled(signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (ready: boolean) => {
        unsubscribe();
        signal?.removeEventListener('abort', abort);
        resolve(ready);
      };
      const abort = () => finish(false);
      const look = ({ kind }: ToolchainState) => {
        if (kind === 'ready') finish(true);
        else if (kind === 'none' || kind === 'failed' || kind === 'unsupported') finish(false);
      };
      const unsubscribe = store.subscribe(look);
      signal?.addEventListener('abort', abort);
      look(store.getState());
    });
  }

  return {
    store,
    start,
    request,
    /** Loads the compiler while the student reads, unless they have said no. */
    warmUp: () => {
      if (!declined && store.getState().kind === 'none') void request();
    },
    decline: () => {
      declined = true;
      set({ kind: 'none' });
    },
  };
}

export type Toolchain = ReturnType<typeof createToolchain>;
