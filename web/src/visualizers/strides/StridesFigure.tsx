import { useState } from 'react';
import type { Engine, Step, TensorView } from '../../engine/engine.ts';
import { CellGrid } from '../CellGrid.tsx';
import { NumbersField } from '../NumbersField.tsx';
import { indexAt, tuple } from '../numbers.ts';
import { Refusal } from '../Refusal.tsx';
import type { Words } from '../words.ts';
import { CallForm } from './CallForm.tsx';
import { Chain } from './Chain.tsx';
import { Facts } from './Facts.tsx';
import { LayoutTable, type Strided } from './LayoutTable.tsx';
import { Memory } from './Memory.tsx';
import { OffsetSum } from './OffsetSum.tsx';
import { readStart } from './start.ts';
import { toneOf } from './tones.ts';
import { Turns } from './Turns.tsx';
import { useExplorer } from './useExplorer.ts';
import { usePick } from './usePick.ts';
import '../visualizers.css';

interface Props {
  engine: Engine;
  words: Words;
}

/** A tensor as rows of cells, beside the floats in memory that they are read from. */
export function StridesFigure({ engine, words }: Props) {
  const [{ program: start, fields, calls }] = useState(() => readStart(words));
  const explorer = useExplorer(engine, start);
  const { history, problem, returns, change } = explorer;
  const shown = history.at(-1);
  const [position, pick] = usePick(shown?.view);
  if (!shown) return <Refusal problem={problem} />;

  const { view, program } = shown;
  const strided = fields.includes('strides') || fields.includes('offset');
  const views = strided || calls.length > 0;
  const take = (step: Step) =>
    change((now) => ({ ...now.program, steps: [...now.program.steps, step] }));
  const setLayout = (edit: (now: Strided) => Strided) =>
    change(({ view: { shape, strides, offset }, program: { steps, ...rest } }) => {
      const next = edit({ shape, strides, offset });
      const kept = steps.at(-1)?.op === 'as_strided' ? steps.slice(0, -1) : steps;
      const args = [next.shape, next.strides, next.offset];
      return { ...rest, steps: [...kept, { op: 'as_strided', args }] };
    });
  const shapeField = fields.includes('shape') && !strided && (
    <NumbersField
      key={returns}
      label="shape"
      value={view.shape.join(', ')}
      onChange={(shape) => change(() => ({ shape, steps: [] }))}
    />
  );
  return (
    <div className="explorer">
      <Facts view={view} shapeField={shapeField || undefined} all={views} />
      <CellGrid
        label="Tensor"
        shape={view.shape}
        position={position}
        cell={(here) => cellOf(view, here, position)}
        onChange={pick}
      />
      <Memory view={view} position={position} />
      <OffsetSum view={view} position={position} bytes={views} />
      {views && <Touched view={view} />}
      {strided && <LayoutTable key={returns} {...view} fields={fields} onChange={setLayout} />}
      {calls.length > 0 && <CallForm calls={calls} shape={view.shape} onCall={take} />}
      <Refusal problem={problem} />
      <div className="figure-foot">
        {calls.length > 0 && <Chain program={program} memory={view.memory} />}
        <Turns {...explorer} />
      </div>
    </div>
  );
}

/** The value that the engine reads there; cells that read the chosen place are marked too. */
function cellOf(view: TensorView, here: number, position: number) {
  const place = view.places[here]!;
  const same = here !== position && place === view.places[position];
  const index = indexAt(here, view.shape);
  return {
    text: view.values[here],
    label: `${index.length > 0 ? index.join(',') : '()'} at offset ${place}`,
    className: `${toneOf(view, place)} ${same ? 'same-place' : ''}`,
  };
}

const BYTES = 4;

/** How much of the memory the view reads. */
function Touched({ view }: { view: TensorView }) {
  const read = new Set(view.places).size;
  const elements = view.places.length;
  return (
    <p className="touched" role="status">
      <span className="unseen">
        Shape {tuple(view.shape)}, strides {tuple(view.strides)}, storage offset {view.offset}.{' '}
      </span>
      {elements} {elements === 1 ? 'element reads' : 'elements read'} <b>{read}</b> of {view.memory}{' '}
      floats: <b>{BYTES * read}</b> of {BYTES * view.memory} bytes
    </p>
  );
}
