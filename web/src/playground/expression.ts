import jsep from 'jsep';
import type { Ingredient, Instruction, Recipe } from '../../../wasm/session/play.ts';

/** A formula that cannot be computed. Says what in it, and what to write instead. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const BINARY: Record<string, string> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };
const FUNCTIONS = 'abs exp log neg reciprocal relu sigmoid gelu sqrt square tanh'.split(' ');
const PAIRS = 'maximum minimum add sub mul div'.split(' ');
const KNOWN = [...FUNCTIONS, ...PAIRS.slice(0, 2), 'pow'].join(', ');
const EMPTY = 'The formula computes nothing: write for example a*b + a.';
const MOST_OPERATIONS = 200;

// `^` means a power to everybody but a C++ programmer.
jsep.addBinaryOp('^', 11, true);

/** Makes a recipe of a formula such as `relu(w*x + b)^2`: each name is a number that learns. */
export function recipeOf(text: string): Recipe {
  if (text.trim() === '') throw new ExpressionError(EMPTY);
  let tree: jsep.Expression;
  try {
    tree = jsep(text);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(`This is no formula: ${words}.`);
  }
  const tensors: Ingredient[] = [];
  const operations: Instruction[] = [];
  const leaf = (name: string, value: number, requiresGrad: boolean): string => {
    if (!tensors.some((each) => each.name === name)) {
      tensors.push({ name, shape: [], values: [value], requiresGrad });
    }
    return name;
  };
  const step = (op: string, inputs: string[], numbers?: number[]): string => {
    if (operations.length >= MOST_OPERATIONS) {
      throw new ExpressionError(
        `The formula has more than ${String(MOST_OPERATIONS)} operations: take a shorter one.`,
      );
    }
    const result = `${op}${String(operations.length + 1)}`;
    operations.push({ result, op, inputs, ...(numbers && { numbers }) });
    return result;
  };
  const power = (base: jsep.Expression, exponent: jsep.Expression): string => {
    if (isA<jsep.UnaryExpression>(base, 'UnaryExpression')) {
      throw new ExpressionError(
        'A power with a sign can be read in two ways: write -(x^2) or pow(-x, 2).',
      );
    }
    return raise(visit(base), exponent);
  };
  const raise = (base: string, exponent: jsep.Expression): string => {
    const value = constant(exponent);
    if (value === null) {
      throw new ExpressionError('The exponent must be a number that is written out, as in x^2.');
    }
    return value === 2 ? step('square', [base]) : step('pow', [base], [value]);
  };
  const call = (name: string, args: jsep.Expression[]): string => {
    if (name === 'pow' && args.length === 2) return raise(visit(args[0]!), args[1]!);
    const wanted = FUNCTIONS.includes(name) ? 1 : PAIRS.includes(name) ? 2 : 0;
    if (wanted === 0) {
      throw new ExpressionError(`There is no function ${name}: there are ${KNOWN}.`);
    }
    if (args.length !== wanted) {
      const words = `${String(args.length)} of ${String(wanted)}`;
      throw new ExpressionError(
        `${name} has ${words} numbers: write ${name}(${wanted === 1 ? 'x' : 'x, y'}).`,
      );
    }
    return step(name, args.map(visit));
  };
  const visit = (node: jsep.Expression): string => {
    const value = constant(node);
    if (value !== null) return leaf(String(value).replace('-', '−'), value, false);
    if (isA<jsep.Identifier>(node, 'Identifier')) return leaf(node.name, 1, true);
    if (isA<jsep.UnaryExpression>(node, 'UnaryExpression')) {
      if (node.operator === '+') return visit(node.argument);
      if (node.operator === '-') return step('neg', [visit(node.argument)]);
    }
    if (isA<jsep.BinaryExpression>(node, 'BinaryExpression')) {
      const { operator, left, right } = node;
      if (operator === '^' || operator === '**') return power(left, right);
      const op = BINARY[operator];
      if (op !== undefined) return step(op, [visit(left), visit(right)]);
      throw new ExpressionError(`There is no operator ${operator}: there are + - * / and ^.`);
    }
    if (isA<jsep.CallExpression>(node, 'CallExpression')) {
      const { callee } = node;
      if (isA<jsep.Identifier>(callee, 'Identifier')) return call(callee.name, node.arguments);
    }
    throw new ExpressionError(
      `A formula has numbers, names, + - * / ^, brackets and functions: ${KNOWN}.`,
    );
  };
  const result = visit(tree);
  if (operations.length === 0) {
    throw new ExpressionError(EMPTY);
  }
  return {
    tensors,
    operations,
    backward: tensors.some((each) => each.requiresGrad) ? result : null,
  };
}

const isA = <Kind extends jsep.Expression>(
  node: jsep.Expression,
  type: Kind['type'],
): node is Kind => node.type === type;

/** A number that is written out, also with a sign. */
function constant(node: jsep.Expression): number | null {
  if (isA<jsep.Literal>(node, 'Literal')) {
    return typeof node.value === 'number' ? node.value : null;
  }
  if (isA<jsep.UnaryExpression>(node, 'UnaryExpression') && node.operator === '-') {
    const value = constant(node.argument);
    return value === null ? null : -value;
  }
  return null;
}
