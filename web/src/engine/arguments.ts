import { type Argument, type Kind, type Program, signatures, type Step } from './engine.ts';

/** Embind takes whatever it is given, so what is no program is stopped here. */
export function checkProgram({ shape, steps }: Program): void {
  checkNumbers('shape', shape);
  steps.forEach(checkStep);
}

export function checkNumbers(name: string, numbers: unknown): void {
  if (!Array.isArray(numbers)) throw new TypeError(`${name} is ${numbers}: it must be a list`);
  for (const number of numbers) checkNumber(name, number);
}

function checkNumber(name: string, number: unknown): void {
  if (!Number.isSafeInteger(number)) {
    throw new TypeError(`${name} has ${String(number)}: it must be a whole number`);
  }
}

function checkStep({ op, args }: Step): void {
  if (!Object.hasOwn(signatures, op)) throw new TypeError(`${op} is not a view`);
  const parameters = Object.entries<Kind>(signatures[op]);
  if (args.length !== parameters.length) {
    const names = parameters.map(([name]) => name).join(', ');
    throw new TypeError(`${op} got ${args.length} arguments: it takes ${names}`);
  }
  parameters.forEach(([name, kind], i) => checkArgument(`${op}: ${name}`, kind, args[i]));
}

function checkArgument(name: string, kind: Kind, argument: Argument | undefined): void {
  if (kind === 'end' && argument === null) return;
  if (kind === 'list') checkNumbers(name, argument);
  else checkNumber(name, argument);
}
