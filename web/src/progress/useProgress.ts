import { useStore } from 'zustand';
import { useServices } from '../shell/services.ts';
import type { LessonRecord } from './records.ts';

/** Every lesson's record, by slug; follows changes. */
export function useRecords(): Record<string, LessonRecord> {
  return useStore(useServices().library.store, (state) => state.records);
}
