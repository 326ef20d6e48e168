import type { GraphEdge, GraphModel, GraphNode } from './model.ts';

/** A graph as it is drawn: a module that is closed is one box, which shows what it ends with. */
export interface GraphShown {
  model: GraphModel;
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** The box that a node is in, by number: its own, or the one of its module. */
  boxOf: Map<number, number>;
  /** What the boxes of closed modules are called, by number. */
  modules: Map<number, { name: string; count: number }>;
}

/** The module of a tensor: `layer1` of `layer1.weight`. Null if its name tells of none. */
export function moduleOf({ label }: GraphNode): string | null {
  const dot = label.lastIndexOf('.');
  return dot > 0 ? label.slice(0, dot) : null;
}

/** The names of all modules, in the order in which they were used. */
export function modulesOf({ nodes }: GraphModel): string[] {
  const names = [...nodes.values()].map(moduleOf);
  return [...new Set(names)].filter((name) => name !== null);
}

export function graphShown(model: GraphModel, closed: ReadonlySet<string>): GraphShown {
  const members = new Map<string, GraphNode[]>();
  for (const node of model.nodes.values()) {
    const name = moduleOf(node);
    if (name !== null && closed.has(name)) {
      members.set(name, [...(members.get(name) ?? []), node]);
    }
  }
  const modules = new Map<number, { name: string; count: number }>();
  const boxOf = new Map([...model.nodes.keys()].map((number) => [number, number]));
  for (const [name, all] of members) {
    const last = all.at(-1)!.number;
    modules.set(last, { name, count: all.length });
    for (const { number } of all) boxOf.set(number, last);
  }
  const edges = new Map<string, GraphEdge>();
  for (const edge of model.edges) {
    const [from, to] = [boxOf.get(edge.from)!, boxOf.get(edge.to)!];
    const isInner = from === to && edge.from !== edge.to;
    const isJoined = modules.has(from) || modules.has(to);
    const key = `${String(from)} ${String(to)} ${isJoined ? '' : String(edge.input)}`;
    if (!isInner && !edges.has(key)) edges.set(key, { from, to, input: edge.input });
  }
  const nodes = [...model.nodes.values()].filter(({ number }) => boxOf.get(number) === number);
  return { model, nodes, edges: [...edges.values()], boxOf, modules };
}
