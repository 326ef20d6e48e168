import type { LessonState } from './records.ts';

const signs: Record<LessonState, string> = { new: '', started: '•', passed: '✓', edited: '✓' };

const words: Record<LessonState, string> = {
  new: 'Not started',
  started: 'Started',
  passed: 'Passed',
  edited: 'Passed, then edited',
};

/** A lesson's state as a small round sign, with its words for those who do not see it. */
export function Mark({ state }: { state: LessonState }) {
  return (
    <span
      className={`mark mark-${state}`}
      role="img"
      aria-label={words[state]}
      title={words[state]}
    >
      {signs[state]}
    </span>
  );
}
