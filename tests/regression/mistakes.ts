/** What a student may write in `scalar`, `derivatives` and `autograd` that is wrong and compiles. */
export interface Mistake {
  slug: 'autograd' | 'derivatives' | 'scalar';
  /** What stands in the reference, once, and what stands there instead. */
  find: string;
  put: string;
}

export const mistakes: Record<string, Mistake> = {
  'a contribution that overwrites the one before': {
    slug: 'autograd',
    find: 'incoming.defined() ? add(incoming, dx) : dx',
    put: 'dx',
  },
  'a walk in the wrong order': {
    slug: 'autograd',
    find: '  newest_first(order);\n',
    put: '  newest_first(order);\n  std::swap(order[2], order[3]);\n',
  },
  'a gradient that is not summed back to a broadcast shape': {
    slug: 'derivatives',
    find: 'dout.sizes() == shape ? dout : sum_to(dout, shape)',
    put: 'dout',
  },
  'a sign': {
    slug: 'derivatives',
    find: 'dout * (1 - square(op.output()))',
    put: 'dout * (square(op.output()) - 1)',
  },
  'a saved value that is changed': {
    slug: 'derivatives',
    find: 'return dout * (1 - square(op.output()));',
    put: 'Tensor y = op.output();\n  y.fill_(0.5F);\n  return dout * (1 - square(y));',
  },
  'a leaf that keeps the last gradient only': {
    slug: 'autograd',
    find: '    leaf.grad = dx.clone();',
    put: '    leaf.grad = dx.clone();\n    leaf.grad.fill_(0);',
  },
};

/** The same for single numbers. */
export const scalarMistakes: Record<string, Mistake> = {
  'a product whose derivatives are exchanged': {
    slug: 'scalar',
    find: 'return {b, a};',
    put: 'return {a, b};',
  },
  'a contribution that overwrites the one before': {
    slug: 'scalar',
    find: 'edge.node->grad += edge.derivative * node.grad;',
    put: 'edge.node->grad = edge.derivative * node.grad;',
  },
  'a result that hands on before it has its gradient': {
    slug: 'scalar',
    find: '  return order;\n',
    put: '  std::swap(order[0], order[1]);\n  return order;\n',
  },
};

/** The reference with the mistake in it. */
export function withMistake(reference: string, { slug, find, put }: Mistake): string {
  const parts = reference.split(find);
  if (parts.length !== 2) throw new Error(`The reference of ${slug} has '${find}' not once`);
  return parts.join(put);
}
