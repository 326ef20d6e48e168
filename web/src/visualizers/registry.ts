import { type ComponentType, lazy } from 'react';
import { BroadcastFigure } from './broadcast/BroadcastFigure.tsx';
import { StridesFigure } from './strides/StridesFigure.tsx';
import type { FigureProps } from './figure.ts';

/** Figures by the name a lesson calls them: `::figure{name="strides"}`. */
export const visualizers: Record<string, ComponentType<FigureProps>> = {
  strides: StridesFigure,
  broadcast: BroadcastFigure,
  graph: lazy(() => import('../graph/GraphFigure.tsx')),
};
