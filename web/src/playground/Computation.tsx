import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Recipe } from '../../../wasm/session/play.ts';
import { firstDivergence } from '../graph/divergence.ts';
import { GraphExplorer } from '../graph/GraphExplorer.tsx';
import { ownText, useOwnEngine } from '../graph/useOwnEngine.ts';
import { type Player, usePlayed } from '../graph/usePlayed.ts';
import { Descent, RATES } from './Descent.tsx';
import { descended, readValues, valuesOf, withValues } from './places.ts';
import { Sliders } from './Sliders.tsx';

/** So long after the last change the address follows: browsers refuse it many times a second. */
const ADDRESS_SECONDS = 0.4;
/** Servers refuse longer addresses: the numbers of a large network are not kept in it. */
const LONGEST_ADDRESS = 4000;
const FIRST_RATE = 0.1;

interface Props {
  reference: Player;
  recipe: Recipe;
  search: URLSearchParams;
  /** True if the student's own engine is to compute it. */
  mine: boolean;
  onChange: (search: Record<string, string | null>) => void;
}

/** One computation: its numbers, its engine and its graph. */
export function Computation({ reference, recipe, search, mine, onChange }: Props) {
  const [values, setValues] = useState(() => readValues(search.get('values') ?? '', recipe));
  const [taken, setTaken] = useState(0);
  const rate = readRate(search.get('rate'));
  useAddress(values, recipe, onChange);
  const descend = recipe.backward === null ? undefined : rate;
  const now = useMemo(
    () => ({ ...withValues(recipe, values), ...(descend !== undefined && { descend }) }),
    [recipe, values, descend],
  );
  const own = useOwnEngine(mine);
  const right = usePlayed(reference, now);
  const yours = usePlayed(own.kind === 'ready' ? own.engine : null, now);
  const played = own.kind === 'ready' ? yours : right;
  const difference = useMemo(
    () =>
      right !== null && yours !== null && right.recipe === yours.recipe
        ? firstDivergence(right.model, yours.model)
        : null,
    [right, yours],
  );
  const next = useMemo(
    () => (played === null || played.recipe !== now ? null : descended(played.model, now)),
    [played, now],
  );
  const diverged = next !== null && !next.every(Number.isFinite);
  const move = (moved: number[]) => {
    setValues(moved);
    setTaken(0);
  };
  const step = useCallback(() => {
    setValues(next!);
    setTaken((before) => before + 1);
  }, [next]);
  return (
    <>
      <Sliders {...{ recipe, values }} onChange={move} />
      {recipe.backward !== null && (
        <Descent
          {...{ rate, taken, diverged }}
          onRate={(chosen) => onChange({ rate: String(chosen) })}
          onStep={next === null || diverged ? undefined : step}
          onReset={() => move(valuesOf(recipe))}
        />
      )}
      <p className="playground-engine">
        <label>
          <input
            type="checkbox"
            checked={mine}
            onChange={({ target }) => onChange({ engine: target.checked ? 'mine' : null })}
          />{' '}
          On my engine
        </label>{' '}
        <span className="muted" role="status">
          {ownText(own)}
        </span>
      </p>
      {difference !== null && (
        <p className="graph-broken">
          <b>Your engine first differs here.</b> {difference.message}
        </p>
      )}
      {played !== null && (
        <GraphExplorer key={own.kind} model={played.model} lit={difference?.node} />
      )}
    </>
  );
}

function readRate(text: string | null): number {
  const rate = Number(text);
  return RATES.includes(rate) ? rate : FIRST_RATE;
}

/** Keeps the numbers in the address, unless they are those that the computation begins with. */
function useAddress(values: number[], recipe: Recipe, onChange: Props['onChange']) {
  useEffect(() => {
    const begin = valuesOf(recipe);
    const all = values.join(',');
    const isGiven = values.every((value, index) => value === begin[index]);
    const text = isGiven || all.length > LONGEST_ADDRESS ? null : all;
    const timer = setTimeout(() => onChange({ values: text }), ADDRESS_SECONDS * 1000);
    return () => clearTimeout(timer);
    // Only what was moved is told, not what the address itself has changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [values]);
}
