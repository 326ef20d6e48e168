import { use, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useStore } from 'zustand';
import type { ExperimentOptions } from '../../../wasm/session/experiment.ts';
import { useRecords } from '../progress/useProgress.ts';
import { useServices } from '../shell/services.ts';
import { TopBar } from '../shell/TopBar.tsx';
import { Controls } from './Controls.tsx';
import { type CurvePoint, thinned } from './curves.ts';
import { DIGITS, FIRST, hasOptions, nameOf, readOptions, writeOptions } from './address.ts';
import { ModelFile } from './ModelFile.tsx';
import { firstDigits } from './programs.ts';
import { Provenance } from './Provenance.tsx';
import { RunBar } from './RunBar.tsx';
import { RunStage } from './RunStage.tsx';
import { RunTable } from './RunTable.tsx';
import { useKeptRuns } from './useRunDisk.ts';
import { useTraining } from './useTraining.ts';
import './page.css';

/** Runs to compare are drawn from so many points. */
const KEPT_POINTS = 400;

const lastOf = (points: CurvePoint[], of: 'testLoss' | 'testAccuracy'): number | null =>
  points.findLast((point) => point[of] !== null)?.[of] ?? null;

/** A page to train small networks, on whatever engine. What was chosen is in its address. */
export default function TrainingPage() {
  const services = useServices();
  const { lessons, training } = use(services.course.index());
  const records = useRecords();
  const passed = lessons.flatMap(({ slug }) => (records[slug]?.accepted ? [slug] : []));
  const [search, setSearch] = useSearchParams();
  const mine = search.has('mine') ? (search.get('mine') ?? '').split(',') : passed;
  const [begin] = useState(() => ({ options: readOptions(search), takesAny: !hasOptions(search) }));
  const {
    run,
    mine: running,
    problem,
  } = useTraining({
    ...{ place: 'playground', ...begin, digits: 'first' },
    mine: mine.filter((slug) => passed.includes(slug)),
  });
  const options = useStore(run.store, (state) => state.options);
  const status = useStore(run.store, (state) => state.status);
  const [asked, setAsked] = useState<ExperimentOptions | null>(null);
  const next = asked ?? options ?? begin.options;
  const kept = useKeptRuns();
  const [hidden, setHidden] = useState<string[]>([]);

  const change = (parts: (search: URLSearchParams) => void) =>
    setSearch(
      (before) => {
        parts(before);
        return before;
      },
      { replace: true },
    );
  const reset = async (to: ExperimentOptions) => {
    change((now) => writeOptions(now, to));
    setAsked(null);
    await run.reset(to, to.data === 'digits' ? await firstDigits(services) : null);
  };
  /** Another kind of data wants another kind of network. */
  const prepare = (wanted: ExperimentOptions) => {
    const turns = (wanted.data === 'digits') !== (next.data === 'digits');
    const { hidden: widths, activation, loss, batchSize } = FIRST;
    const usual =
      wanted.data === 'digits' ? DIGITS : { hidden: widths, activation, loss, batchSize };
    setAsked(turns ? { ...wanted, ...usual } : wanted);
  };
  const keep = () => {
    const { points, steps } = run.store.getState();
    if (options === null) return;
    kept.keep({
      ...{ id: crypto.randomUUID(), name: nameOf(options), options, steps },
      points: thinned(points, KEPT_POINTS),
    });
  };

  return (
    <>
      <title>Train · TinyTorch</title>
      <TopBar />
      <main className="training">
        <h1>Training ground</h1>
        <p>
          A network learns while you look on. Change its learning rate as it runs, stop it, take one
          batch at a time, and see what happens inside.
        </p>
        {training === null && <p className="refusal">This course has nothing to train yet.</p>}
        {problem !== '' && (
          <p className="refusal" role="alert">
            {problem}
          </p>
        )}
        <div className="training-columns">
          <div className="training-side">
            <Provenance
              {...{ lessons, passed, mine, running }}
              onChange={(units) =>
                change((now) => {
                  if (units.length === passed.length) now.delete('mine');
                  else now.set('mine', units.join());
                })
              }
            />
            {options !== null && (
              <Controls
                options={options}
                busy={status === 'starting'}
                onChange={(now) => {
                  change((to) => writeOptions(to, { ...options, ...now }));
                  void run.change(now);
                }}
                next={next}
                onNext={prepare}
              />
            )}
          </div>
          <div className="training-main">
            <RunBar run={run} onReset={() => void reset(next)} />
            {asked !== null && (
              <p className="row">
                <button type="button" className="button primary" onClick={() => void reset(next)}>
                  Begin again with what you chose
                </button>
                <button type="button" className="button" onClick={() => setAsked(null)}>
                  Leave it
                </button>
              </p>
            )}
            <p className="row">
              <button type="button" className="button" disabled={options === null} onClick={keep}>
                Keep this run to compare
              </button>
              <ModelFile run={run} />
            </p>
            <RunStage
              run={run}
              name="now"
              others={kept.runs.filter(({ id }) => !hidden.includes(id))}
            />
            {kept.runs.length > 0 && (
              <RunTable
                runs={kept.runs.map(({ id, name, options: had, steps, points }) => ({
                  ...{ id, name, options: had, steps, shown: !hidden.includes(id) },
                  testAccuracy: lastOf(points, 'testAccuracy'),
                  testLoss: lastOf(points, 'testLoss'),
                }))}
                onShow={(id, shown) =>
                  setHidden((before) =>
                    shown ? before.filter((each) => each !== id) : [...before, id],
                  )
                }
                onRemove={kept.letGo}
              />
            )}
          </div>
        </div>
      </main>
    </>
  );
}
