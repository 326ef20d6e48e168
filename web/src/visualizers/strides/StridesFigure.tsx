import { useState } from 'react';
import type { ShapeEngine } from '../../engine/engine.ts';
import { parseNumbers, tuple } from '../numbers.ts';
import { ShapeInput } from '../ShapeInput.tsx';
import { CellGrid } from './CellGrid.tsx';
import { OffsetSum } from './OffsetSum.tsx';
import { Storage } from './Storage.tsx';
import '../visualizers.css';

interface Props {
  engine: ShapeEngine;
  /** The shape to begin with, such as `2,3`. */
  shape?: string;
}

/** More cells than this cannot be told apart. */
const MOST_CELLS = 60;

function problemWith(shape: number[] | null): string | null {
  if (!shape) return 'Write whole numbers with commas: 2, 3';
  if (shape.length < 1 || shape.length > 3) return 'This figure draws 1, 2 or 3 axes';
  if (shape.some((extent) => extent < 1)) return 'Each extent must be at least 1 to have a cell';
  if (shape.reduce((a, b) => a * b) > MOST_CELLS) return `At most ${MOST_CELLS} cells fit here`;
  return null;
}

/** A tensor as rows of cells, beside the same cells as they lie in memory. */
export function StridesFigure({ engine, shape: first = '2, 3' }: Props) {
  const [text, setText] = useState(first.replaceAll(/,\s*/g, ', '));
  const [shape, setShape] = useState(() => parseNumbers(first) ?? [2, 3]);
  const [index, setIndex] = useState(() => shape.map((extent) => Math.min(1, extent - 1)));
  const problem = problemWith(parseNumbers(text));

  const change = (next: string) => {
    setText(next);
    const numbers = parseNumbers(next);
    if (!numbers || problemWith(numbers)) return;
    setShape(numbers);
    setIndex(numbers.map((extent, axis) => Math.min(index[axis] ?? 0, extent - 1)));
  };
  const strides = engine.contiguousStrides(shape);
  const offset = engine.offsetOf(index, shape, strides);
  const offsetOf = (cell: number[]) => engine.offsetOf(cell, shape, strides);
  return (
    <div className="strides">
      <div className="figure-controls">
        <ShapeInput label="shape" value={text} onChange={change} problem={problem} />
        <span className="figure-fact">
          strides <b>{tuple(strides)}</b>
        </span>
        <span className="figure-fact">
          elements <b>{engine.numel(shape)}</b>
        </span>
      </div>
      <CellGrid shape={shape} index={index} offsetOf={offsetOf} onChange={setIndex} />
      <Storage count={engine.numel(shape)} selected={offset} />
      <OffsetSum index={index} strides={strides} offset={offset} />
    </div>
  );
}
