import { MOST_ELEMENTS } from '../engine/engine.ts';
import { written } from './numbers.ts';

/** Why there is nothing new to see: the engine's words, or the figure's own limits. */
export type Problem = { refusal: string } | { tooMany: number } | { note: string };

/** Says it where it happened. Always there, so that a screen reader hears what comes. */
export function Refusal({ problem }: { problem: Problem | null }) {
  return (
    <div className="refusal-place" role="status">
      {problem && (
        <p className="refusal">
          {'refusal' in problem && (
            <>
              <b>The engine refuses:</b> <code>{problem.refusal}</code>
            </>
          )}
          {'tooMany' in problem &&
            `That has ${written(problem.tooMany)} elements; this figure draws at most ${MOST_ELEMENTS}.`}
          {'note' in problem && problem.note}
        </p>
      )}
    </div>
  );
}
