import { useMemo, useState } from 'react';
import { GraphPicture } from './GraphPicture.tsx';
import { Inspector } from './Inspector.tsx';
import { Modules } from './Modules.tsx';
import { type GraphModel, nodeOf } from './model.ts';
import { ProgramView } from './ProgramView.tsx';
import { graphShown, modulesOf } from './shown.ts';
import { StepBar } from './StepBar.tsx';
import { StepTable } from './StepTable.tsx';
import { useLayout } from './useLayout.ts';
import { useTape } from './useTape.ts';
import { brokenText, sentence } from './words.ts';
import './graph.css';

/** Larger graphs begin with their modules closed. */
const MANY = 150;

interface Props {
  model: GraphModel;
  /** The step to begin with; without it, the last one that changes no leaf. */
  start?: number;
  /** A node to point at. */
  lit?: number;
  /** False where the lines of C++ would be of no help. */
  withProgram?: boolean;
}

/** More boxes make the browser slow, and nobody can see them. */
const MOST_BOXES = 4000;

const NOTHING = graphShown({ nodes: new Map(), edges: [], steps: [], dropped: 0 }, new Set());

/** A graph, and every step of how its numbers came to be. */
export function GraphExplorer({ model, start, lit, withProgram = true }: Props) {
  const tape = useTape(model.steps.length, start ?? lastBefore(model));
  const [chosen, setChosen] = useState<number | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const modules = useMemo(() => modulesOf(model), [model]);
  const [closed, setClosed] = useState<ReadonlySet<string>>(
    () => new Set(model.nodes.size > MANY ? modules : []),
  );
  const shown = useMemo(() => graphShown(model, closed), [model, closed]);
  const isDrawable = shown.nodes.length <= MOST_BOXES;
  const placed = useLayout(isDrawable ? shown : NOTHING);
  const step = model.steps[tape.step];
  const broken = brokenText(model);
  const pointed = chosen ?? nodeOf(step);
  const about = model.nodes.get(hovered ?? pointed ?? 0);
  const toggle = (name: string) =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(name)) after.add(name);
      return after;
    });
  if (model.nodes.size === 0 && model.steps.length === 0) {
    return <p className="muted">Nothing has been computed yet.</p>;
  }
  return (
    <div className="graph">
      <StepBar model={model} tape={tape} asTable={asTable} onTable={setAsTable} />
      <p className="graph-sentence" role="status">
        {step !== undefined && sentence(model, step)}
      </p>
      {broken !== '' && (
        <p className="graph-broken">
          <span aria-hidden="true">⚠</span> {broken}
        </p>
      )}
      {model.dropped > 0 && (
        <p className="graph-broken">
          The graph is larger than can be shown: {model.dropped.toLocaleString('en')} more records
          were left out.
        </p>
      )}
      {modules.length > 0 && !asTable && (
        <Modules {...{ modules, closed }} onToggle={toggle} onAll={setClosed} />
      )}
      {asTable && <StepTable model={model} tape={tape} />}
      {!asTable && !isDrawable && (
        <p className="graph-canvas muted">
          {shown.nodes.length.toLocaleString('en')} boxes are more than can be drawn:{' '}
          {MOST_BOXES.toLocaleString('en')}. Show modules as one box, or look at the table.
        </p>
      )}
      {!asTable && isDrawable && placed === null && (
        <p className="graph-canvas muted">Laying the graph out…</p>
      )}
      {!asTable && isDrawable && placed !== null && (
        <GraphPicture
          {...placed}
          {...{ model, tape, lit, chosen: pointed }}
          onChoose={setChosen}
          onHover={setHovered}
          onModule={toggle}
        />
      )}
      <div className="graph-details">
        {about !== undefined && <Inspector model={model} node={about} step={tape.step} />}
        {withProgram && <ProgramView model={model} step={tape.step} onChoose={setChosen} />}
      </div>
    </div>
  );
}

function lastBefore({ steps }: GraphModel): number {
  const update = steps.findIndex((step) => step.kind === 'update');
  return (update < 0 ? steps.length : update) - 1;
}
