import { type ComponentType, lazy } from 'react';
import type { Engine } from '../engine/engine.ts';
import { BroadcastFigure } from './broadcast/BroadcastFigure.tsx';
import { StridesFigure } from './strides/StridesFigure.tsx';
import type { Words } from './words.ts';

/** What a figure is given: the running engine, and the words of its directive as they stand. */
export interface FigureProps {
  engine: Engine;
  words: Words;
}

/** Figures by the name a lesson calls them: `::figure{name="strides"}`. */
export const visualizers: Record<string, ComponentType<FigureProps>> = {
  strides: StridesFigure,
  broadcast: BroadcastFigure,
  graph: lazy(() => import('../graph/GraphFigure.tsx')),
};
