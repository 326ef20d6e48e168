import { useState } from 'react';
import { useErrorBoundary } from 'react-error-boundary';
import { useServices } from '../shell/services.ts';
import { useSession } from './session.ts';
import { currentStep } from './steps.ts';

/** Counts something in the student's own accepted unit, or says what is missing. */
export function useMeasure(name: string) {
  const { lab, toolchain } = useServices();
  const { lesson, notebook } = useSession();
  const { showBoundary } = useErrorBoundary();
  const [busy, setBusy] = useState(false);
  const [obstacle, setObstacle] = useState<string | null>(null);

  async function measure(guess: number) {
    const { accepted, grade } = notebook.read();
    if (accepted === null) {
      const step = currentStep(lesson, grade);
      setObstacle(
        'Your prediction is kept. Measuring runs your own code, which must pass every step first. ' +
          (step ? `Next: ${step.title}. ` : 'Press Test. ') +
          'Then measure.',
      );
      return;
    }
    setBusy(true);
    setObstacle(null);
    try {
      if (!(await toolchain.request())) {
        setObstacle('Measuring compiles your code, and the compiler is not here yet.');
        return;
      }
      const result = await lab.measure(lesson, accepted, name);
      if ('value' in result) notebook.predict(name, guess, result.value);
      else setObstacle(result.message);
    } catch (fault) {
      showBoundary(fault);
    } finally {
      setBusy(false);
    }
  }

  return { measure, busy, obstacle };
}
