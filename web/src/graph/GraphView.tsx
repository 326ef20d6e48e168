import { memo, type RefObject, useId, useMemo } from 'react';
import { GraphBox } from './GraphBox.tsx';
import { BOX, type Layout, type Point } from './layout.ts';
import { type GraphModel, type GraphStep, nodeOf, stateAt } from './model.ts';
import type { GraphShown } from './shown.ts';
import { type Area, isIn } from './useDrawn.ts';

interface Props {
  model: GraphModel;
  shown: GraphShown;
  layout: Layout;
  step: number;
  chosen: number | null;
  lit: number | undefined;
  graph: string;
  /** What lies outside of it is not drawn. */
  area: Area;
  frame: RefObject<SVGSVGElement | null>;
  content: RefObject<SVGGElement | null>;
  onChoose: (node: number) => void;
  onHover: (node: number | null) => void;
}

export const boxId = (graph: string, node: number) => `${graph}-box-${String(node)}`;

/** The picture: boxes for tensors, arrows from what an operation reads to what it makes. */
export function GraphView(props: Props) {
  const { model, shown, layout, step, chosen, lit, graph, area, frame, content } = props;
  const { onChoose, onHover } = props;
  const arrowhead = useId();
  const now = model.steps[step];
  const boxOf = (node: number | null | undefined) => shown.boxOf.get(node ?? 0);
  const current = boxOf(nodeOf(now));
  const carries = carrier(model, now);
  const kept = [current, boxOf(chosen), boxOf(lit)];
  const paths = useMemo(
    () =>
      shown.edges.map(({ from, to }, index) =>
        path(clipped(layout.arrows[index]!, layout.boxes.get(from)!, layout.boxes.get(to)!)),
      ),
    [shown, layout],
  );
  return (
    <svg
      ref={frame}
      className="graph-canvas"
      role="group"
      aria-label={`Computation graph, boxes: ${shown.nodes.length.toLocaleString('en')}`}
    >
      <defs>
        <marker
          id={arrowhead}
          viewBox="0 0 8 8"
          refX={7}
          refY={4}
          markerWidth={7}
          markerHeight={7}
          orient="auto-start-reverse"
        >
          <path d="M0 0 8 4 0 8z" className="graph-arrowhead" />
        </marker>
        <pattern
          id="graph-hatch"
          width={6}
          height={6}
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect className="graph-hatch-ground" width={6} height={6} />
          <rect className="graph-hatch-line" width={2} height={6} />
        </pattern>
      </defs>
      <g ref={content}>
        {shown.edges.map(({ from, to, input }, index) => {
          if (!isIn(area, layout.arrows[index]!)) return null;
          const back =
            carries !== null &&
            boxOf(carries.from) === to &&
            boxOf(carries.to) === from &&
            (carries.input === input || shown.modules.size > 0);
          const pale = model.nodes.get(to)!.made > step;
          return (
            <Arrow
              key={`${String(from)}-${String(to)}-${String(input)}`}
              d={paths[index]!}
              head={`url(#${arrowhead})`}
              isBack={back}
              isPale={pale}
            />
          );
        })}
        {shown.nodes.map((node) => {
          const at = layout.boxes.get(node.number)!;
          if (!isIn(area, [at]) && !kept.includes(node.number)) return null;
          return (
            <GraphBox
              key={node.number}
              id={boxId(graph, node.number)}
              node={node}
              at={at}
              {...stateAt(node, step)}
              isCurrent={current === node.number}
              isChosen={boxOf(chosen) === node.number}
              isLit={boxOf(lit) === node.number}
              module={shown.modules.get(node.number)}
              onChoose={onChoose}
              onHover={onHover}
            />
          );
        })}
      </g>
    </svg>
  );
}

interface ArrowProps {
  d: string;
  /** The address of the arrowhead. */
  head: string;
  isBack: boolean;
  isPale: boolean;
}

const Arrow = memo(function Arrow({ d, head, isBack, isPale }: ArrowProps) {
  return (
    <path
      className={`graph-arrow${isBack ? ' is-back' : ''}${isPale ? ' is-pale' : ''}`}
      d={d}
      markerEnd={isBack ? undefined : head}
      markerStart={isBack ? head : undefined}
    />
  );
});

/** The arrow along which a gradient comes back in this step, against its direction. */
function carrier(model: GraphModel, step: GraphStep | undefined) {
  if (step?.kind !== 'contribution') return null;
  const { from, input } = model.nodes.get(step.node)!.contributions[step.index]!;
  return { from, to: step.node, input };
}

/** Begins at the right side of one box and ends at the left side of the other. */
function clipped(points: Point[], from: Point, to: Point): Point[] {
  const start = { x: from.x + BOX.width / 2, y: from.y };
  const end = { x: to.x - BOX.width / 2 - 2, y: to.y };
  return [start, ...points.slice(1, -1), end];
}

/** A curve through the points that begins and ends level. */
function path(points: Point[]): string {
  const [start, ...others] = points;
  let at = start!;
  const curves = others.map((next) => {
    const middle = (at.x + next.x) / 2;
    const curve = `C${String(middle)} ${String(at.y)} ${String(middle)} ${String(next.y)} ${String(next.x)} ${String(next.y)}`;
    at = next;
    return curve;
  });
  return `M${String(start!.x)} ${String(start!.y)}${curves.join('')}`;
}
