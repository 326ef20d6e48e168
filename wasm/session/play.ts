import { TRACE_MAGIC, TRACE_VERSION } from './trace.ts';
import { type Arguments, type Kind, Refusal, type Session, type TensorNumber } from './session.ts';

/** A computation to be done in a session from its beginning: what a graph shows. */
export interface Recipe {
  /** The engine that is to do it; without it, that of tensors. */
  kind?: Kind;
  tensors: Ingredient[];
  operations: Instruction[];
  /** The result that a backward pass begins at, or null for none. */
  backward: string | null;
  /** The learning rate of a step of gradient descent after it. Without one, none is done. */
  descend?: number;
}

export interface Ingredient {
  name: string;
  shape: number[];
  values: number[];
  requiresGrad: boolean;
}

export interface Instruction extends Arguments {
  /** What the result is called in the instructions that follow. */
  result: string;
  op: string;
  inputs: string[];
}

export interface Played {
  /** `trace.ts` reads it; it ends where the engine refused. */
  trace: Uint8Array;
  /** The name in the recipe of each tensor. */
  names: Record<TensorNumber, string>;
  /** The engine's words why it went no further, or null. */
  refusal: string | null;
}

/** What an engine has played that did not even begin, or did not end. */
export function unplayed(refusal: string): Played {
  const empty = Uint8Array.from([...new TextEncoder().encode(TRACE_MAGIC), TRACE_VERSION, 0, 0, 0]);
  return { trace: empty, names: {}, refusal };
}

/** Does what the recipe says in a new session, or in one that was cleared. */
export function play(session: Session, recipe: Recipe): Played {
  const numbers = new Map<string, TensorNumber>();
  const find = (name: string) => {
    const number = numbers.get(name);
    if (number === undefined) throw new TypeError(`The recipe reads ${name} before it is made.`);
    return number;
  };
  let refusal: string | null = null;
  try {
    for (const { name, shape, values, requiresGrad } of recipe.tensors) {
      const elements = Float32Array.from(values);
      numbers.set(name, session.tensor(shape, elements, { name, requiresGrad }));
    }
    for (const { result, op, inputs, ...others } of recipe.operations) {
      numbers.set(result, session.apply(op, inputs.map(find), others));
    }
    if (recipe.backward !== null) session.backward(find(recipe.backward));
    if (recipe.descend !== undefined) session.descend(recipe.descend);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refusal = error.message;
  }
  const names = Object.fromEntries([...numbers].map(([name, number]) => [number, name]));
  return { trace: session.trace(), names, refusal };
}
