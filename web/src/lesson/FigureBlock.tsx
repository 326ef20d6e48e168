import { Suspense, use } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import type { Section } from '../../../wasm/toolchain/types.ts';
import { useServices } from '../shell/services.ts';
import { visualizers } from '../visualizers/registry.ts';
import { Prose } from './Prose.tsx';

type Figure = Extract<Section, { kind: 'figure' }>;

/** A live figure, on the running engine. Without the engine the text still stands. */
export function FigureBlock({ figure }: { figure: Figure }) {
  return (
    <figure className="card figure">
      <ErrorBoundary fallback={<p className="muted">This figure’s engine could not be loaded.</p>}>
        <Suspense fallback={<div className="skeleton" role="status" aria-label="Loading figure" />}>
          <Live figure={figure} />
        </Suspense>
      </ErrorBoundary>
      {figure.html && (
        <figcaption>
          <Prose html={figure.html} />
        </figcaption>
      )}
    </figure>
  );
}

function Live({ figure }: { figure: Figure }) {
  const { loadEngine } = useServices();
  const engine = use(loadEngine());
  const Visualizer = visualizers[figure.name];
  if (!Visualizer) throw new Error(`No visualizer is registered as '${figure.name}'`);
  return <Visualizer engine={engine} {...figure.props} />;
}
