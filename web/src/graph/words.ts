import type { Summary } from '../../../wasm/session/trace.ts';
import { tuple } from '../visualizers/numbers.ts';
import {
  firstBroken,
  type GraphModel,
  type GraphNode,
  type GraphStep,
  sameShape,
} from './model.ts';

/** A number as a person would write it: a few digits, and no more. */
export function numberText(x: number, digits = 4): string {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  const size = Math.abs(x);
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? x.toExponential(Math.min(2, digits - 1)).replace('e+', 'e')
      : String(Number(x.toPrecision(digits)));
  return text.replace(/^-/, '−').replace('e-', 'e−');
}

const MOST_WRITTEN = 4;

/** A value in a few words: the number, all numbers, or what they are like. */
export function valueText({ count, first, min, max, mean, nans, infinities }: Summary): string {
  if (count === 0) return 'no elements';
  if (count === 1) return numberText(first[0]!);
  if (count <= MOST_WRITTEN) return Array.from(first, (each) => numberText(each)).join(', ');
  const odd = [
    nans > 0 && `${String(nans)} NaN`,
    infinities > 0 && `${String(infinities)} infinite`,
  ];
  const words = odd.filter((each) => each !== false);
  if (nans + infinities === count) return words.join(', ');
  const range = `${numberText(min)} to ${numberText(max)}, mean ${numberText(mean)}`;
  return [range, ...words].join(', ');
}

export const isScalar = (node: GraphNode) => node.shape.length === 0;

/** `mul(a, b)`, with the names of its inputs. */
export function callText({ nodes }: GraphModel, { operation }: GraphNode): string {
  if (operation === null) return '';
  const inputs = operation.inputs.map((input) => nodes.get(input)!.label);
  return `${operation.op}(${inputs.join(', ')})`;
}

/** `c = mul(a, b)`, or only the name of a leaf. */
export const definitionText = (model: GraphModel, node: GraphNode) =>
  node.operation === null ? node.label : `${node.label} = ${callText(model, node)}`;

/** The edges that carry a gradient to this node are known once the pass is over. */
const ofAll = (node: GraphNode, index: number) =>
  node.contributions.length === 1
    ? 'It is the only one.'
    : `${String(index + 1)} of ${String(node.contributions.length)} have arrived.`;

/** What happens in a step, with its numbers. */
export function sentence(model: GraphModel, step: GraphStep): string {
  if (step.kind === 'error') return `The engine refused: ${step.message}`;
  const node = model.nodes.get(step.node)!;
  const { label, shape, value, operation, contributions, gradient } = node;
  const shaped = shape.length === 0 ? '' : ` of shape ${tuple(shape)}`;
  switch (step.kind) {
    case 'value':
      return operation === null
        ? `${label}${shaped} is given: ${valueText(value)}.`
        : `${definitionText(model, node)}${shaped}: ${valueText(value)}.`;
    case 'seed':
      return `The backward pass begins: the gradient of ${label} in itself is ${gradient === null ? '1' : valueText(gradient.value)}.`;
    case 'contribution': {
      const { from, input, value: dx } = contributions[step.index]!;
      const sender = model.nodes.get(from)!;
      const reduced =
        sender.operation !== null && isBroadcast(sender, node)
          ? ` ${label} was stretched from ${tuple(shape)} to ${tuple(sender.shape)}, so its gradient is summed back.`
          : '';
      const through = `${callText(model, sender)}, input ${String(input)},`;
      return `${through} hands ${label} the gradient ${valueText(dx)}.${reduced} ${ofAll(node, step.index)}`;
    }
    case 'update':
      return `A step down the gradient: ${label} was ${valueText(value)}, and is ${valueText(node.updated!.value)}.`;
    case 'sum': {
      const terms = contributions.map((each) => valueText(each.value));
      const total = gradient === null ? '' : valueText(gradient.value);
      const all = contributions.length;
      return isScalar(node)
        ? `All ${String(all)} have arrived at ${label}: ${terms.join(' + ')} = ${total}.`
        : `All ${String(all)} have arrived at ${label} and are added up: ${total}.`;
    }
  }
}

const ELEMENTWISE = new Set(
  'add sub mul div maximum minimum eq ne lt le gt ge where expand'.split(' '),
);

/** True if an operation read this input several times, as if it were larger. */
function isBroadcast(output: GraphNode, input: GraphNode): boolean {
  return ELEMENTWISE.has(output.operation?.op ?? '') && !sameShape(output.shape, input.shape);
}

/** What the operation costs, with the formula where it has one. */
export function costText({ nodes }: GraphModel, { operation, shape }: GraphNode): string {
  if (operation === null) return '';
  const count = operation.flops.toLocaleString('en');
  if (operation.op !== 'matmul') return `${count} FLOPs`;
  const inner = nodes.get(operation.inputs[0]!)!.shape.at(-1)!;
  return `${count} FLOPs = 2 · ${[...shape, inner].join(' · ')}`;
}

/** Names the first place where a number went wrong, or nothing. */
export function brokenText(model: GraphModel): string {
  const broken = firstBroken(model);
  if (broken === null) return '';
  const node = model.nodes.get(broken.node)!;
  const direction = model.steps[broken.step]!.kind === 'value' ? 'forward' : 'backward';
  return `The first number that is not finite comes out of ${definitionText(model, node)}, ${direction}, at step ${String(broken.step + 1)}.`;
}
