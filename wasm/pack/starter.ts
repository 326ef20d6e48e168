/**
 * The strict stripper: makes a lesson's starter from its reference unit. A region is marked
 * `// BEGIN SOLUTION: step: hint` ... `// END SOLUTION`, and becomes a `// TODO` and a `todo(hint)`.
 */

export interface Region {
  step: string;
  hint: string;
  /** Lines of the marks, from 1. */
  begin: number;
  end: number;
}

const BEGIN = /^(\s*)\/\/ BEGIN SOLUTION: ([\w-]+): (\S.*)$/;
const END = /^\s*\/\/ END SOLUTION$/;

/** Stops the build: `path:line: reason`. */
export class PackError extends Error {
  constructor(path: string, line: number, reason: string) {
    super(`${path}:${String(line)}: ${reason}`);
  }
}

/** Finds the marked regions of a unit, in order. Throws `PackError` at the first bad mark. */
export function regionsOf(unit: string, path: string): Region[] {
  const regions: Region[] = [];
  let open: Region | null = null;
  for (const [index, text] of unit.split('\n').entries()) {
    const line = index + 1;
    const begin = BEGIN.exec(text);
    if (begin !== null) {
      if (open !== null) {
        throw new PackError(
          path,
          line,
          `a region begins inside the region of line ${String(open.begin)}`,
        );
      }
      const [, , step = '', hint = ''] = begin;
      if (regions.some((region) => region.step === step)) {
        throw new PackError(path, line, `the step "${step}" has two regions`);
      }
      open = { step, hint, begin: line, end: line };
    } else if (END.test(text)) {
      if (open === null) {
        throw new PackError(path, line, 'END SOLUTION without a BEGIN SOLUTION');
      }
      if (line === open.begin + 1) {
        throw new PackError(path, line, `the region "${open.step}" is empty`);
      }
      regions.push({ ...open, end: line });
      open = null;
    } else if (/\b(BEGIN|END)\s+SOLUTION\b/i.test(text)) {
      const form = '"// BEGIN SOLUTION: step: hint" or "// END SOLUTION"';
      throw new PackError(path, line, `a mark must read ${form}, alone on its line`);
    }
  }
  if (open !== null) {
    throw new PackError(path, open.begin, `the region "${open.step}" has no END SOLUTION`);
  }
  if (regions.length === 0) {
    throw new PackError(path, 1, 'the unit of a lesson must have marked regions');
  }
  return regions;
}

/** Replaces the regions that `keep` does not name by their TODO, and drops all marks. */
export function fill(unit: string, path: string, keep: ReadonlySet<string>): string {
  const regions = regionsOf(unit, path);
  const lines = unit.split('\n');
  const out: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index] ?? '';
    const region = regions.find((each) => each.begin === index + 1);
    if (region === undefined) {
      if (!END.test(text)) {
        out.push(text);
      }
    } else if (!keep.has(region.step)) {
      const indent = /^\s*/.exec(text)?.[0] ?? '';
      out.push(`${indent}// TODO: ${region.hint}`);
      out.push(`${indent}todo(${JSON.stringify(`${region.step}: ${region.hint}`)});`);
      index = region.end - 1;
    }
  }
  return out.join('\n');
}

/** The file a student starts from. */
export function starterOf(unit: string, path: string): string {
  return fill(unit, path, new Set());
}

/** The reference as a student may read it, without marks. */
export function referenceOf(unit: string, path: string): string {
  return fill(unit, path, new Set(regionsOf(unit, path).map((region) => region.step)));
}
