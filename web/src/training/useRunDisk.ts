import { useEffect, useState } from 'react';
import { useServices } from '../shell/services.ts';
import type { KeptRun, Passed } from './runDisk.ts';

/** Runs that are compared, in the order in which they were kept. */
export function useKeptRuns() {
  const { runDisk } = useServices();
  const [runs, setRuns] = useState<KeptRun[]>([]);
  useEffect(() => {
    let wanted = true;
    runDisk.kept().then(
      (kept) => wanted && setRuns(kept),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [runDisk]);
  return {
    runs,
    keep(run: KeptRun) {
      setRuns((before) => [...before.filter(({ id }) => id !== run.id), run]);
      runDisk.keep(run).catch(() => undefined);
    },
    letGo(id: string) {
      setRuns((before) => before.filter((each) => each.id !== id));
      runDisk.letGo(id).catch(() => undefined);
    },
  };
}

/** Milestones that were passed, by slug. */
export function usePassed() {
  const { runDisk } = useServices();
  const [passed, setPassed] = useState<Record<string, Passed>>({});
  useEffect(() => {
    let wanted = true;
    runDisk.passed().then(
      (all) => wanted && setPassed(Object.fromEntries(all.map((each) => [each.slug, each]))),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [runDisk]);
  return {
    passed,
    pass(milestone: Passed) {
      setPassed((before) => ({ ...before, [milestone.slug]: milestone }));
      runDisk.pass(milestone).catch(() => undefined);
    },
  };
}
