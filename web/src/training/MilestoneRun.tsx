import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Finding, Quality } from '../../../wasm/session/experiment.ts';
import { judge } from '../../../wasm/session/gate.ts';
import type { MilestoneRun as Planned } from '../../../wasm/toolchain/types.ts';
import { Controls } from './Controls.tsx';
import { RunBar } from './RunBar.tsx';
import { RunStage } from './RunStage.tsx';
import { useTraining } from './useTraining.ts';

export interface RunResult {
  passed: boolean;
  reasons: string[];
  quality: Quality;
  findings: Finding[];
}

interface Props {
  place: string;
  run: Planned;
  mine: string[];
  result: RunResult | null;
  onMade: (mine: string[] | null) => void;
  onResult: (result: RunResult) => void;
}

/** A run of a milestone: always the same, to its end, and then its gate. */
export function MilestoneRun({ place, run: planned, mine, result, onMade, onResult }: Props) {
  const { options, steps, gate } = planned;
  const {
    run,
    mine: made,
    problem,
  } = useTraining({
    ...{ place, options, takesAny: false, mine, digits: 'all' },
  });
  const isOver = useStore(run.store, (state) => state.options !== null && state.steps >= steps);
  const [isLooking, setLooking] = useState(false);
  useEffect(() => onMade(made), [made, onMade]);
  const examine = async () => {
    setLooking(true);
    try {
      const findings = await run.examine();
      const quality = await run.quality();
      onResult({ ...judge(planned, quality, findings), quality, findings });
    } finally {
      setLooking(false);
    }
  };
  const atMost = 'atMost' in gate;
  const accuracy = atMost ? gate.atMost : gate.atLeast;
  return (
    <div className="milestone-one">
      <p>
        {atMost ? 'Must fail: at most ' : 'Must reach: at least '}
        <strong>{(accuracy * 100).toFixed(0)}%</strong> of the test examples right after{' '}
        {steps.toLocaleString('en')} steps.
      </p>
      {problem !== '' && (
        <p className="refusal" role="alert">
          {problem}
        </p>
      )}
      <RunBar run={run} last={steps} steps={false} onReset={() => void run.reset(options)} />
      {isOver && result === null && (
        <p className="row">
          <button
            type="button"
            className="button primary"
            disabled={isLooking}
            onClick={() => void examine()}
          >
            Go through the gate
          </button>
          <span role="status">{isLooking && 'Looking at what your engine has really done…'}</span>
        </p>
      )}
      {result !== null && <Gate result={result} calibration={planned.calibration} />}
      <RunStage run={run} name={planned.title} goal={{ accuracy, atMost }} />
      <Controls
        options={options}
        busy={false}
        fixed
        onChange={() => undefined}
        next={options}
        onNext={() => undefined}
      />
    </div>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

function Gate({ result, calibration }: Pick<Props, 'result'> & Pick<Planned, 'calibration'>) {
  if (result === null) return null;
  const { passed, reasons, quality, findings } = result;
  const { correct } = calibration;
  return (
    <section className={`gate ${passed ? 'gate-passed' : 'gate-failed'}`} aria-label="The gate">
      <p role="status">
        <strong>{passed ? '✓ Passed.' : '✗ Not passed.'}</strong> {percent(quality.accuracy)} of{' '}
        {quality.examples.toLocaleString('en')} test examples are right.
        {correct.length > 0 &&
          ` A right engine gets ${percent(Math.min(...correct))} to ${percent(Math.max(...correct))}, by its seed.`}
      </p>
      {reasons.length > 0 && (
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <details>
        <summary>What was looked at besides</summary>
        <ul>
          {findings.map(({ fact, holds, detail }) => (
            <li key={fact}>
              {holds ? '✓' : '✗'} {fact}: <span className="muted">{detail}</span>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
