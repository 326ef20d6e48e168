import { embindSession } from '../../../wasm/session/embind.ts';
import { LIMITS } from '../../../wasm/session/session.ts';
import { play, type Played, type Recipe } from '../../../wasm/session/play.ts';
import { checkNumbers, checkProgram } from './arguments.ts';
import { answered, type BoundEngine, type BoundTensor, freeing } from './bound.ts';
import {
  type Answer,
  type Broadcast,
  type Column,
  MOST_ELEMENTS,
  type Op,
  type Operand,
  type Program,
  type Side,
  type Step,
  type TensorView,
} from './engine.ts';

/** Answers figures from the bound engine. Runs in the worker, and as it is in tests. */
export function createService(engine: BoundEngine) {
  return {
    play(recipe: Recipe): Played {
      const session = embindSession(engine, LIMITS, recipe.kind); // as long as it lives, it watches the whole engine
      try {
        return play(session, recipe);
      } finally {
        session.close();
      }
    },

    view(program: Program): Answer<TensorView> {
      checkProgram(program);
      const answer = answered(() => show(engine, program));
      return 'value' in answer ? answer.value : answer;
    },

    broadcast(a: number[], b: number[]): Broadcast {
      checkNumbers('a', a);
      checkNumbers('b', b);
      const rank = Math.max(a.length, b.length);
      const columns = Array.from({ length: rank }, (_, i) =>
        column(engine, a[a.length - rank + i], b[b.length - rank + i]),
      );
      const together = answered(() => {
        const shape = engine.broadcastShapes(a, b);
        return { shape, a: operand(engine, a, shape), b: operand(engine, b, shape) };
      });
      return { columns, together };
    },
  };
}

export type Service = ReturnType<typeof createService>;

function show(engine: BoundEngine, { shape, steps }: Program): Answer<TensorView> {
  const memory = engine.numel(shape);
  if (memory > MOST_ELEMENTS) return { tooMany: memory };
  return freeing((keep) => {
    let x = keep(keep(engine.arange(memory)).view(shape));
    for (const step of steps) x = keep(take(x, step));
    if (x.numel() > MOST_ELEMENTS) return { tooMany: x.numel() };
    return {
      value: {
        shape: x.sizes(),
        strides: x.strides(),
        offset: x.storageOffset(),
        contiguous: x.isContiguous(),
        memory,
        places: x.places(),
        values: Array.from(x.values()),
      },
    };
  });
}

/** How each view is called; its arguments have been checked against `signatures`. */
const calls: Record<Op, (x: BoundTensor, args: never[]) => BoundTensor> = {
  transpose: (x, [dim0, dim1]) => x.transpose(dim0!, dim1!),
  permute: (x, [dims]) => x.permute(dims!),
  slice: (x, [dim, start, end, step]) => x.slice(dim!, start!, end ?? undefined, step!),
  select: (x, [dim, index]) => x.select(dim!, index!),
  expand: (x, [shape]) => x.expand(shape!),
  view: (x, [shape]) => x.view(shape!),
  as_strided: (x, [sizes, strides, offset]) => x.asStrided(sizes!, strides!, offset!),
};

const take = (x: BoundTensor, { op, args }: Step) => calls[op](x, args as never[]);

/** One axis of two shapes, judged by the engine alone: a missing extent is a shape without axes. */
function column(engine: BoundEngine, a: number | undefined, b: number | undefined): Column {
  const [x, y] = [a, b].map((extent) => (extent === undefined ? [] : [extent]));
  const agreed = answered(() => engine.broadcastShapes(x!, y!));
  const together = 'value' in agreed ? agreed.value[0]! : null;
  const side = (extent: number | undefined): Side => {
    if (extent === undefined) return { extent: 1, state: 'missing' };
    if (together === null) return { extent, state: 'given' };
    const [stride] = engine.broadcastStrides([extent], [1], [together]);
    return { extent, state: stride === 0 ? 'stretched' : 'given' };
  };
  return { a: side(a), b: side(b), together };
}

function operand(engine: BoundEngine, shape: number[], target: number[]): Operand {
  const most = Math.max(engine.numel(shape), engine.numel(target)); // refuses what is no shape
  const strides = engine.broadcastStrides(shape, engine.contiguousStrides(shape), target);
  const places = () =>
    freeing((keep) => {
      const x = keep(keep(engine.arange(engine.numel(shape))).view(shape));
      return keep(x.expand(target)).places();
    });
  return { strides, places: most > MOST_ELEMENTS ? null : places() };
}
