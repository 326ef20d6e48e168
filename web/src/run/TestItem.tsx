import { useEffect, useRef } from 'react';
import type { TestResult } from '../../../wasm/toolchain/types.ts';
import { isUnwritten } from '../lesson/steps.ts';
import { Advice } from './Advice.tsx';
import { CrashSite } from './CrashSite.tsx';
import { Difference } from './Difference.tsx';
import { Place } from './Place.tsx';
import { verdicts } from './verdicts.ts';

interface Props {
  test: TestResult;
  open: boolean;
}

/** One test: its fact, and on failure everything that helps to see why. */
export function TestItem({ test, open }: Props) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (open) details.current?.scrollIntoView?.({ block: 'nearest' });
  }, [open]);
  const unwritten = isUnwritten(test);
  const sign = test.passed ? '✓' : unwritten ? '○' : '✗';
  const state = test.passed ? 'passed' : unwritten ? 'open' : 'failed';
  if (test.passed && !test.output) {
    return (
      <p className="test test-passed">
        <span className="test-sign" role="img" aria-label="Passed">
          {sign}
        </span>
        {test.name}
      </p>
    );
  }
  return (
    <details ref={details} className={`test test-${state}`} open={open}>
      <summary>
        <span className="test-sign" aria-hidden="true">
          {sign}
        </span>
        <span className="test-name">{test.name}</span>
        <span className="test-verdict">
          {unwritten ? 'Not written yet' : verdicts[test.verdict].title}
        </span>
      </summary>
      <div className="test-body">
        {test.message && <p className="test-message">{test.message}</p>}
        {test.expected !== null && test.actual !== null && (
          <Difference expected={test.expected} actual={test.actual} />
        )}
        {test.verdict === 'crashed' ? (
          <CrashSite location={test.location} stack={test.stack} />
        ) : (
          test.location && <Place location={test.location} />
        )}
        <Advice verdict={test.verdict} />
        {test.output && (
          <>
            <h4>Your program printed</h4>
            <pre tabIndex={0}>{test.output}</pre>
          </>
        )}
      </div>
    </details>
  );
}
