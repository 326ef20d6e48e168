import type { CourseIndex, LessonData, MilestoneData } from '../../../wasm/toolchain/types.ts';

/** The course did not arrive: the network's fault, or the server's. */
export class LoadError extends Error {}

/** Fetches the packed course, each file once. */
export function createCourse(base: string) {
  const known = new Map<string, Promise<unknown>>();

  function get<T>(path: string): Promise<T> {
    const found = known.get(path) ?? fetchJson(`${base}course/${path}`);
    known.set(path, found);
    return found as Promise<T>;
  }

  return {
    index: () => get<CourseIndex>('index.json'),
    lesson: (slug: string) => get<LessonData>(`lessons/${slug}.json`),
    milestone: (slug: string) => get<MilestoneData>(`milestones/${slug}.json`),
    /** Forgets everything, so that the next call asks the server again. */
    forget: () => known.clear(),
  };
}

export type Course = ReturnType<typeof createCourse>;

async function fetchJson(address: string): Promise<unknown> {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return await response.json();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LoadError(`${address} could not be loaded: ${reason}`);
  }
}
