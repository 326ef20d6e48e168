/** How the native verdicts may differ from the page's: only as listed, each with its reason. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Graded, Job } from '../wasm/pack/contract.ts';

const LIST = z.array(
  z.strictObject({
    lesson: z.string(),
    /** A mutant's name, or `reference`, `starter` or a file of alternatives. */
    file: z.string(),
    test: z.string(),
    page: z.string(),
    native: z.string(),
    reason: z.string().min(1),
  }),
);

export type Listed = z.infer<typeof LIST>[number];
export type Difference = Omit<Listed, 'reason'>;

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

const wordsOf = ({ file, test, page, native }: Difference) =>
  `${file}: "${test}" ends with ${page} in the page and with ${native} natively`;

/** What should not be: a difference that is not listed, and a listed one that is not there. */
export function surprises(found: Difference[], listed: Listed[]): string[] {
  const missing = found.filter((each) => !listed.some((one) => wordsOf(one) === wordsOf(each)));
  const gone = listed.filter((one) => !found.some((each) => wordsOf(one) === wordsOf(each)));
  return [
    ...missing.map((each) => `not listed: ${wordsOf(each)}`),
    ...gone.map((one) => `listed, but no longer so: ${wordsOf(one)}`),
  ];
}
