import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Run } from './run.ts';

/** How often a picture of a running network is made anew. */
const EVERY_MS = 150;

/** What the network makes of these inputs: again and again, while it changes. */
export function useScores(run: Run, inputs: Float32Array | null): Float32Array | null {
  const ready = useStore(run.store, ({ options }) => options !== null);
  const [scores, setScores] = useState<Float32Array | null>(null);
  useEffect(() => {
    if (!ready || inputs === null) return undefined;
    let over = false;
    let asked = -1;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const { version } = run.store.getState();
      if (version !== asked) {
        asked = version;
        const found = await run.predict(inputs).catch(() => null);
        if (!over && found !== null) setScores(found);
      }
      if (!over) timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [run, inputs, ready]);
  return scores;
}
