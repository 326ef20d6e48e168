import { createStore } from 'zustand/vanilla';
import type { Disk } from './disk.ts';
import type { LessonRecord } from './records.ts';
import { completeRecord } from './records.ts';

/** How long after the last key the work is saved, in milliseconds. */
const SAVE_AFTER = 400;

export type SaveState = 'clean' | 'dirty' | 'saving' | 'saved' | 'failed' | 'refused';

export interface LibraryState {
  records: Record<string, LessonRecord>;
  save: SaveState;
  /** When the last save ended. */
  savedAt: Date | null;
}

/** All records in memory, written to the disk a moment after they change. */
export function createLibrary(disk: Disk, saved: LessonRecord[]) {
  const store = createStore<LibraryState>(() => ({
    records: Object.fromEntries(saved.map((record) => [record.slug, completeRecord(record)])),
    save: disk.refused ? 'refused' : 'clean',
    savedAt: null,
  }));
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function put(record: LessonRecord) {
    store.setState(({ records }) => ({ records: { ...records, [record.slug]: record } }));
    if (disk.refused) return;
    changed.add(record.slug);
    store.setState({ save: 'dirty' });
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), SAVE_AFTER);
  }

  async function flush() {
    clearTimeout(timer);
    const slugs = [...changed];
    if (slugs.length === 0) return;
    changed.clear();
    store.setState({ save: 'saving' });
    try {
      await Promise.all(slugs.map((slug) => disk.put(store.getState().records[slug]!)));
      store.setState({ save: changed.size > 0 ? 'dirty' : 'saved', savedAt: new Date() });
    } catch {
      slugs.forEach((slug) => changed.add(slug));
      store.setState({ save: 'failed' });
    }
  }

  return { store, put, flush };
}

export type Library = ReturnType<typeof createLibrary>;

/** Saves at once when the page goes to the background, from where it may never come back. */
export function saveWhenHidden(library: Library): () => void {
  const save = () => {
    if (document.visibilityState === 'hidden') void library.flush();
  };
  document.addEventListener('visibilitychange', save);
  return () => document.removeEventListener('visibilitychange', save);
}
