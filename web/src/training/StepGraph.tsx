import { useMemo } from 'react';
import { GraphExplorer } from '../graph/GraphExplorer.tsx';
import { graphPlayed } from '../graph/model.ts';

/** The graph of one batch: forward, backward, and what the step changed. */
export default function StepGraph({ trace }: { trace: Uint8Array }) {
  const model = useMemo(() => graphPlayed({ trace, names: {}, refusal: null }), [trace]);
  return <GraphExplorer model={model} withProgram={false} />;
}
