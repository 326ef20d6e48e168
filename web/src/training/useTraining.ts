import { useEffect, useState } from 'react';
import type { ExperimentOptions } from '../../../wasm/session/experiment.ts';
import { useServices } from '../shell/services.ts';
import { firstDigits, getDigits, makeSetup } from './programs.ts';
import { createRun, type Run } from './run.ts';

/** How often a run is kept for a reload. */
const SAVE_EVERY_MS = 5000;

export interface Training {
  run: Run;
  /** Whose units the program is made of; null while it is being made. */
  mine: string[] | null;
  /** Why there is none. */
  problem: string;
}

/** What decides about a training before it begins. */
export interface Wanted {
  /** Names it on the disk. */
  place: string;
  /** What to begin with; a run that was left behind goes on only if it had these. */
  options: ExperimentOptions;
  /** True if a run that was left behind goes on whatever it had. */
  takesAny: boolean;
  /** Lessons whose unit shall be the student's. */
  mine: string[];
  /** What to train with if the data is digits. */
  digits: 'first' | 'all';
}

/**
 * A training in a worker of its own, which goes on where it was when the page was left, and where it
 * is when its program becomes another one.
 */
export function useTraining({ place, options, takesAny, mine, digits }: Wanted): Training {
  const services = useServices();
  const { runDisk, runHost } = services;
  const [run] = useState(() => createRun(runHost));
  const [first] = useState({ options, takesAny, digits });
  const [made, setMade] = useState<string[] | null>(null);
  const [problem, setProblem] = useState('');
  const units = mine.join();
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const begin = async () => {
      run.pause();
      // What stands in the worker now, or what an earlier visit has left behind.
      const now = await run.save();
      const saved = now ?? (await runDisk.saved(place));
      const needsDigits = saved ? saved.digits !== null : first.options.data === 'digits';
      const file = !needsDigits
        ? null
        : saved?.digits
          ? await getDigits(services, saved.digits)
          : first.digits === 'all'
            ? await getDigits(services, 'all')
            : await firstDigits(services);
      const whose = units === '' ? [] : units.split(',');
      const setup = await makeSetup(services, whose, file, signal);
      if (signal.aborted) return;
      await run.start(setup, first.options, saved);
      const { options: standing, status } = run.store.getState();
      const fits = now !== null || first.takesAny || isSame(standing, first.options);
      if (saved !== undefined && (status === 'failed' || !fits) && !signal.aborted) {
        await run.start(setup, first.options);
      }
      if (!signal.aborted) setMade(setup.mine);
    };
    begin().catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) setProblem(message);
    });
    return () => {
      controller.abort();
      setMade(null);
      setProblem('');
    };
  }, [run, services, runDisk, place, units, first]);

  useEffect(() => {
    const keep = async () => {
      const saved = await run.save();
      if (saved !== null) await runDisk.save(place, saved).catch(() => undefined);
    };
    const timer = setInterval(() => {
      if (run.store.getState().status === 'running') void keep();
    }, SAVE_EVERY_MS);
    const stop = run.store.subscribe(({ status }, before) => {
      if (before.status === 'running' && status !== 'running') void keep();
    });
    const hide = () => document.visibilityState === 'hidden' && void keep();
    document.addEventListener('visibilitychange', hide);
    return () => {
      clearInterval(timer);
      stop();
      document.removeEventListener('visibilitychange', hide);
    };
  }, [run, runDisk, place]);

  useEffect(() => () => run.close(), [run]);
  return { run, mine: made, problem };
}

/** Whether two runs differ at most in what may change while they run. */
function isSame(a: ExperimentOptions | null, b: ExperimentOptions): boolean {
  const begun = (options: ExperimentOptions | null) =>
    JSON.stringify({ ...options, lr: 0, momentum: 0, batchSize: 0 });
  return begun(a) === begun(b);
}
