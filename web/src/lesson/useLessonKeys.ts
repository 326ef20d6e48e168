import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useServices } from '../shell/services.ts';
import type { Actions } from '../shell/shortcuts.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { useJobs, useSession } from './session.ts';
import { useHint } from './useHint.ts';

const focus = (selector: string) =>
  // The pane may have been hidden until this moment.
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());

/** The lesson page's keys. */
export function useLessonKeys() {
  const { library } = useServices();
  const { jobs, desk, next, previous } = useSession();
  const [, navigate] = useLocation();
  const { openHint } = useHint();
  const busy = useJobs((state) => state.job !== null);
  const actions = useMemo<Actions>(() => {
    const go = (pane: 'read' | 'code' | 'tests', selector: string) => () => {
      desk.show(pane);
      focus(selector);
    };
    return {
      'Mod+Enter': () => {
        desk.showResults('tests');
        void jobs.test();
      },
      'Mod+Shift+Enter': () => {
        desk.showResults('output');
        void jobs.run();
      },
      // With nothing to stop, the editor makes the change that the compiler proposes.
      'Mod+.': busy ? jobs.stop : undefined,
      'Mod+s': () => {
        void library.flush();
        void jobs.check();
      },
      h: openHint,
      e: go('code', '.cm-content'),
      r: go('read', '#reading'),
      t: go('tests', '#results-tab-tests'),
      n: () => next && navigate(`/lesson/${next.slug}`),
      p: () => previous && navigate(`/lesson/${previous.slug}`),
    };
  }, [library, jobs, desk, next, previous, navigate, openHint, busy]);
  useShortcuts(actions);
}
