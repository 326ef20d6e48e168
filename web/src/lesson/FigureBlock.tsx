import { Suspense, use } from 'react';
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary';
import type { Section } from '../../../wasm/toolchain/types.ts';
import { useServices } from '../shell/services.ts';
import { visualizers } from '../visualizers/registry.ts';
import { Prose } from './Prose.tsx';

type Figure = Extract<Section, { kind: 'figure' }>;

/** A live figure, on the running engine. Without the engine the text still stands. */
export function FigureBlock({ figure }: { figure: Figure }) {
  const { engine } = useServices();
  return (
    <figure className="card figure">
      <ErrorBoundary FallbackComponent={Broken} onReset={engine.forget}>
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
  const engine = use(useServices().engine.load());
  const Visualizer = visualizers[figure.name];
  if (!Visualizer) throw new Error(`No visualizer is registered as '${figure.name}'`);
  return <Visualizer engine={engine} words={figure.props} />;
}

function Broken({ error, resetErrorBoundary }: FallbackProps) {
  return (
    <div className="row">
      <p className="muted">
        This figure stopped: {error instanceof Error ? error.message : String(error)}
      </p>
      <button type="button" className="button" onClick={resetErrorBoundary}>
        Try again
      </button>
    </div>
  );
}
