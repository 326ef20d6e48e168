import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Examples } from '../../../wasm/session/experiment.ts';
import { Boundary, extentOf, gridInputs } from './Boundary.tsx';
import { DigitGrid } from './DigitGrid.tsx';
import { DrawPad } from './DrawPad.tsx';
import type { Run } from './run.ts';
import { useScores } from './useScores.ts';

/** Cells on a side of the decision boundary. */
const SIDE = 60;
const MOST_POINTS = 400;
const DIGITS_SHOWN = 40;

/** What the network makes of its examples, while it learns. */
export function RunFigure({ run }: { run: Run }) {
  const sizes = useStore(run.store, (state) => state.sizes);
  const data = useStore(run.store, ({ options }) => options?.data ?? '');
  const seed = useStore(run.store, ({ options }) =>
    options === null ? '' : [options.seed, options.examples, options.noise].join(),
  );
  const [train, setTrain] = useState<Examples | null>(null);
  const [test, setTest] = useState<Examples | null>(null);
  useEffect(() => {
    if (sizes === null) return undefined;
    let wanted = true;
    const most = data === 'digits' ? DIGITS_SHOWN : MOST_POINTS;
    const get = async () => {
      const learned = await run.examples(false, 0, Math.min(sizes.train, most));
      const asked = await run.examples(true, 0, Math.min(sizes.test, most));
      if (!wanted) return;
      setTrain(learned);
      setTest(asked);
    };
    get().catch(() => undefined); // the run says itself what went wrong
    return () => {
      wanted = false;
      setTrain(null);
      setTest(null);
    };
  }, [run, sizes, data, seed]);
  if (sizes === null || train === null || test === null) return null;
  return data === 'digits' ? (
    <Digits run={run} test={test} />
  ) : (
    <Points run={run} {...{ train, test, outputs: sizes.outputs }} />
  );
}

const rows = <T,>(all: Float32Array, width: number, make: (row: Float32Array) => T): T[] =>
  Array.from({ length: all.length / width }, (_, index) =>
    make(all.subarray(index * width, (index + 1) * width)),
  );

/** The class that a row of scores stands for, as `Experiment::decide` has it. */
export const decided = (scores: Float32Array): number =>
  scores.length === 1 ? Number(scores[0]! > 0) : scores.indexOf(Math.max(...scores));

function Points(props: { run: Run; train: Examples; test: Examples; outputs: number }) {
  const { run, train, test, outputs } = props;
  const extent = useMemo(() => extentOf(train, test), [train, test]);
  const inputs = useMemo(() => {
    const grid = gridInputs(SIDE, extent);
    const both = new Float32Array(grid.length + test.data.length);
    both.set(grid);
    both.set(test.data, grid.length);
    return both;
  }, [extent, test]);
  const all = useScores(run, inputs);
  const scores = useMemo(() => all && all.slice(0, SIDE * SIDE * outputs), [all, outputs]);
  const wrong = useMemo(() => {
    const answers = all === null ? [] : rows(all.slice(SIDE * SIDE * outputs), outputs, decided);
    return new Set(answers.flatMap((each, index) => (each === test.target[index] ? [] : [index])));
  }, [all, outputs, test]);
  return (
    <Boundary
      points={{ train, test }}
      {...{ scores, side: SIDE, outputs: outputs === 1 ? 1 : 2, extent, wrong }}
    />
  );
}

function Digits({ run, test }: { run: Run; test: Examples }) {
  const scores = useScores(run, test.data);
  const [drawn, setDrawn] = useState<Float32Array | null>(null);
  const answer = useScores(run, drawn);
  return (
    <>
      {scores !== null && <DigitGrid digits={test} scores={scores} outputs={10} />}
      <DrawPad onDraw={setDrawn} scores={answer} />
    </>
  );
}
