import type { Lab } from './lab.ts';

/** Makes the lab over its workers. `base` is the address below which `course/` lies. */
export function createLab(base: string): Lab {
  const missing = () =>
    Promise.reject(new Error(`toolchain not wired, so nothing comes from ${base}`));
  return { prepare: missing, check: missing, grade: missing, run: missing, measure: missing };
}
