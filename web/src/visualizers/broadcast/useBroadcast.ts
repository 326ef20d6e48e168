import { useEffect, useState } from 'react';
import { useErrorBoundary } from 'react-error-boundary';
import type { Broadcast, Engine } from '../../engine/engine.ts';

/** Two shapes, and what the engine says of them. */
export interface Asked {
  a: number[];
  b: number[];
  answer: Broadcast;
}

/** The engine's answer for two shapes. Until it comes, the one before it stays. */
export function useBroadcast(engine: Engine, a: number[], b: number[]): Asked | null {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { showBoundary } = useErrorBoundary();
  useEffect(() => {
    let newest = true;
    engine.broadcast(a, b).then((answer) => newest && setAsked({ a, b, answer }), showBoundary);
    return () => {
      newest = false;
    };
  }, [engine, a, b, showBoundary]);
  return asked;
}
