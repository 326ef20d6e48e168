import type { Summary } from '../../../wasm/session/trace.ts';
import { type Contribution, type GraphModel, type GraphNode, sameShape } from './model.ts';
import { callText, definitionText, valueText } from './words.ts';

/** The first thing that a student's engine does otherwise than the reference. */
export interface Divergence {
  /** The tensor to light up. */
  node: number;
  what: 'value' | 'contribution' | 'gradient' | 'refusal';
  /** What is wrong, with both numbers, and where to look. */
  message: string;
}

/** Floats may be added up in another order. */
const TOLERANCE = 1e-4;

/** Compares two runs of one recipe, in the order in which things must happen. Null if they agree. */
export function firstDivergence(reference: GraphModel, student: GraphModel): Divergence | null {
  for (const step of reference.steps) {
    if (step.kind === 'error') continue;
    const right = reference.nodes.get(step.node)!;
    const own = student.nodes.get(step.node);
    if (own === undefined) return stopped(reference, student, right, 'value');
    const found =
      step.kind === 'value'
        ? inValue(reference, right, own)
        : step.kind === 'contribution'
          ? inContribution(reference, student, right, own, right.contributions[step.index]!)
          : inGradient(reference, student, right, own);
    if (found !== null) return found;
  }
  return null;
}

const SCALAR = 'engine/autograd/scalar.cpp';
const TENSOR = 'engine/autograd/engine.cpp';

/** Where in the student's files what can go wrong is written. */
function placesIn({ nodes }: GraphModel) {
  const isScalar = [...nodes.values()].some(({ operation }) => operation?.unit === SCALAR);
  return isScalar
    ? {
        derivative: (op: string, input: number) =>
          `how ${op} grows with its input ${String(input)}, and at connect, in ${SCALAR}`,
        passOn: `pass_on in ${SCALAR}`,
        leaf: `pass_on and backward in ${SCALAR}`,
        order: `count_uses and backward_order in ${SCALAR}`,
      }
    : {
        derivative: (op: string, input: number) =>
          `the derivative of ${op} in its input ${String(input)}, in engine/autograd/derivatives.cpp`,
        passOn: `pass_on in ${TENSOR}`,
        leaf: `pass_on and keep_grad in ${TENSOR}`,
        order: `backward_order in ${TENSOR}`,
      };
}

function inValue(model: GraphModel, right: GraphNode, own: GraphNode): Divergence | null {
  if (alike(right.value, own.value) && sameShape(right.shape, own.shape)) return null;
  const place =
    right.operation === null ? '' : ` Look at ${right.operation.op} in ${right.operation.unit}.`;
  return {
    node: right.number,
    what: 'value',
    message: `${definitionText(model, right)} should be ${valueText(right.value)}, and is ${valueText(own.value)}.${place}`,
  };
}

function inContribution(
  reference: GraphModel,
  student: GraphModel,
  right: GraphNode,
  own: GraphNode,
  wanted: Contribution,
): Divergence | null {
  const given = own.contributions.find(
    ({ from, input }) => from === wanted.from && input === wanted.input,
  );
  if (given === undefined) return stopped(reference, student, right, 'contribution', wanted);
  if (alike(wanted.value, given.value)) return null;
  const sender = reference.nodes.get(wanted.from)!;
  const call = callText(reference, sender);
  return {
    node: right.number,
    what: 'contribution',
    message: `${call} should hand ${right.label} the gradient ${valueText(wanted.value)}, and hands ${valueText(given.value)}. Look at ${placesIn(reference).derivative(sender.operation!.op, wanted.input)}.`,
  };
}

function inGradient(
  reference: GraphModel,
  student: GraphModel,
  right: GraphNode,
  own: GraphNode,
): Divergence | null {
  const [wanted, given] = [right.gradient?.value, own.gradient?.value];
  if (wanted === undefined) return null;
  if (given === undefined) return stopped(reference, student, right, 'gradient');
  if (alike(wanted, given)) return null;
  const left = own.contributions.some(({ step }) => step > own.gradient!.step);
  if (left) {
    return {
      node: right.number,
      what: 'gradient',
      message: `${right.label} handed its gradient on before all of it had arrived: ${valueText(given)} of ${valueText(wanted)}. Look at the order of the walk, ${placesIn(reference).order}.`,
    };
  }
  const count = right.contributions.length;
  const { leaf, passOn } = placesIn(reference);
  const place = right.operation === null ? leaf : passOn;
  const terms = right.contributions.map((each) => valueText(each.value)).join(' and ');
  const sum = count > 1 ? ` ${terms} arrived, and must be added.` : '';
  return {
    node: right.number,
    what: 'gradient',
    message: `The gradient of ${right.label} should be ${valueText(wanted)}, and is ${valueText(given)}.${sum} Look at ${place}.`,
  };
}

/** Something did not happen: because the student's engine refused, or for no reason given. */
function stopped(
  reference: GraphModel,
  student: GraphModel,
  node: GraphNode,
  what: 'value' | 'contribution' | 'gradient',
  wanted?: Contribution,
): Divergence {
  const error = student.steps.find((step) => step.kind === 'error');
  const source = wanted === undefined ? node : reference.nodes.get(wanted.from)!;
  const call = source.operation === null ? source.label : callText(reference, source);
  if (error !== undefined) {
    return {
      node: source.number,
      what: 'refusal',
      message: `At ${definitionText(reference, source)}: ${error.message}`,
    };
  }
  const missing =
    what === 'value'
      ? `${call} was not computed.`
      : what === 'gradient'
        ? `No gradient came to ${node.label}.`
        : `${call} should hand ${node.label} the gradient ${valueText(wanted!.value)}, and hands it nothing. Look at ${placesIn(reference).passOn}.`;
  return { node: node.number, what, message: missing };
}

function alike(a: Summary, b: Summary): boolean {
  const scale = Math.max(1e-6, ...[a.min, a.max].filter(Number.isFinite).map(Math.abs));
  const close = (x: number, y: number) =>
    Object.is(x, y) || x === y || Math.abs(x - y) <= TOLERANCE * scale;
  return (
    a.count === b.count &&
    a.nans === b.nans &&
    a.infinities === b.infinities &&
    close(a.mean, b.mean) &&
    a.first.every((x, i) => close(x, b.first[i]!))
  );
}
