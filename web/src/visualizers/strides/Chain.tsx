import type { Program } from '../../engine/engine.ts';
import { writeStart, writeStep } from './start.ts';

interface Props {
  program: Program;
  /** How many floats lie in memory. */
  memory: number;
}

/** The views so far, as one would write them in C++. */
export function Chain({ program, memory }: Props) {
  return (
    <ol className="chain" aria-label="The views so far">
      <li>
        <code>x = {writeStart(program, memory)}</code>
      </li>
      {program.steps.map((step, i) => (
        <li key={i}>
          <code>.{writeStep(step)}</code>
        </li>
      ))}
    </ol>
  );
}
