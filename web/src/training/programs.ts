/** What a training runs on: a linked program, and the digits. */
import { acceptedUnits } from '../progress/records.ts';
import type { Services } from '../shell/services.ts';
import type { DigitFile, Setup } from './run.ts';

type Digits = Pick<Services, 'course' | 'files'>;

/** The digits of the course: all, or the few that are there at once. */
export async function getDigits(
  { course, files }: Digits,
  which: DigitFile['which'],
): Promise<DigitFile> {
  const { training } = await course.index();
  if (training === null) throw new Error('This course has nothing to train yet.');
  const asset = which === 'all' ? training.digits : training.fewDigits;
  return { which, file: await files.get(asset.path) };
}

/** All digits if they have been loaded already; else a few, and the others begin to load. */
export async function firstDigits(services: Digits): Promise<DigitFile> {
  const { training } = await services.course.index();
  const hasAll = training !== null && services.files.has(training.digits.path);
  if (!hasAll) void getDigits(services, 'all').catch(() => undefined);
  return getDigits(services, hasAll ? 'all' : 'few');
}

/**
 * Makes what is asked for: the student's units of these lessons, and the reference for the rest.
 * With none of theirs it needs no compiler. Throws an error that says why it cannot be.
 */
export async function makeSetup(
  services: Pick<Services, 'course' | 'library' | 'toolchain' | 'lab' | 'files'>,
  mine: string[],
  digits: DigitFile | null,
  signal: AbortSignal,
): Promise<Setup> {
  const { course, library, toolchain, lab, files } = services;
  const { lessons, training } = await course.index();
  if (training === null) throw new Error('This course has nothing to train yet.');
  const units = acceptedUnits(library.store.getState().records, mine);
  const whose = Object.keys(units);
  if (whose.length === 0) {
    return { program: await files.get(training.program.path), mine: [], digits };
  }
  if (!(await toolchain.request(signal))) {
    throw new Error('Your own units need the compiler, which is not there.');
  }
  const linked = await lab.live(
    await course.lesson(lessons.at(-1)!.slug),
    'experiment',
    units,
    signal,
  );
  if ('message' in linked) throw new Error(linked.message);
  return { program: linked.program, mine: whose, digits };
}
