import { useEffect, useState } from 'react';
import { useErrorBoundary } from 'react-error-boundary';
import type { Recipe } from '../../../wasm/session/play.ts';
import type { Engine } from '../engine/engine.ts';
import { type GraphModel, graphPlayed } from './model.ts';

/** Plays recipes: the reference engine, or a student's. */
export type Player = Pick<Engine, 'play'>;

/** A graph, and what it is the graph of. */
export interface PlayedGraph {
  recipe: Recipe;
  model: GraphModel;
}

/** What the engine makes of a recipe. Until it has answered, the answer before it stays. */
export function usePlayed(engine: Player | null, recipe: Recipe): PlayedGraph | null {
  const [graph, setGraph] = useState<PlayedGraph | null>(null);
  const { showBoundary } = useErrorBoundary();
  useEffect(() => {
    let newest = true;
    if (engine === null) return undefined;
    engine
      .play(recipe)
      .then((played) => newest && setGraph({ recipe, model: graphPlayed(played) }))
      .catch(showBoundary);
    return () => {
      newest = false;
    };
  }, [engine, recipe, showBoundary]);
  return graph;
}
