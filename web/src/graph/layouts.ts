import type { Layout, Plan } from './layout.ts';
import type { GraphShown } from './shown.ts';

/** Where graphs get their layouts from. */
export interface LayoutSource {
  layOut(plan: Plan): Promise<Layout>;
}

/** Remembers the last layouts: the same graph with other values keeps its place. */
export function createLayouts(layOut: LayoutSource['layOut']) {
  const known = new Map<string, Promise<Layout>>();
  return {
    of(shown: GraphShown): Promise<Layout> {
      const plan = planOf(shown);
      const key = JSON.stringify(plan);
      let layout = known.get(key);
      if (layout === undefined) {
        layout = layOut(plan);
        known.set(key, layout);
        layout.catch(() => known.delete(key));
        if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value!);
      }
      return layout;
    },
  };
}

export type Layouts = ReturnType<typeof createLayouts>;

const MOST_REMEMBERED = 20;

function planOf({ nodes, edges }: GraphShown): Plan {
  return {
    boxes: nodes.map(({ number }) => number),
    arrows: edges.map(({ from, to }) => [from, to]),
  };
}
