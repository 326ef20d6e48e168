import { LoadError } from './course.ts';

/** Files of the course, each fetched once. */
export function createFiles(base: string) {
  const known = new Map<string, Promise<Uint8Array>>();
  const arrived = new Set<string>();
  const load = async (path: string): Promise<Uint8Array> => {
    const address = `${base}course/${path}`;
    const response = await fetch(address).catch(() => null);
    if (!response?.ok) {
      known.delete(path);
      throw new LoadError(`${address} could not be loaded.`);
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    arrived.add(path);
    return bytes;
  };
  return {
    get(path: string): Promise<Uint8Array> {
      const found = known.get(path) ?? load(path);
      known.set(path, found);
      return found;
    },
    /** Whether it has arrived. */
    has: (path: string) => arrived.has(path),
  };
}

export type Files = ReturnType<typeof createFiles>;
