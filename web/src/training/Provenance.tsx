import type { LessonSummary } from '../../../wasm/toolchain/types.ts';

interface Props {
  lessons: LessonSummary[];
  /** Lessons whose unit the student has passed. */
  passed: string[];
  /** Those of them that shall run. */
  mine: string[];
  /** What the program that runs is made of. */
  running: string[] | null;
  onChange: (mine: string[]) => void;
}

/** Which units of the running engine are the student's: each can be switched. */
export function Provenance({ lessons, passed, mine, running, onChange }: Props) {
  const own = lessons.filter(({ slug }) => passed.includes(slug));
  const count = running?.length ?? 0;
  return (
    <details className="provenance">
      <summary>
        {running === null
          ? 'The engine is being made…'
          : count === 0
            ? 'Runs on the course’s engine'
            : `Runs on your engine: ${String(count)} of ${String(lessons.length)} units are yours`}
      </summary>
      {own.length === 0 && (
        <p className="muted">
          You have passed no lesson yet. Each unit that you pass takes the place of the course’s.
        </p>
      )}
      {own.length > 1 && (
        <p className="row">
          <button
            type="button"
            className="button"
            onClick={() => onChange(own.map(({ slug }) => slug))}
          >
            All mine
          </button>
          <button type="button" className="button" onClick={() => onChange([])}>
            All the course’s
          </button>
        </p>
      )}
      <ul className="provenance-units">
        {lessons.map(({ slug, title, number }) => {
          const has = passed.includes(slug);
          return (
            <li key={slug}>
              <label className={has ? '' : 'muted'}>
                <input
                  type="checkbox"
                  checked={has && mine.includes(slug)}
                  disabled={!has}
                  onChange={({ target }) =>
                    onChange(
                      target.checked ? [...mine, slug] : mine.filter((each) => each !== slug),
                    )
                  }
                />{' '}
                {number}. {title}{' '}
                <span className="muted">
                  {!has ? 'not passed yet' : running?.includes(slug) ? 'yours' : 'the course’s'}
                </span>
              </label>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
