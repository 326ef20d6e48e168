import { createStore } from 'zustand/vanilla';
import type { Diagnostic, Grade, LessonData, TestResult } from '../../../wasm/toolchain/types.ts';
import type { Notebook } from '../lesson/notebook.ts';
import { askToKeep } from '../progress/disk.ts';
import { EXAMPLE } from '../progress/records.ts';
import type { Lab, Phase, RunResult } from './lab.ts';
import type { Toolchain } from './toolchain.ts';
import { headline } from './verdicts.ts';

/** How long after the last key the compiler looks at the file, in milliseconds. */
const CHECK_AFTER = 600;

/** How often streamed output reaches the page, in milliseconds. */
const OUTPUT_EVERY = 50;

export interface Job {
  kind: 'testing' | 'running';
  phase: 'waiting' | Phase;
}

export interface JobsState {
  job: Job | null;
  /** The tests of the grading under way that have ended. */
  done: TestResult[];
  /** The last grading: it stays until the next one ends. */
  grade: Grade | null;
  /** Whether that grading belongs to this visit. */
  graded: boolean;
  /** What the compiler said about the file last. */
  problems: Diagnostic[];
  /** The texts that it saw then, by path: what it proposes fits only these. */
  checked: Record<string, string>;
  output: string;
  ran: RunResult | null;
  /** A fault of the page itself. */
  fault: unknown;
}

interface Parts {
  lab: Lab;
  toolchain: Toolchain;
  lesson: LessonData;
  notebook: Notebook;
  /** Accepted units of earlier lessons, by slug. */
  studentUnits: () => Record<string, string>;
}

/** What the page does with a student's file: check it, test it, run it. One job at a time. */
export function createJobs({ lab, toolchain, lesson, notebook, studentUnits }: Parts) {
  const initial: JobsState = {
    job: null,
    done: [],
    grade: notebook.read().grade,
    graded: false,
    problems: [],
    checked: {},
    output: '',
    ran: null,
    fault: null,
  };
  const store = createStore<JobsState>(() => initial);
  let controller: AbortController | null = null;
  let checkTimer: ReturnType<typeof setTimeout> | undefined;
  let checks = 0;

  /** Runs one job from waiting for the compiler to its end, and drops it if it is stopped. */
  async function work(kind: Job['kind'], start: Partial<JobsState>, body: Body) {
    if (controller) return;
    clearTimeout(checkTimer);
    checks += 1;
    controller = new AbortController();
    const { signal } = controller;
    const enter = (phase: Job['phase']) => store.setState({ job: { kind, phase } });
    enter('waiting');
    try {
      if (await toolchain.request(signal)) {
        store.setState(start);
        enter('compiling');
        await body(signal, enter);
      }
    } catch (fault) {
      if (!signal.aborted) store.setState({ fault });
    } finally {
      controller = null;
      store.setState({ job: null });
    }
  }

  const test = () =>
    work('testing', { done: [] }, async (signal, onPhase) => {
      const source = notebook.source();
      const onTest = (result: TestResult) =>
        store.setState(({ done }) => ({ done: [...done, result] }));
      const options = { signal, studentUnits: studentUnits(), onPhase, onTest };
      const grade = await lab.grade(lesson, source, options);
      notebook.countAttempt();
      const checked = { [lesson.unit]: source };
      store.setState({ grade, graded: true, problems: grade.diagnostics, checked });
      if (grade.verdict !== 'cancelled') notebook.graded(grade, source, headline(grade));
      if (grade.verdict === 'passed') {
        askToKeep();
        lab.accept(lesson, source);
      }
    });

  const run = () =>
    work('running', { output: '', ran: null }, async (signal, enter) => {
      const stream = collect((text) => store.setState(({ output }) => ({ output: output + text })));
      const onOutput = (text: string) => {
        if (store.getState().job?.phase !== 'running') enter('running');
        stream.add(text);
      };
      const options = { signal, studentUnits: studentUnits(), onOutput };
      const source = notebook.source();
      const example = notebook.example();
      try {
        const ran = await lab.run(lesson, source, example, options);
        const checked = { [lesson.unit]: source, [EXAMPLE]: example };
        store.setState({ ran, problems: ran.diagnostics, checked });
      } finally {
        stream.flush();
      }
    });

  async function check() {
    clearTimeout(checkTimer);
    if (controller || toolchain.store.getState().kind !== 'ready') return;
    checks += 1;
    const mine = checks;
    try {
      const source = notebook.source();
      const problems = await lab.check(lesson, source);
      if (mine === checks) store.setState({ problems, checked: { [lesson.unit]: source } });
    } catch (fault) {
      if (mine === checks) store.setState({ fault });
    }
  }

  return {
    store,
    test,
    run,
    check,
    checkSoon: () => {
      clearTimeout(checkTimer);
      checkTimer = setTimeout(() => void check(), CHECK_AFTER);
    },
    stop: () => controller?.abort(),
    close: () => {
      clearTimeout(checkTimer);
      checks += 1;
      controller?.abort();
    },
  };
}

type Body = (signal: AbortSignal, enter: (phase: Phase) => void) => Promise<void>;

export type Jobs = ReturnType<typeof createJobs>;

/** Gathers streamed text, so that a talkative program does not redraw the page at every line. */
function collect(deliver: (text: string) => void) {
  let waiting = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting) deliver(waiting);
    waiting = '';
  };
  const add = (text: string) => {
    waiting += text;
    timer ??= setTimeout(flush, OUTPUT_EVERY);
  };
  return { add, flush };
}
