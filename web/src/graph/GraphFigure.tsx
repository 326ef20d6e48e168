import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Recipe } from '../../../wasm/session/play.ts';
import { useRecord } from '../lesson/session.ts';
import { useServices } from '../shell/services.ts';
import type { FigureProps } from '../visualizers/figure.ts';
import { checkWords } from '../visualizers/words.ts';
import { GraphExplorer } from './GraphExplorer.tsx';
import { presets } from './presets.ts';
import { ownText, useOwnEngine } from './useOwnEngine.ts';
import { usePlayed } from './usePlayed.ts';

/**
 * A preset of the playground, in a lesson: `::figure{name="graph" preset="diamond"}`. With
 * `whose="student"` it runs on the student's own engine once they have passed the lesson; with
 * `numbers="single"` the engine is that of single numbers, and with `program="hidden"` the lines of
 * C++ are left out.
 */
export default function GraphFigure({ engine, words }: FigureProps) {
  checkWords('graph', words, ['preset', 'whose', 'numbers', 'program']);
  const { preset: name = '', whose, numbers, program } = words;
  const preset = presets[name];
  if (preset === undefined) {
    throw new Error(`preset="${name}": use ${Object.keys(presets).join(', ')}`);
  }
  const { toolchain } = useServices();
  const hasCompiler = useStore(toolchain.store, ({ kind }) => kind === 'ready');
  const hasPassed = useRecord(({ accepted }) => accepted !== null);
  const [isOwn, setOwn] = useState(true);
  const offers = whose === 'student' && hasPassed;
  const own = useOwnEngine(offers && hasCompiler && isOwn);
  const recipe = useMemo<Recipe>(
    () => ({ ...preset.recipe, ...(numbers === 'single' && { kind: 'scalars' }) }),
    [preset, numbers],
  );
  const played = usePlayed(own.kind === 'ready' ? own.engine : engine, recipe);
  return (
    <>
      {offers && (
        <p className="graph-whose">
          <label>
            <input
              type="checkbox"
              checked={isOwn}
              onChange={({ target }) => setOwn(target.checked)}
            />{' '}
            On my engine
          </label>{' '}
          <span className="muted" role="status">
            {isOwn && hasCompiler ? ownText(own) : 'The course’s engine runs.'}
          </span>
        </p>
      )}
      {played && (
        <GraphExplorer model={played.model} start={0} withProgram={program !== 'hidden'} />
      )}
    </>
  );
}
