import { useState } from 'react';
import type { ShapeEngine } from '../../engine/engine.ts';
import { parseNumbers, tuple } from '../numbers.ts';
import { ShapeInput } from '../ShapeInput.tsx';
import { AlignedShapes } from './AlignedShapes.tsx';
import '../visualizers.css';

interface Props {
  engine: ShapeEngine;
  /** The shapes to begin with, such as `4,1,3`. */
  a?: string;
  b?: string;
}

type Answer = { shape: number[] } | { refusal: string };

function ask(engine: ShapeEngine, a: number[], b: number[]): Answer {
  try {
    return { shape: engine.broadcastShapes(a, b) };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

const spaced = (text: string) => text.replaceAll(/,\s*/g, ', ');

const problemWith = (shape: number[] | null) =>
  shape ? null : 'Write whole numbers with commas: 4, 1, 3';

/** Two shapes, aligned at their last axes, and what they become together. */
export function BroadcastFigure({ engine, a: firstA = '4,1,3', b: firstB = '5,1' }: Props) {
  const [textA, setA] = useState(spaced(firstA));
  const [textB, setB] = useState(spaced(firstB));
  const [a, b] = [parseNumbers(textA), parseNumbers(textB)];
  const answer = a && b ? ask(engine, a, b) : null;
  return (
    <div className="broadcast">
      <div className="figure-controls">
        <ShapeInput label="a" value={textA} onChange={setA} problem={problemWith(a)} />
        <ShapeInput label="b" value={textB} onChange={setB} problem={problemWith(b)} />
      </div>
      {a && b && (
        <AlignedShapes a={a} b={b} result={answer && 'shape' in answer ? answer.shape : null} />
      )}
      <p className="broadcast-answer" role="status">
        {answer && 'refusal' in answer && <span className="refusal">{answer.refusal}</span>}
        {answer && 'shape' in answer && (
          <>
            {tuple(a!)} and {tuple(b!)} broadcast to {tuple(answer.shape)}
          </>
        )}
      </p>
    </div>
  );
}
