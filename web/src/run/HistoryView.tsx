import { useMemo, useState } from 'react';
import { CompareDialog } from '../editor/CompareDialog.tsx';
import { useDesk, useRecord, useSession } from '../lesson/session.ts';
import { VERSIONS } from '../progress/history.ts';
import type { Version } from '../progress/records.ts';
import { baseName, isOwn } from './files.ts';

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });

/** The time of day, and the day if it was not today. */
function whenOf(at: number): string {
  const today = new Date(at).toDateString() === new Date().toDateString();
  return today ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

/** Earlier versions of the student's file, newest first: to compare with, and to go back to. */
export function HistoryView() {
  const { lesson, notebook, jobs } = useSession();
  const shown = useDesk((state) => state.file);
  const path = isOwn(lesson, shown) ? shown : lesson.unit;
  const now = useRecord((record) => record.files[path]) ?? '';
  const all = useRecord((record) => record.versions);
  const versions = useMemo(
    () => all.filter((version) => version.path === path).reverse(),
    [all, path],
  );
  const [compared, setCompared] = useState<Version | null>(null);
  const [told, setTold] = useState('');

  const restore = (version: Version) => {
    notebook.restore(version);
    jobs.checkSoon();
    setTold(`${baseName(path)} is again as it was at ${whenOf(version.at)}.`);
  };
  return (
    <>
      <p className="history-told muted" role="status">
        {told}
      </p>
      {versions.length === 0 ? (
        <p className="empty">
          {baseName(path)} has no earlier versions yet. One is kept whenever you test, and every few
          minutes while you write.
        </p>
      ) : (
        <ol className="versions">
          {versions.map((version) => (
            <li key={`${version.at} ${version.why}`}>
              <time dateTime={new Date(version.at).toISOString()}>{whenOf(version.at)}</time>
              <span className="version-why">{version.why}</span>
              {version.text === now ? (
                <span className="muted">as it is now</span>
              ) : (
                <Choices version={version} onCompare={setCompared} onRestore={restore} />
              )}
            </li>
          ))}
        </ol>
      )}
      <p className="muted">
        The last {VERSIONS} versions of each file are kept in this browser. Going back keeps what
        you have now, too.
      </p>
      {compared && <Compared version={compared} now={now} onClose={() => setCompared(null)} />}
    </>
  );
}

interface ChoicesProps {
  version: Version;
  onCompare: (version: Version) => void;
  onRestore: (version: Version) => void;
}

function Choices({ version, onCompare, onRestore }: ChoicesProps) {
  const which = `the version of ${whenOf(version.at)}, ${version.why}`;
  return (
    <span className="row">
      <button
        type="button"
        className="button quiet"
        aria-label={`Compare with ${which}`}
        onClick={() => onCompare(version)}
      >
        Compare
      </button>
      <button
        type="button"
        className="button quiet"
        aria-label={`Go back to ${which}`}
        onClick={() => onRestore(version)}
      >
        Go back
      </button>
    </span>
  );
}

interface ComparedProps {
  version: Version;
  now: string;
  onClose: () => void;
}

function Compared({ version, now, onClose }: ComparedProps) {
  const when = whenOf(version.at);
  const left = useMemo(() => ({ label: `At ${when}`, text: version.text }), [when, version]);
  const right = useMemo(() => ({ label: 'Now', text: now }), [now]);
  const title = `${baseName(version.path)}: ${when} and now`;
  return <CompareDialog title={title} left={left} right={right} onClose={onClose} />;
}
