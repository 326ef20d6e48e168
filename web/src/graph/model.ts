import { type Played, unplayed } from '../../../wasm/session/play.ts';
import {
  readTrace,
  type Summary,
  type Trace,
  TraceError,
  type TracedOperation,
} from '../../../wasm/session/trace.ts';

/** A tensor in the graph: a leaf, or the output of an operation. */
export interface GraphNode {
  number: number;
  /** The name that somebody gave it, or the operation and its number, such as `mul 4`. */
  label: string;
  shape: number[];
  value: Summary;
  requiresGrad: boolean;
  operation: TracedOperation | null;
  /** The step at which its value is there. */
  made: number;
  /** What comes in during the backward pass, in the order in which it does. */
  contributions: Contribution[];
  /** Their sum, which is the gradient, and the step at which it is there. Null if there is none. */
  gradient: { step: number; value: Summary } | null;
  /** What a step of gradient descent made of its value. */
  updated: { step: number; value: Summary } | null;
}

export interface Contribution {
  step: number;
  /** The operation whose input the node was, by its output. */
  from: number;
  /** Which input. */
  input: number;
  flops: number;
  value: Summary;
}

/** An input of an operation. */
export interface GraphEdge {
  from: number;
  to: number;
  input: number;
}

/** One thing that happened. Steps are numbered from 0. */
export type GraphStep =
  /** A value came to be. */
  | { kind: 'value'; node: number }
  /** A backward pass begins here. */
  | { kind: 'seed'; node: number }
  /** Number `index` of a node's contributions arrives. */
  | { kind: 'contribution'; node: number; index: number }
  /** Several contributions, or those of earlier passes, are added up. */
  | { kind: 'sum'; node: number }
  /** A step of gradient descent changes a leaf. */
  | { kind: 'update'; node: number }
  | { kind: 'error'; message: string };

export interface GraphModel {
  nodes: Map<number, GraphNode>;
  edges: GraphEdge[];
  steps: GraphStep[];
  /** How many records the trace had no place for. */
  dropped: number;
}

/** Makes a graph of a trace, with its steps in the order in which they happened. */
export function graphOf(trace: Trace, names: Record<number, string> = {}): GraphModel {
  const nodes = new Map<number, GraphNode>();
  const edges: GraphEdge[] = [];
  const steps: GraphStep[] = [];
  const next = (step: GraphStep) => steps.push(step) - 1;
  for (const event of trace.events) {
    switch (event.kind) {
      case 'tensor': {
        const { number, shape, summary, requiresGrad, name, operation } = trace.tensors.get(
          event.tensor,
        )!;
        const made = next({ kind: 'value', node: number });
        const called = names[number] ?? name;
        const label = called || `${operation?.op ?? 'tensor'} ${String(number)}`;
        const value = summary;
        const contributions: Contribution[] = [];
        const before = { number, label, shape, value, requiresGrad, operation };
        nodes.set(number, { ...before, made, contributions, gradient: null, updated: null });
        operation?.inputs.forEach((from, input) => edges.push({ from, to: number, input }));
        break;
      }
      case 'backward':
        for (const node of nodes.values())
          Object.assign(node, { contributions: [], gradient: null });
        next({ kind: 'seed', node: event.from });
        break;
      case 'contribution': {
        const node = nodes.get(event.to)!;
        const index = node.contributions.length;
        const step = next({ kind: 'contribution', node: event.to, index });
        const { from, input, flops, summary } = event;
        node.contributions.push({ step, from, input, flops, value: summary });
        break;
      }
      case 'arrival':
      case 'gradient': {
        const node = nodes.get(event.tensor)!;
        const value = event.kind === 'arrival' ? event.sum : event.summary;
        const adds = node.contributions.length > 1;
        const step = adds ? next({ kind: 'sum', node: event.tensor }) : steps.length - 1;
        node.gradient ??= { step: node.contributions[0]?.step ?? step, value };
        if (adds) node.gradient = { step, value };
        break;
      }
      case 'changed': {
        const step = next({ kind: 'update', node: event.tensor });
        nodes.get(event.tensor)!.updated = { step, value: event.summary };
        break;
      }
      case 'error':
        next({ kind: 'error', message: event.message });
    }
  }
  return { nodes, edges, steps, dropped: trace.dropped };
}

/** The graph of what was played; what the engine refused, or told nonsense of, is its last step. */
export function graphPlayed(played: Played): GraphModel {
  try {
    return readPlayed(played);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return readPlayed(unplayed(`What the engine told cannot be read. ${error.message}`));
  }
}

function readPlayed({ trace, names, refusal }: Played): GraphModel {
  const model = graphOf(readTrace(trace), names);
  const told = model.steps.some((step) => step.kind === 'error');
  if (refusal !== null && !told) model.steps.push({ kind: 'error', message: refusal });
  return model;
}

/** The node that a step is about, or null if it is about none. */
export function nodeOf(step: GraphStep | undefined): number | null {
  return step === undefined || step.kind === 'error' ? null : step.node;
}

export const sameShape = (a: number[], b: number[]) =>
  a.length === b.length && a.every((extent, axis) => extent === b[axis]);

/** What a node shows after `step`: what is not there yet is null. */
export function stateAt(node: GraphNode, step: number) {
  const arrived = node.contributions.filter((each) => each.step <= step);
  const isUpdated = node.updated !== null && node.updated.step <= step;
  const now = isUpdated ? node.updated!.value : node.value;
  return {
    value: node.made <= step ? now : null,
    arrived: arrived.length,
    gradient: node.gradient !== null && node.gradient.step <= step ? node.gradient.value : null,
  };
}

export type Phase = 'Forward' | 'Backward' | 'Update';

/** What happens at a step: values are made, gradients come back, or leaves change. */
export function phaseAt({ steps }: GraphModel, step: number): Phase {
  const before = steps.slice(0, step + 1);
  if (before.some((each) => each.kind === 'update')) return 'Update';
  return before.some((each) => each.kind === 'seed') ? 'Backward' : 'Forward';
}

/** The greatest absolute value of the finite elements, or 0 if there are none. */
export function magnitude({ min, max }: Summary): number {
  const both = [min, max].filter(Number.isFinite).map(Math.abs);
  return Math.max(0, ...both);
}

/** Gradients beyond these do not help to learn: they are marked. */
export const VANISHING = 1e-7;
export const EXPLODING = 1e3;

export type Trouble = 'NaN' | 'infinite' | 'vanishing' | 'exploding';

export function troubleOf(value: Summary, isGradient: boolean): Trouble | null {
  if (value.nans > 0) return 'NaN';
  if (value.infinities > 0) return 'infinite';
  if (!isGradient || value.count === 0) return null;
  const size = magnitude(value);
  if (size > EXPLODING) return 'exploding';
  return size > 0 && size < VANISHING ? 'vanishing' : null;
}

/** The step at which the first NaN or infinite number came to be, and where. */
export function firstBroken({ nodes, steps }: GraphModel): { step: number; node: number } | null {
  const broken = (value: Summary) => value.nans > 0 || value.infinities > 0;
  for (const [step, each] of steps.entries()) {
    if (each.kind === 'error') continue;
    const node = nodes.get(each.node)!;
    if (each.kind === 'value' && broken(node.value)) return { step, node: each.node };
    if (each.kind === 'contribution') {
      const { value, from } = node.contributions[each.index]!;
      if (broken(value)) return { step, node: from };
    }
  }
  return null;
}
