import { useState } from 'react';
import type { Diagnostic } from '../../../wasm/toolchain/types.ts';
import { useJobs, useSession } from '../lesson/session.ts';
import { isOwn } from './files.ts';
import { Place } from './Place.tsx';
import { proposalsOf } from './proposals.ts';

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
  const { severity, location, message, notes, hint } = problem;
  return (
    <li className={`problem problem-${severity}`}>
      <span className="problem-sign" role="img" aria-label={severity}>
        {signs[severity]}
      </span>
      <div>
        {location && <Place location={location} />} <span className="problem-text">{message}</span>
        {hint && <p className="problem-hint">{hint}</p>}
        <Fix problem={problem} />
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

/** Makes the change that the compiler proposes, while the file is as the compiler saw it. */
function Fix({ problem }: { problem: Diagnostic }) {
  const { lesson, desk } = useSession();
  const current = useJobs((state) => state.problems.includes(problem));
  const [first] = proposalsOf(problem);
  if (!current || !first?.edits.every((edit) => isOwn(lesson, edit.file))) return null;
  return (
    <button type="button" className="button quiet" onClick={() => desk.fix(problem)}>
      {first.label}
    </button>
  );
}
