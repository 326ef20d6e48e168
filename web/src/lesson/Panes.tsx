import { EditorPane } from '../editor/EditorPane.tsx';
import { ActionBar } from '../run/ActionBar.tsx';
import { ResultsPane } from '../run/ResultsPane.tsx';
import { Tabs } from '../shell/Tabs.tsx';
import { useMedia } from '../shell/useMedia.ts';
import type { Pane } from './desk.ts';
import { Reading } from './Reading.tsx';
import { useDesk, useJobs, useSession } from './session.ts';
import { Splitter } from './Splitter.tsx';
import { usePaneSizes, usual } from './usePaneSizes.ts';

const panes: { id: Pane; label: string }[] = [
  { id: 'read', label: 'Read' },
  { id: 'code', label: 'Code' },
  { id: 'tests', label: 'Tests' },
];

/** The three areas: side by side where there is room, one behind the other where there is not. */
export function Panes() {
  const narrow = useMedia('(max-width: 799px)');
  return narrow ? <OnePane /> : <SideBySide />;
}

function OnePane() {
  const { lesson, desk } = useSession();
  const shown = useDesk((state) => state.pane);
  const tests = useJobs((state) => state.grade?.tests);
  const passed = tests?.filter((test) => test.passed).length;
  const tabs = panes.map((pane) =>
    pane.id === 'tests' && tests?.length ? { ...pane, badge: `${passed}/${tests.length}` } : pane,
  );
  const panel = (pane: Pane) => ({
    id: `pane-panel-${pane}`,
    role: 'tabpanel',
    'aria-labelledby': `pane-tab-${pane}`,
    hidden: pane !== shown,
    className: `pane pane-${pane}`,
  });
  return (
    <>
      <main className="one-pane">
        {shown !== 'read' && <h1 className="unseen">{lesson.title}</h1>}
        <div {...panel('read')}>
          <Reading />
        </div>
        <div {...panel('code')}>
          <EditorPane />
        </div>
        <div {...panel('tests')}>
          <ResultsPane />
        </div>
        {shown !== 'read' && <ActionBar />}
      </main>
      <nav className="bottom-bar" aria-label="Panes">
        <Tabs
          label="Panes"
          tabs={tabs}
          active={shown}
          onChange={desk.show}
          prefix="pane"
          manyPanels
        />
      </nav>
    </>
  );
}

function SideBySide() {
  const [sizes, setSizes] = usePaneSizes();
  const style = { '--reading': `${sizes.reading}%`, '--results': `${sizes.results}%` };
  return (
    <main className="side-by-side" style={style as React.CSSProperties}>
      <section className="pane pane-read" id="pane-read" aria-label="Lesson">
        <Reading />
      </section>
      <Splitter
        label="Width of the lesson"
        orientation="vertical"
        controls="pane-read"
        value={sizes.reading}
        usual={usual.reading}
        onChange={(reading) => setSizes({ ...sizes, reading })}
      />
      <div className="work">
        <section className="pane pane-code" aria-label="Editor">
          <EditorPane />
          <ActionBar />
        </section>
        <Splitter
          label="Height of the results"
          orientation="horizontal"
          controls="pane-tests"
          value={sizes.results}
          usual={usual.results}
          onChange={(results) => setSizes({ ...sizes, results })}
        />
        <section className="pane pane-tests" id="pane-tests" aria-label="Results">
          <ResultsPane />
        </section>
      </div>
    </main>
  );
}
