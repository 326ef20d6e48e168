import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { Curves } from './Curves.tsx';
import type { RunCurves } from './curves.ts';
import { Histograms } from './Histograms.tsx';
import type { Run } from './run.ts';
import { RunFigure } from './RunFigure.tsx';

const StepGraph = lazy(() => import('./StepGraph.tsx'));

interface Props {
  run: Run;
  name: string;
  /** Runs to compare with, behind this one. */
  others?: RunCurves[];
  goal?: { accuracy: number; atMost?: boolean };
}

/** Everything that a run shows of itself. */
export function RunStage({ run, name, others = [], goal }: Props) {
  const points = useStore(run.store, (state) => state.points);
  const observations = useStore(run.store, (state) => state.observations);
  const trace = useStore(run.store, (state) => state.trace);
  return (
    <div className="run-stage">
      <section className="run-figure" aria-label="What the network says">
        <RunFigure run={run} />
      </section>
      <section className="run-curves" aria-label="Curves">
        <Curves runs={[...others, { name, points }]} {...(goal && { goal })} />
      </section>
      {trace !== null && (
        <section className="run-graph" aria-label="The last batch">
          <h2>One batch, forward and backward</h2>
          <Suspense fallback={<p className="loading">Drawing the graph…</p>}>
            <StepGraph trace={trace} />
          </Suspense>
        </section>
      )}
      {observations.length > 0 && (
        <details className="run-histograms" open>
          <summary>Inside the layers</summary>
          <Histograms series={observations} />
        </details>
      )}
    </div>
  );
}
