import type { Recipe } from '../../../wasm/session/play.ts';
import type { GraphModel } from '../graph/model.ts';

/** A number of a recipe that learns. */
export interface Place {
  label: string;
  tensor: number;
  element: number;
}

/** Every number of the tensors that learn. */
export function placesOf({ tensors }: Recipe): Place[] {
  return tensors.flatMap(({ name, values, requiresGrad }, tensor) =>
    requiresGrad
      ? values.map((_, element) => ({
          label: values.length === 1 ? name : `${name}[${String(element)}]`,
          tensor,
          element,
        }))
      : [],
  );
}

/** The numbers at all places. */
export const valuesOf = (recipe: Recipe): number[] =>
  placesOf(recipe).map(({ tensor, element }) => recipe.tensors[tensor]!.values[element]!);

/** The recipe with other numbers at its places. */
export function withValues(recipe: Recipe, values: number[]): Recipe {
  const tensors = recipe.tensors.map((tensor) => ({ ...tensor, values: [...tensor.values] }));
  for (const [index, { tensor, element }] of placesOf(recipe).entries()) {
    tensors[tensor]!.values[element] = values[index]!;
  }
  return { ...recipe, tensors };
}

/** Numbers as they stand in an address; in the place of what is no number stands that of the recipe. */
export function readValues(text: string, recipe: Recipe): number[] {
  const numbers = text.split(',').map((each) => (each.trim() === '' ? NaN : Number(each)));
  return valuesOf(recipe).map((value, index) => {
    const number = numbers[index];
    return number !== undefined && Number.isFinite(number) ? number : value;
  });
}

/** Where a step of gradient descent has taken the numbers, or null if none was done. */
export function descended(model: GraphModel, recipe: Recipe): number[] | null {
  const nodes = [...model.nodes.values()];
  const leaves = recipe.tensors.map(({ name }) => nodes.find((node) => node.label === name));
  if (!nodes.some((node) => node.updated !== null)) return null;
  return placesOf(recipe).map(({ tensor, element }) => {
    const moved = leaves[tensor]?.updated?.value.first[element];
    return moved ?? recipe.tensors[tensor]!.values[element]!;
  });
}
