import { createStore } from 'zustand/vanilla';
import type { Diagnostic, LessonData, Location } from '../../../wasm/toolchain/types.ts';
import { EXAMPLE } from '../progress/records.ts';

export type Pane = 'read' | 'code' | 'tests';
export type ResultTab = 'tests' | 'output' | 'problems' | 'history';

export interface DeskState {
  /** The pane in front where there is room for one. */
  pane: Pane;
  file: string;
  results: ResultTab;
  /** The line to go to. A new object goes there again. */
  mark: Location | null;
  /** The problem whose proposed change is to be made. */
  fix: Diagnostic | null;
  /** Whether the student asks for the reference. */
  solution: boolean;
}

/** What lies open in front of the student. */
export function createDesk(lesson: LessonData) {
  const store = createStore<DeskState>(() => ({
    pane: 'read',
    file: lesson.unit,
    results: 'tests',
    mark: null,
    fix: null,
    solution: false,
  }));

  return {
    store,
    show: (pane: Pane) => store.setState({ pane }),
    open: (file: string) => store.setState({ file, pane: 'code' }),
    showResults: (results: ResultTab) => store.setState({ results, pane: 'tests' }),
    /** Goes to a place in a file and marks its line. */
    goTo: (location: Location) =>
      store.setState({ file: location.file, pane: 'code', mark: { ...location } }),
    /** Makes what the compiler proposes for a problem, in the editor. */
    fix: (problem: Diagnostic) =>
      store.setState({ file: problem.location!.file, pane: 'code', fix: problem }),
    showSolution: (solution: boolean) => store.setState({ solution }),
    /** Whether the student can open the file: theirs, or a given header. */
    has: (file: string) => file === lesson.unit || file === EXAMPLE || file in lesson.headers,
  };
}

export type Desk = ReturnType<typeof createDesk>;
