import type { ComponentType } from 'react';
import type { ShapeEngine } from '../engine/engine.ts';
import { BroadcastFigure } from './broadcast/BroadcastFigure.tsx';
import { StridesFigure } from './strides/StridesFigure.tsx';

/** What a figure is given: the engine, and the words of its directive as they stand. */
export type FigureProps = { engine: ShapeEngine } & Record<string, string | ShapeEngine>;

/** Figures by the name a lesson calls them: `::figure{name="strides"}`. */
export const visualizers: Record<string, ComponentType<FigureProps>> = {
  strides: StridesFigure as ComponentType<FigureProps>,
  broadcast: BroadcastFigure as ComponentType<FigureProps>,
};
