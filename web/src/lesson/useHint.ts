import { useCallback } from 'react';
import { useJobs, useRecord, useSession } from './session.ts';
import { currentStep } from './steps.ts';

/** The next hint of the step the student is at. */
export function useHint() {
  const { lesson, notebook, desk } = useSession();
  const step = currentStep(
    lesson,
    useJobs((state) => state.grade),
  );
  const section = lesson.sections.find((one) => one.kind === 'step' && one.name === step?.name);
  const available = section?.kind === 'step' ? section.hints.length : 0;
  const open = useRecord((record) => (step && record.hints[step.name]) || 0);

  const openHint = useCallback(() => {
    if (!step) return;
    desk.show('read');
    notebook.openHint(step.name, available);
    requestAnimationFrame(() =>
      document.getElementById(`hints-${step.name}`)?.scrollIntoView?.({ block: 'center' }),
    );
  }, [step, available, desk, notebook]);

  return { openHint, open, available, step };
}
