import type { Engine } from '../engine/engine.ts';
import type { Words } from './words.ts';

/** What a figure is given: the running engine, and the words of its directive as they stand. */
export interface FigureProps {
  engine: Engine;
  words: Words;
}
