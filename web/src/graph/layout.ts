import { Graph, layout } from '@dagrejs/dagre';

/** What is to be laid out: boxes by number, and which leads to which. */
export interface Plan {
  /** In the order in which they came to be. */
  boxes: number[];
  arrows: [from: number, to: number][];
}

export interface Point {
  x: number;
  y: number;
}

/** Where everything lies; a box is named by its middle. */
export interface Layout {
  width: number;
  height: number;
  boxes: Map<number, Point>;
  /** One for each arrow of the plan, in its order. */
  arrows: Point[][];
}

export const BOX = { width: 172, height: 66 };

const GAP = { between: 26, along: 54 };
const MARGIN = 12;

/** So many boxes are laid out at once. The time grows faster than their number. */
const BAND = 150;

/** Lays out from left to right; a large graph in bands, each of them by itself. */
export function layOut({ boxes, arrows }: Plan): Layout {
  const order = byUse(boxes, arrows);
  const size = order.length > 2 * BAND ? BAND : Math.max(1, order.length);
  const bandOf = new Map(order.map((box, index) => [box, Math.floor(index / size)]));
  const bands = Array.from({ length: Math.ceil(order.length / size) }, (_, band) => {
    const inside = arrows.flatMap(([from, to], arrow) =>
      bandOf.get(from) === band && bandOf.get(to) === band ? [{ from, to, arrow }] : [],
    );
    return layOutBand(order.slice(band * size, (band + 1) * size), inside);
  });
  const height = Math.max(0, ...bands.map((band) => band.height));
  const places = new Map<number, Point>();
  const bends = new Map<number, Point[]>();
  let left = 0;
  for (const band of bands) {
    const move = ({ x, y }: Point) => ({ x: x + left, y: y + (height - band.height) / 2 });
    for (const [box, at] of band.boxes) places.set(box, move(at));
    for (const [arrow, points] of band.arrows) bends.set(arrow, points.map(move));
    left += band.width + GAP.along - 2 * MARGIN;
  }
  return {
    width: Math.max(0, left - GAP.along + 2 * MARGIN),
    height,
    boxes: places,
    arrows: arrows.map(
      ([from, to], index) => bends.get(index) ?? [places.get(from)!, places.get(to)!],
    ),
  };
}

/** The boxes in order, but what is only read stands before the first that reads it. */
function byUse(boxes: number[], arrows: Plan['arrows']): number[] {
  const rank = new Map(boxes.map((box, index) => [box, index]));
  const made = new Set(arrows.map(([, to]) => to));
  const first = new Map<number, number>();
  for (const [from, to] of arrows) {
    if (!made.has(from)) first.set(from, Math.min(first.get(from) ?? Infinity, rank.get(to)!));
  }
  const place = (box: number) => (first.has(box) ? first.get(box)! - 0.5 : rank.get(box)!);
  return boxes.toSorted((a, b) => place(a) - place(b));
}

function layOutBand(boxes: number[], lines: { from: number; to: number; arrow: number }[]) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: 'LR',
    ranker: 'tight-tree',
    nodesep: GAP.between,
    ranksep: GAP.along,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  for (const box of boxes) graph.setNode(String(box), { ...BOX });
  for (const { from, to, arrow } of lines) {
    graph.setEdge(String(from), String(to), {}, String(arrow));
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const at = ({ x = 0, y = 0 }: Partial<Point>): Point => ({ x, y });
  return {
    width,
    height,
    boxes: boxes.map((box) => [box, at(graph.node(String(box)))] as const),
    arrows: lines.map(({ from, to, arrow }) => {
      const { points = [] } = graph.edge(String(from), String(to), String(arrow));
      return [arrow, points.map(at)] as const;
    }),
  };
}
