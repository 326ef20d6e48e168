import type { GraphModel, GraphNode, GraphStep } from './model.ts';
import { numberText } from './words.ts';

/** A line of C++, and the node that it makes or changes. */
export interface ProgramLine {
  text: string;
  /** Null for the line of the backward pass. */
  node: number | null;
}

export interface Program {
  lines: ProgramLine[];
  /** The line that a step belongs to, or null. */
  lineOf(step: GraphStep | undefined): number | null;
}

const METHODS = new Set(
  'view reshape transpose permute slice select expand clone detach contiguous'.split(' '),
);
const MOST_VALUES = 4;

/** Writes the C++ that does what a graph shows, in the order in which it was done. */
export function programOf(model: GraphModel): Program {
  const names = identifiers(model);
  const lines: ProgramLine[] = [];
  const made = new Map<number, number>();
  const changed = new Map<number, number>();
  let backward: number | null = null;
  for (const step of model.steps) {
    if (step.kind === 'error') continue;
    const node = model.nodes.get(step.node)!;
    const name = names.get(step.node)!;
    if (step.kind === 'value') {
      made.set(step.node, lines.length);
      lines.push({ text: declaration(node, names), node: step.node });
    } else if (step.kind === 'seed') {
      backward = lines.length;
      lines.push({ text: `${name}.backward();`, node: null });
    } else if (step.kind === 'update') {
      changed.set(step.node, lines.length);
      lines.push({
        text: `${name}.copy_(sub(${name}, mul(rate, ${name}.grad())));`,
        node: step.node,
      });
    }
  }
  return {
    lines,
    lineOf(step) {
      if (step === undefined || step.kind === 'error') return null;
      if (step.kind === 'value') return made.get(step.node)!;
      return step.kind === 'update' ? changed.get(step.node)! : backward;
    },
  };
}

function declaration(node: GraphNode, names: Map<number, string>): string {
  const { number, shape, operation, requiresGrad, value } = node;
  const head = `Tensor ${names.get(number)!} = `;
  if (operation === null) {
    const numbers = Array.from(value.first.slice(0, MOST_VALUES), literal);
    if (value.count > MOST_VALUES) numbers.push('…');
    const leaf =
      shape.length === 0
        ? `full({}, ${numbers[0] ?? '0'})`
        : `from_vector({${numbers.join(', ')}}, {${shape.join(', ')}})`;
    return `${head}${leaf}${requiresGrad ? '.requires_grad_()' : ''};`;
  }
  const [first = '', ...others] = operation.inputs.map((input) => names.get(input)!);
  const extra = Object.entries(operation.attributes);
  const comment = extra.map(([name, text]) => `${name} ${text}`).join(', ');
  const call = METHODS.has(operation.op)
    ? `${first}.${operation.op}(${others.join(', ')})`
    : `${operation.op}(${[first, ...others].join(', ')})`;
  return `${head}${call};${comment === '' ? '' : `  // ${comment}`}`;
}

const literal = (x: number) => numberText(x).replace('−', '-');

const UNWRITABLE = /[^\p{L}\p{N}_]/gu;

/** What a tensor may be called in C++: its label, without what a name may not have. */
function identifiers({ nodes }: GraphModel): Map<number, string> {
  const taken = new Set<string>();
  const names = new Map<number, string>();
  for (const { number, label } of nodes.values()) {
    const plain = label.normalize('NFKC').replaceAll(UNWRITABLE, '_');
    const name = /^\d/.test(plain) ? `_${plain}` : plain;
    const free = taken.has(name) ? `${name}_${String(number)}` : name;
    taken.add(free);
    names.set(number, free);
  }
  return names;
}
