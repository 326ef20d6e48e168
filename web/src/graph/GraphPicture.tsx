import { type KeyboardEvent, type RefObject, useEffect, useId, useRef } from 'react';
import { FindNode } from './FindNode.tsx';
import { boxId, GraphView } from './GraphView.tsx';
import type { Layout } from './layout.ts';
import { Legend } from './Legend.tsx';
import { type GraphModel, nodeOf } from './model.ts';
import { pngOf, saveFile, svgOf } from '../shell/save.ts';
import { jsonOf } from './save.ts';
import { type GraphShown, moduleOf } from './shown.ts';
import type { Tape } from './useTape.ts';
import { useDrawn } from './useDrawn.ts';
import { useZoom } from './useZoom.ts';

interface Props {
  model: GraphModel;
  shown: GraphShown;
  layout: Layout;
  tape: Tape;
  chosen: number | null;
  lit: number | undefined;
  onChoose: (node: number | null) => void;
  onHover: (node: number | null) => void;
  /** Opens a module that is closed, or closes it. */
  onModule: (name: string) => void;
}

/** The picture, what the keyboard does in it, and its tools. */
export function GraphPicture(props: Props) {
  const { model, shown, layout, tape, chosen, lit, onChoose, onHover, onModule } = props;
  const id = useId();
  const frame = useRef<SVGSVGElement>(null);
  const content = useRef<SVGGElement>(null);
  const { area, onSeen, whole } = useDrawn(shown.nodes.length);
  const zoom = useZoom(frame, content, layout, onSeen);
  const { show } = zoom;
  const current = layout.boxes.get(shown.boxOf.get(nodeOf(model.steps[tape.step]) ?? 0) ?? 0);
  useEffect(() => {
    if (current !== undefined) show(current);
  }, [current, show]);
  const neighbour = (key: 'ArrowUp' | 'ArrowDown') => {
    const here = shown.boxOf.get(chosen ?? 0);
    const next =
      key === 'ArrowUp'
        ? shown.edges.find((edge) => edge.to === here)?.from
        : shown.edges.find((edge) => edge.from === here)?.to;
    if (next !== undefined) onChoose(next);
  };
  const openOrClose = () => {
    const node = model.nodes.get(chosen ?? 0);
    const name = node === undefined ? null : moduleOf(node);
    if (name !== null) onModule(name);
  };
  const steps: Record<string, () => void> = {
    ArrowLeft: () => tape.go(tape.step - 1),
    ArrowRight: () => tape.go(tape.step + 1),
    Home: () => tape.go(0),
    End: () => tape.go(model.steps.length - 1),
    ' ': tape.togglePlay,
    Escape: () => undefined,
  };
  const keys: Record<string, () => void> = {
    ArrowUp: () => neighbour('ArrowUp'),
    ArrowDown: () => neighbour('ArrowDown'),
    Enter: openOrClose,
    f: zoom.fit,
    '0': zoom.fit,
    '+': () => zoom.zoomBy(1.25),
    '-': () => zoom.zoomBy(0.8),
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const action = steps[event.key] ?? keys[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key in steps) onChoose(null); // the box of the step is shown again
    action();
  };
  const find = (node: number) => {
    onChoose(node);
    zoom.centre(layout.boxes.get(shown.boxOf.get(node)!)!);
  };
  return (
    <div className="graph-picture">
      <div
        role="application"
        aria-label="Computation graph. Left and right step, up and down go to what a value was made of and what reads it, Enter opens or closes a module."
        aria-activedescendant={
          shown.boxOf.has(chosen ?? 0) ? boxId(id, shown.boxOf.get(chosen ?? 0)!) : undefined
        }
        tabIndex={0}
        className="graph-stage"
        onKeyDown={onKeyDown}
      >
        <GraphView
          graph={id}
          step={tape.step}
          {...{ model, shown, layout, chosen, lit, area, frame, content, onChoose, onHover }}
        />
      </div>
      <div className="graph-tools">
        <Legend />
        <FindNode model={model} onFind={find} />
        <button
          type="button"
          className="button"
          aria-label="Smaller"
          onClick={() => zoom.zoomBy(0.8)}
        >
          <span aria-hidden="true">−</span>
        </button>
        <button
          type="button"
          className="button"
          aria-label="Larger"
          onClick={() => zoom.zoomBy(1.25)}
        >
          <span aria-hidden="true">+</span>
        </button>
        <button type="button" className="button" onClick={zoom.fit}>
          Fit
        </button>
        <SaveMenu {...{ model, layout, frame, whole }} />
      </div>
    </div>
  );
}

interface SaveProps {
  model: GraphModel;
  layout: Layout;
  frame: RefObject<SVGSVGElement | null>;
  whole: (make: () => string) => string;
}

function SaveMenu({ model, layout, frame, whole }: SaveProps) {
  const svg = () => whole(() => svgOf(frame.current!, layout));
  const saves: Record<string, () => Promise<Blob> | Blob> = {
    svg: () => new Blob([svg()], { type: 'image/svg+xml' }),
    png: () => pngOf(svg(), layout),
    json: () => new Blob([jsonOf(model)], { type: 'application/json' }),
  };
  return (
    <span className="graph-save" role="group" aria-label="Save">
      {Object.entries(saves).map(([kind, make]) => (
        <button
          key={kind}
          type="button"
          className="button"
          aria-label={`Save as ${kind.toUpperCase()}`}
          onClick={async () => saveFile(`graph.${kind}`, await make())}
        >
          {kind.toUpperCase()}
        </button>
      ))}
    </span>
  );
}
