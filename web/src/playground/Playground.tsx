import { Suspense, use, useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { Recipe } from '../../../wasm/session/play.ts';
import type { Engine } from '../engine/engine.ts';
import { presets } from '../graph/presets.ts';
import { useServices } from '../shell/services.ts';
import { TopBar } from '../shell/TopBar.tsx';
import { Computation } from './Computation.tsx';
import { recipeOf } from './expression.ts';
import { ExpressionForm, refusalOf } from './ExpressionForm.tsx';
import './playground.css';

const FIRST = 'diamond';

/** A page to play with graphs. All that was chosen is in its address. */
export default function Playground() {
  const { engine } = useServices();
  return (
    <>
      <TopBar />
      <main className="playground">
        <h1>Playground</h1>
        <p>
          Choose a computation and move its numbers. The engine runs it forward and backward each
          time; go through the steps and see where every gradient comes from.
        </p>
        <Suspense fallback={<p className="loading">Starting the engine…</p>}>
          <Choice engine={engine.load()} />
        </Suspense>
      </main>
    </>
  );
}

/** What is computed, as the address has it. */
function computationOf(
  text: string,
  asked: string,
): { name: string; about: string; recipe: Recipe } {
  if (text !== '' && refusalOf(text) === '') {
    const about = 'Every name is a number that learns, and begins as 1.';
    return { name: '', about, recipe: recipeOf(text) };
  }
  const name = Object.hasOwn(presets, asked) ? asked : FIRST;
  return { name, ...presets[name]! };
}

function Choice({ engine }: { engine: Promise<Engine> }) {
  const reference = use(engine);
  const [search, setSearch] = useSearchParams();
  const mine = search.get('engine') === 'mine';
  const expression = search.get('expression') ?? '';
  const asked = search.get('preset') ?? '';
  const { name, about, recipe } = useMemo(
    () => computationOf(expression, asked),
    [expression, asked],
  );
  const choose = (next: Record<string, string>) =>
    setSearch({ ...(mine && { engine: 'mine' }), ...next });
  const change = (next: Record<string, string | null>) =>
    setSearch(
      (before) => {
        for (const [key, value] of Object.entries(next)) {
          if (value === null) before.delete(key);
          else before.set(key, value);
        }
        return before;
      },
      { replace: true },
    );
  return (
    <>
      <div className="playground-choice" role="group" aria-label="Computation">
        {Object.entries(presets).map(([key, { title }]) => (
          <button
            key={key}
            type="button"
            className="button"
            aria-pressed={key === name}
            onClick={() => choose({ preset: key })}
          >
            {title}
          </button>
        ))}
      </div>
      <ExpressionForm
        key={expression}
        text={expression}
        onChange={(text) => choose({ expression: text })}
      />
      <p className="muted">{about}</p>
      <Computation
        key={`${name} ${expression}`}
        {...{ reference, recipe, search, mine }}
        onChange={change}
      />
    </>
  );
}
