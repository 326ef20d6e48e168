import { useEffect, useState } from 'react';
import { useErrorBoundary } from 'react-error-boundary';
import { useServices } from '../shell/services.ts';
import type { Layout } from './layout.ts';
import type { GraphShown } from './shown.ts';

/** A graph and where its boxes lie. */
export interface Placed {
  shown: GraphShown;
  layout: Layout;
}

/**
 * Where the boxes of a graph lie, or null until that is known. While modules of the same graph open
 * and close, what was known before stays.
 */
export function useLayout(shown: GraphShown): Placed | null {
  const { layouts } = useServices();
  const [known, setKnown] = useState<{ promise: Promise<Layout>; placed: Placed } | null>(null);
  const { showBoundary } = useErrorBoundary();
  const promise = layouts.of(shown);
  useEffect(() => {
    let newest = true;
    promise.then(
      (layout) => newest && setKnown({ promise, placed: { shown, layout } }),
      showBoundary,
    );
    return () => {
      newest = false;
    };
  }, [promise, shown, showBoundary]);
  if (known === null) return null;
  if (known.promise === promise) return { shown, layout: known.placed.layout };
  return known.placed.shown.model === shown.model ? known.placed : null;
}
