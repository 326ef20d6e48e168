import type { FocusEvent, KeyboardEvent } from 'react';
import { useRef, useState } from 'react';
import { Link } from 'wouter';
import type { LessonSummary } from '../../../wasm/toolchain/types.ts';
import { Mark } from '../progress/Mark.tsx';
import { lessonState } from '../progress/records.ts';
import { useRecords } from '../progress/useProgress.ts';
import { useSession } from './session.ts';

/** From this many lessons on, a list needs a search field. */
const MANY = 9;

export function LessonPicker({ lessons }: { lessons: LessonSummary[] }) {
  const { lesson } = useSession();
  const records = useRecords();
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const button = useRef<HTMLButtonElement>(null);
  const found = lessons.filter(({ title, slug }) =>
    `${title} ${slug}`.toLowerCase().includes(search.toLowerCase()),
  );
  const leave = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div className="picker" onBlur={leave} onKeyDown={press}>
      <button
        ref={button}
        type="button"
        className="picker-button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="picker-number">{lesson.number}</span>
        <span className="picker-title">{lesson.title}</span>
        <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div className="picker-list">
          {lessons.length >= MANY && (
            <input
              type="search"
              aria-label="Search the lessons"
              placeholder="Search"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
          <ol>
            {found.map(({ slug, number, title }) => (
              <li key={slug}>
                <Link
                  href={`/lesson/${slug}`}
                  aria-current={slug === lesson.slug ? 'page' : undefined}
                  onClick={() => setOpen(false)}
                >
                  <span className="picker-number">{number}</span>
                  <span className="picker-title">{title}</span>
                  <Mark state={lessonState(records[slug])} />
                </Link>
              </li>
            ))}
          </ol>
          {found.length === 0 && <p className="muted">No lesson has “{search}” in its title.</p>}
        </div>
      )}
    </div>
  );
}
