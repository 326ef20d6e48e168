import {
  type Argument,
  type Op,
  type Program,
  signatures,
  type Step,
} from '../../engine/engine.ts';
import { parseNumber, parseNumbers } from '../numbers.ts';
import { checkWords, type Words, wordList } from '../words.ts';

/** The views that can be called in the figure. */
export const CALLS = ['transpose', 'permute', 'slice', 'select', 'expand', 'view'] as const;

export type Call = (typeof CALLS)[number];

const FIELDS = ['shape', 'strides', 'offset'] as const;

export type Field = (typeof FIELDS)[number];

/** What the figure begins with, and what may be changed in it. */
export interface Start {
  program: Program;
  fields: Field[];
  calls: Call[];
}

/**
 * Reads the directive:
 * - `shape="2,3"`: as many floats as that has elements, row after row;
 * - `shape="2,3" strides="1,2" memory="12" offset="0"`: a layout of its own in that many floats;
 * - `views="transpose(0, 1).permute(1, 0)"`: views that are taken already;
 * - `controls="shape strides offset transpose permute slice select expand view"`, or some of them.
 */
export function readStart(words: Words): Start {
  checkWords('strides', words, ['shape', 'strides', 'offset', 'memory', 'views', 'controls']);
  const controls = wordList('controls', words.controls ?? 'shape', [...FIELDS, ...CALLS]);
  const { shape, steps } = readLayout(words);
  return {
    program: { shape, steps: [...steps, ...readViews(words.views ?? '')] },
    fields: FIELDS.filter((field) => controls.includes(field)),
    calls: CALLS.filter((call) => controls.includes(call)),
  };
}

function readLayout({ shape = '2, 3', strides, memory, offset = '0' }: Words): Program {
  const sizes = list('shape', shape);
  if (strides === undefined && memory === undefined) return { shape: sizes, steps: [] };
  if (strides === undefined || memory === undefined) {
    throw new Error('The figure strides needs strides and memory together, or neither');
  }
  const args = [sizes, list('strides', strides), number('offset', offset)];
  return { shape: [number('memory', memory)], steps: [{ op: 'as_strided', args }] };
}

function list(name: string, text: string): number[] {
  const numbers = parseNumbers(text);
  if (!numbers) throw new Error(`${name}="${text}" is no list of whole numbers`);
  return numbers;
}

function number(name: string, text: string): number {
  const one = parseNumber(text);
  if (one === null) throw new Error(`${name}="${text}" is no whole number`);
  return one;
}

function readViews(text: string): Step[] {
  return [...text.matchAll(/(\w+)\(([^)]*)\)/g)].map(([, name, inside]) => {
    const op = CALLS.find((call) => call === name);
    if (op === undefined) throw new Error(`views has '${name}': use ${CALLS.join(', ')}`);
    const numbers = list('views', inside!);
    return { op, args: takesList(op) ? [numbers] : numbers };
  });
}

const takesList = (op: Op) => Object.values(signatures[op])[0] === 'list';

/** Writes a view as the student would in C++: `slice(0, 1, slice_end, 2)`. */
export const writeStep = ({ op, args }: Step) => `${op}(${args.map(writeArgument).join(', ')})`;

function writeArgument(argument: Argument): string {
  if (argument === null) return 'slice_end';
  return typeof argument === 'number' ? String(argument) : `{${argument.join(', ')}}`;
}

/** Writes how the tensor came to be, before any view was taken. */
export function writeStart({ shape }: Program, memory: number): string {
  const floats = `arange(${memory})`;
  return shape.length === 1 ? floats : `${floats}.view({${shape.join(', ')}})`;
}
