import { memo } from 'react';
import type { ResultTab } from '../lesson/desk.ts';
import { useDesk, useJobs, useRecord, useSession } from '../lesson/session.ts';
import type { Tab } from '../shell/Tabs.tsx';
import { Tabs } from '../shell/Tabs.tsx';
import { HistoryView } from './HistoryView.tsx';
import { OutputView } from './OutputView.tsx';
import { Problems } from './Problems.tsx';
import { TestsView } from './TestsView.tsx';
import { announcement } from './verdicts.ts';
import './results.css';

export const ResultsPane = memo(function ResultsPane() {
  const { desk } = useSession();
  const shown = useDesk((state) => state.results);
  const problems = useJobs((state) => state.problems);
  const grade = useJobs((state) => state.grade);
  const fault = useJobs((state) => state.fault);
  if (fault) throw fault;

  const passed = grade?.tests.filter((test) => test.passed).length;
  const tabs: Tab<ResultTab>[] = [
    {
      id: 'tests',
      label: 'Tests',
      badge: grade?.tests.length ? `${passed}/${grade.tests.length}` : '',
    },
    { id: 'output', label: 'Output' },
    { id: 'problems', label: 'Problems', badge: problems.length ? String(problems.length) : '' },
    { id: 'history', label: 'History' },
  ];
  return (
    <div className="results-pane">
      <Tabs
        label="Results"
        tabs={tabs}
        active={shown}
        onChange={desk.showResults}
        prefix="results"
      />
      <Announcer />
      <div
        className="results-panel"
        id="results-panel"
        role="tabpanel"
        aria-labelledby={`results-tab-${shown}`}
        tabIndex={0}
      >
        {shown === 'tests' && <TestsView />}
        {shown === 'output' && <OutputView />}
        {shown === 'problems' && <Problems problems={problems} />}
        {shown === 'history' && <HistoryView />}
      </div>
    </div>
  );
});

/** Says how a grading of this visit ended; silent about one from an earlier visit. */
function Announcer() {
  const fresh = useJobs((state) => state.graded);
  const grade = useJobs((state) => state.grade);
  const attempts = useRecord((record) => record.attempts);
  return (
    <p className="unseen" aria-live="polite">
      {fresh && grade ? announcement(attempts, grade) : ''}
    </p>
  );
}
