import type { Examples } from '../../../wasm/session/experiment.ts';
import { DIGIT, DigitPicture } from './DigitPicture.tsx';
import { best } from './scores.ts';
import './training.css';

interface Props {
  digits: Examples;
  /** A row of `outputs` scores for each picture. */
  scores: Float32Array;
  outputs: 10;
}

/** Pictures, what the network says each one is, and what is right where it is wrong. */
export function DigitGrid({ digits: { data, target }, scores, outputs }: Props) {
  const said = Array.from(target, (_, at) =>
    best(scores.subarray(at * outputs, (at + 1) * outputs)),
  );
  const wrong = said.filter((digit, at) => digit !== target[at]).length;
  return (
    <div className="digit-grid">
      <p role="status">
        {wrong} of {target.length} wrong
      </p>
      <ul>
        {said.map((digit, at) => {
          const isRight = digit === target[at];
          const says = digit === null ? 'no number' : `says ${String(digit)}`;
          const words = isRight ? says : `${says}, is ${String(target[at])}`;
          return (
            <li key={at} className={isRight ? undefined : 'is-wrong'}>
              <DigitPicture
                pixels={data.subarray(at * DIGIT * DIGIT, (at + 1) * DIGIT * DIGIT)}
                label={`Picture ${String(at + 1)}`}
              />
              <span>
                {!isRight && <span aria-hidden="true">✗ </span>}
                {!isRight && <span className="unseen">wrong: </span>}
                {words}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
