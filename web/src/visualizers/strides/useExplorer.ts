import { useCallback, useEffect, useRef, useState } from 'react';
import { useErrorBoundary } from 'react-error-boundary';
import type { Engine, Program, TensorView } from '../../engine/engine.ts';
import { MOST_AXES } from '../CellGrid.tsx';
import type { Problem } from '../Refusal.tsx';

/** A program, and what the engine shows for it. */
export interface Shown {
  program: Program;
  view: TensorView;
}

interface State {
  /** What was shown, the present last; empty until the engine has answered once. */
  history: Shown[];
  /** Why the last change did not happen. */
  problem: Problem | null;
  /** How often something was taken back: fields then forget what was typed. */
  returns: number;
}

const nothing: State = { history: [], problem: null, returns: 0 };

/** What the engine shows now, how it came there, and how to go on. One change after the other. */
export function useExplorer(engine: Engine, start: Program) {
  const [state, setState] = useState(nothing);
  const latest = useRef(nothing);
  const queue = useRef(Promise.resolve());
  const { showBoundary } = useErrorBoundary();

  const enqueue = useCallback(
    (change: (now: State) => State | Promise<State>) => {
      const next = queue.current.then(async () => {
        latest.current = await change(latest.current);
        setState(latest.current);
      });
      queue.current = next.catch(showBoundary);
    },
    [showBoundary],
  );

  useEffect(() => {
    enqueue((now) => (now.history.length > 0 ? now : show(engine, start, now)));
  }, [engine, start, enqueue]);

  return {
    ...state,
    /** Shows the program that `next` makes of the present one, if the engine can. */
    change: (next: (now: Shown) => Program) =>
      enqueue((now) => show(engine, next(now.history.at(-1)!), now)),
    undo: () => enqueue(back),
    reset: () =>
      enqueue(({ history, returns }) => ({
        history: history.slice(0, 1),
        problem: null,
        returns: returns + 1,
      })),
  };
}

/** Takes back what was refused, or else the last change. */
function back({ history, problem, returns }: State): State {
  const whole = problem !== null || history.length === 1;
  return {
    history: whole ? history : history.slice(0, -1),
    problem: null,
    returns: returns + 1,
  };
}

async function show(engine: Engine, program: Program, now: State): Promise<State> {
  if (JSON.stringify(program) === JSON.stringify(now.history.at(-1)?.program)) {
    return { ...now, problem: null };
  }
  const answer = await engine.view(program);
  if (!('value' in answer)) return { ...now, problem: answer };
  const view = answer.value;
  const axes = view.shape.length;
  if (axes > MOST_AXES) {
    const note = `That has ${axes} axes; this figure draws at most ${MOST_AXES}.`;
    return { ...now, problem: { note } };
  }
  return { ...now, history: [...now.history, { program, view }], problem: null };
}
