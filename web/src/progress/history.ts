import type { Version } from './records.ts';

/** How many versions of one file are kept, and how many characters of all together. */
export const VERSIONS = 30;
export const CHARACTERS = 600_000;

/** While a student writes, a version is kept this often, in milliseconds. */
export const WRITING_KEPT_EVERY = 5 * 60_000;

export const newestOf = (versions: Version[], path: string): Version | undefined =>
  versions.findLast((version) => version.path === path);

/** Adds a version; the oldest go where there are too many. An unchanged text is kept once. */
export function keepVersion(versions: Version[], version: Version): Version[] {
  const newest = newestOf(versions, version.path);
  const earlier =
    newest?.text === version.text ? versions.filter((each) => each !== newest) : versions;
  const kept = [...earlier, version];
  const ofFile = kept.filter(({ path }) => path === version.path);
  const characters = () => kept.reduce((sum, { text }) => sum + text.length, 0);
  const leave = (oldest: Version | undefined) => kept.splice(kept.indexOf(oldest!), 1);
  for (const old of ofFile.slice(0, -VERSIONS)) leave(old);
  while (kept.length > 1 && characters() > CHARACTERS) leave(kept[0]);
  return kept;
}
