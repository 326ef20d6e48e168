import { createContext, useContext, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { CourseIndex, LessonData, LessonSummary } from '../../../wasm/toolchain/types.ts';
import type { LessonRecord } from '../progress/records.ts';
import { acceptedUnits, newRecord } from '../progress/records.ts';
import type { Jobs, JobsState } from '../run/jobs.ts';
import { createJobs } from '../run/jobs.ts';
import type { Services } from '../shell/services.ts';
import { useServices } from '../shell/services.ts';
import type { Desk, DeskState } from './desk.ts';
import { createDesk } from './desk.ts';
import type { Notebook } from './notebook.ts';
import { createNotebook } from './notebook.ts';

/** One visit to one lesson. */
export interface Session {
  lesson: LessonData;
  previous: LessonSummary | null;
  next: LessonSummary | null;
  notebook: Notebook;
  jobs: Jobs;
  desk: Desk;
}

export function createSession(services: Services, lesson: LessonData, index: CourseIndex): Session {
  const { library, lab, toolchain } = services;
  const place = index.lessons.findIndex(({ slug }) => slug === lesson.slug);
  const earlier = index.lessons.slice(0, place).map(({ slug }) => slug);
  const notebook = createNotebook(library, lesson);
  const studentUnits = () => acceptedUnits(library.store.getState().records, earlier);
  return {
    lesson,
    previous: index.lessons[place - 1] ?? null,
    next: index.lessons[place + 1] ?? null,
    notebook,
    jobs: createJobs({ lab, toolchain, lesson, notebook, studentUnits }),
    desk: createDesk(lesson),
  };
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is called outside of SessionContext');
  return session;
}

/** A part of the lesson's record; follows changes. The part must keep its identity. */
export function useRecord<T>(select: (record: LessonRecord) => T): T {
  const { lesson } = useSession();
  const { store } = useServices().library;
  const read = () => select(store.getState().records[lesson.slug] ?? fresh(lesson));
  return useSyncExternalStore(store.subscribe, read);
}

export const useJobs = <T>(select: (state: JobsState) => T): T =>
  useStore(useSession().jobs.store, select);

export const useDesk = <T>(select: (state: DeskState) => T): T =>
  useStore(useSession().desk.store, select);

const untouched = new WeakMap<LessonData, LessonRecord>();

function fresh(lesson: LessonData): LessonRecord {
  const record = untouched.get(lesson) ?? newRecord(lesson);
  untouched.set(lesson, record);
  return record;
}
