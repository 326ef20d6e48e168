import type { Section } from '../../../wasm/toolchain/types.ts';
import { HintLadder } from './HintLadder.tsx';
import { Prose } from './Prose.tsx';
import { useJobs, useSession } from './session.ts';
import type { StepState } from './steps.ts';
import { stepState } from './steps.ts';

type Step = Extract<Section, { kind: 'step' }>;

const words: Record<StepState, string> = {
  open: 'Not yet',
  failing: 'Failing',
  passed: 'Passed',
};

const signs: Record<StepState, string> = { open: '○', failing: '✗', passed: '✓' };

/** Finds the line on which the step's function begins. */
function lineOf(name: string, source: string): number | null {
  const found = source.search(new RegExp(`^.*\\b${name}\\s*\\(`, 'm'));
  return found < 0 ? null : source.slice(0, found).split('\n').length;
}

export function StepCard({ step }: { step: Step }) {
  const { lesson, notebook, desk } = useSession();
  const state = useJobs((jobs) => stepState(step.name, jobs.grade));
  const number = lesson.steps.findIndex(({ name }) => name === step.name) + 1;
  const show = () =>
    desk.goTo({ file: lesson.unit, line: lineOf(step.name, notebook.source()) ?? 1 });
  return (
    <section className={`card step step-${state}`} aria-labelledby={`step-${step.name}`}>
      <header>
        <span className="step-number">Step {number}</span>
        <h3 id={`step-${step.name}`}>{step.title}</h3>
        <span className="step-state">
          <span aria-hidden="true">{signs[state]}</span> {words[state]}
        </span>
      </header>
      <Prose html={step.html} />
      <HintLadder step={step.name} hints={step.hints}>
        <button type="button" className="button quiet" onClick={show}>
          Go to the code
        </button>
      </HintLadder>
    </section>
  );
}
