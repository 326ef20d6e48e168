import type { DBSchema } from 'idb';
import { openDB } from 'idb';
import type { LessonRecord } from './records.ts';

/** Where records outlive the page. */
export interface Disk {
  /** True where the browser keeps nothing: a private window, or storage switched off. */
  refused: boolean;
  all(): Promise<LessonRecord[]>;
  put(record: LessonRecord): Promise<void>;
}

interface Schema extends DBSchema {
  lessons: { key: string; value: LessonRecord };
}

/** Asks the browser not to clear the student's work when it runs short of room. */
export const askToKeep = () => void navigator.storage?.persist?.();

/** Opens the browser's database. A browser that refuses gets a disk that forgets. */
export async function openDisk(): Promise<Disk> {
  try {
    const database = await openDB<Schema>('tinytorch', 1, {
      upgrade: (fresh) => void fresh.createObjectStore('lessons', { keyPath: 'slug' }),
    });
    return {
      refused: false,
      all: () => database.getAll('lessons'),
      put: async (record) => void (await database.put('lessons', record)),
    };
  } catch {
    return { refused: true, all: async () => [], put: async () => {} };
  }
}
