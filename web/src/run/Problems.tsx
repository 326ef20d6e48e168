import { useState } from 'react';
import type { Diagnostic } from '../../../wasm/toolchain/types.ts';
import { Place } from './Place.tsx';

/** More than this at once helps nobody. */
const FIRST = 5;

const signs = { error: '✗', warning: '!', note: 'i' };

export function Problems({ problems }: { problems: Diagnostic[] }) {
  const [all, setAll] = useState(false);
  if (problems.length === 0) return <p className="empty">The compiler has nothing to say.</p>;
  const shown = all ? problems : problems.slice(0, FIRST);
  const more = problems.length - shown.length;
  return (
    <>
      <ul className="problems">
        {shown.map((problem, i) => (
          <Problem key={i} problem={problem} />
        ))}
      </ul>
      {more > 0 && (
        <button type="button" className="button quiet" onClick={() => setAll(true)}>
          Show {more} more
        </button>
      )}
    </>
  );
}

function Problem({ problem }: { problem: Diagnostic }) {
  const { severity, location, message, notes } = problem;
  return (
    <li className={`problem problem-${severity}`}>
      <span className="problem-sign" role="img" aria-label={severity}>
        {signs[severity]}
      </span>
      <div>
        {location && <Place location={location} />} <span className="problem-text">{message}</span>
        {notes && notes.length > 0 && (
          <ul className="problems">
            {notes.map((note, i) => (
              <Problem key={i} problem={note} />
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
