import { useState } from 'react';
import type { Engine } from '../../engine/engine.ts';
import { NumbersField } from '../NumbersField.tsx';
import { parseNumbers, tuple } from '../numbers.ts';
import { Refusal } from '../Refusal.tsx';
import { checkWords, type Words, wordList } from '../words.ts';
import { AlignedShapes } from './AlignedShapes.tsx';
import { Operands } from './Operands.tsx';
import { useBroadcast } from './useBroadcast.ts';
import '../visualizers.css';

interface Props {
  engine: Engine;
  words: Words;
}

/**
 * Reads the directive: the shapes to begin with, `a="4,1,3" b="5,1"`, and `show="cells"` to draw
 * which elements meet.
 */
function readStart(words: Words) {
  checkWords('broadcast', words, ['a', 'b', 'show']);
  const { a = '4, 1, 3', b = '5, 1', show } = words;
  const shapes = { a: parseNumbers(a), b: parseNumbers(b) };
  if (!shapes.a || !shapes.b) throw new Error(`a="${a}" b="${b}" must be whole numbers`);
  const cells = show !== undefined && wordList('show', show, ['cells']).length > 0;
  return { a: shapes.a, b: shapes.b, cells };
}

/** Two shapes, aligned at their last axes, and what they become together. */
export function BroadcastFigure({ engine, words }: Props) {
  const [start] = useState(() => readStart(words));
  const [a, setA] = useState(start.a);
  const [b, setB] = useState(start.b);
  const asked = useBroadcast(engine, a, b);
  const settled = asked?.answer.together;
  const together = settled && 'value' in settled ? settled.value : null;
  const refusal = settled && 'refusal' in settled ? settled : null;
  return (
    <div className="broadcast">
      <div className="figure-facts">
        <NumbersField label="a" value={start.a.join(', ')} onChange={setA} />
        <NumbersField label="b" value={start.b.join(', ')} onChange={setB} />
      </div>
      {asked && <AlignedShapes columns={asked.answer.columns} refused={refusal !== null} />}
      <p className="broadcast-answer" role="status">
        {asked && together && (
          <>
            {tuple(asked.a)} and {tuple(asked.b)} broadcast to <b>{tuple(together.shape)}</b>
          </>
        )}
      </p>
      <Refusal problem={refusal} />
      {start.cells && asked && together && <Operands shapes={asked} together={together} />}
    </div>
  );
}
