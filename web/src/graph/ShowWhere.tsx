import { Suspense, use, useEffect, useState } from 'react';
import { useErrorBoundary } from 'react-error-boundary';
import type { Engine } from '../engine/engine.ts';
import type { Kind } from '../../../wasm/session/session.ts';
import { Dialog } from '../shell/Dialog.tsx';
import { useServices } from '../shell/services.ts';
import { type Divergence, firstDivergence } from './divergence.ts';
import { GraphExplorer } from './GraphExplorer.tsx';
import { type GraphModel, graphPlayed, nodeOf } from './model.ts';
import { presetsFor } from './presets.ts';
import { type Draft, ownText, useOwnEngine } from './useOwnEngine.ts';
import type { Player } from './usePlayed.ts';

interface Props {
  draft: Draft;
  /** The engine that the draft is a part of. */
  kind: Kind;
  onClose: () => void;
}

/** The computation in which a student's engine first differs from the reference, on a graph. */
export default function ShowWhere({ draft, kind, onClose }: Props) {
  const { engine } = useServices();
  return (
    <Dialog title="Where it first differs" wide onClose={onClose}>
      <Suspense fallback={<p className="loading">Starting the engine…</p>}>
        <Search engine={engine.load()} draft={draft} kind={kind} />
      </Suspense>
    </Dialog>
  );
}

interface Found {
  title: string;
  model: GraphModel;
  divergence: Divergence;
}

function Search({ engine, draft, kind }: { engine: Promise<Engine>; draft: Draft; kind: Kind }) {
  const reference = use(engine);
  const own = useOwnEngine(true, draft);
  const player = own.kind === 'ready' ? own.engine : null;
  const found = useFirstFound(reference, player, kind);
  if (player === null) return <p role="status">{ownText(own)}</p>;
  if (found === undefined) return <p role="status">Comparing your engine with the reference…</p>;
  if (found === null) {
    return (
      <p role="status">
        In all {presetsFor(kind).length} computations that were tried your engine does what the
        reference does. The test that failed asks for something else: its message says what.
      </p>
    );
  }
  const { title, model, divergence } = found;
  return (
    <div className="show-where">
      <p role="status">
        <b>{title}:</b> {divergence.message}
      </p>
      <GraphExplorer model={model} lit={divergence.node} start={stepOf(model, divergence)} />
    </div>
  );
}

/** Undefined while it looks, null if there is none. */
function useFirstFound(
  reference: Player,
  own: Player | null,
  kind: Kind,
): Found | null | undefined {
  const [found, setFound] = useState<Found | null>();
  const { showBoundary } = useErrorBoundary();
  useEffect(() => {
    if (own === null) return undefined;
    let newest = true;
    find(reference, own, kind).then((result) => newest && setFound(result), showBoundary);
    return () => {
      newest = false;
    };
  }, [reference, own, kind, showBoundary]);
  return found;
}

async function find(reference: Player, own: Player, kind: Kind): Promise<Found | null> {
  for (const { title, recipe } of presetsFor(kind)) {
    const [right, mine] = await Promise.all([reference.play(recipe), own.play(recipe)]);
    const model = graphPlayed(mine);
    const divergence = firstDivergence(graphPlayed(right), model);
    if (divergence !== null) return { title, model, divergence };
  }
  return null;
}

/** The step at which the wrong number is seen. */
function stepOf({ nodes, steps }: GraphModel, { node, what }: Divergence): number {
  const last = steps.findLastIndex((step) => nodeOf(step) === node);
  if (last < 0 || what === 'refusal') return steps.length - 1;
  return what === 'value' ? nodes.get(node)!.made : last;
}
