/** How the native verdicts may differ from the page's: only as listed, each with its reason. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Graded, Job } from '../wasm/pack/contract.ts';

const LIST = z.array(
  z.strictObject({
    lesson: z.string(),
    /** A mutant's name, or `reference`, `starter` or a file of alternatives. */
    file: z.string(),
    /** Without it any test may end otherwise, or as in the page: so it is with undefined behaviour. */
    test: z.string().optional(),
    reason: z.string().min(1),
  }),
);

export type Listed = z.infer<typeof LIST>[number];

/** A test that ends one way in the page and another way natively. */
export interface Difference {
  lesson: string;
  file: string;
  test: string;
  page: string;
  native: string;
}

/** What a job is called in the list. */
export const nameOf = ({ kind, name }: Pick<Job, 'kind' | 'name'>) => (name === '' ? kind : name);

/** Reads the list. Throws where it is not one. */
export function readListed(text: string, file: string): Listed[] {
  const read = LIST.safeParse(parse(text) ?? []);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  return read.data;
}

/** Every test of a job that ended otherwise. A unit that is refused has no tests. */
export function differencesOf(
  lesson: string,
  job: Pick<Job, 'kind' | 'name'>,
  page: Graded['tests'],
  native: Graded['tests'],
): Difference[] {
  const names = new Set([...page, ...native].map(({ name }) => name));
  const verdict = (tests: Graded['tests'], name: string) =>
    tests.find((test) => test.name === name)?.verdict ?? 'compileError';
  return [...names]
    .map((test) => ({
      ...{ lesson, file: nameOf(job), test },
      ...{ page: verdict(page, test), native: verdict(native, test) },
    }))
    .filter((each) => each.page !== each.native);
}

const covers = (listed: Listed, { lesson, file, test }: Difference) =>
  listed.lesson === lesson && listed.file === file && (listed.test ?? test) === test;

/** What should not be: a difference that is not listed, and a listed one that is not there. */
export function surprises(found: Difference[], listed: Listed[]): string[] {
  const missing = found.filter((each) => !listed.some((one) => covers(one, each)));
  const gone = listed.filter(
    (one) => one.test !== undefined && !found.some((each) => covers(one, each)),
  );
  return [
    ...missing.map(
      ({ file, test, page, native }) =>
        `not listed: ${file}: "${test}" ends with ${page} in the page and with ${native} natively`,
    ),
    ...gone.map(({ file, test }) => `listed, but no longer so: ${file}: "${String(test)}"`),
  ];
}
