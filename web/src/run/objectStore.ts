/** Units of the student's that were compiled to train with, kept between visits. */
import type { LessonData } from '../../../wasm/toolchain/types.ts';

export interface ObjectStore {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, object: Uint8Array): Promise<void>;
}

/** Forgets with the page: for a browser that keeps nothing. */
export function forgetfulObjects(): ObjectStore {
  const known = new Map<string, Uint8Array>();
  return {
    get: async (key) => known.get(key),
    put: async (key, object) => void known.set(key, object),
  };
}

const CACHE = 'tinytorch-objects';

/** In the browser's cache, which it may clear when it runs short of room. */
export function cachedObjects(base: string): ObjectStore {
  if (!('caches' in globalThis)) return forgetfulObjects();
  const address = (key: string) => new URL(`${base}objects/${key}`, document.baseURI).href;
  return {
    async get(key) {
      const found = await (await caches.open(CACHE)).match(address(key));
      return found && new Uint8Array(await found.arrayBuffer());
    },
    async put(key, object) {
      const response = new Response(object as Uint8Array<ArrayBuffer>);
      await (await caches.open(CACHE)).put(address(key), response);
    },
  };
}

async function keyOf(words: string[]): Promise<string> {
  const bytes = new TextEncoder().encode(words.join('\0'));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Knows an object by everything that decides it. */
export class Kept {
  constructor(private readonly store: ObjectStore) {}

  /** Gives the object of a unit: a kept one, or what `make` gives, which is kept. */
  async get(
    lesson: LessonData,
    slug: string,
    text: string,
    make: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const plan = lesson.link.units[slug];
    const headers = plan?.headers.map((path) => lesson.headers[path] ?? '') ?? [];
    // The reference unit's object changes with the compiler and its options.
    const key = await keyOf([slug, plan?.train.path ?? '', text, ...headers]);
    const found = await this.store.get(key).catch(() => undefined);
    if (found !== undefined) return found;
    const object = await make();
    await this.store.put(key, object).catch(() => undefined); // no room: it is made again
    return object;
  }
}
