import type { Section } from '../../../wasm/toolchain/types.ts';
import { Prose } from './Prose.tsx';

interface Props {
  question: Extract<Section, { kind: 'question' }>;
  /** From 0. */
  number: number;
  chosen: number | null;
  onChoose: (choice: number) => void;
}

/** A question, its choices, and what to say to the one that was chosen. */
export function Choices({ question, number, chosen, onChoose }: Props) {
  return (
    <section className="card question" aria-label={`Question ${number + 1}`}>
      <span className="card-label">Question {number + 1}</span>
      <Prose html={question.html} />
      <ul className="choices">
        {question.choices.map((choice, i) => (
          <li key={i} className={chosen === i ? (choice.right ? 'right' : 'wrong') : ''}>
            <button type="button" aria-pressed={chosen === i} onClick={() => onChoose(i)}>
              <span className="choice-letter" aria-hidden="true">
                {chosen === i ? (choice.right ? '✓' : '✗') : String.fromCharCode(65 + i)}
              </span>
              <Prose html={choice.html} inline />
            </button>
          </li>
        ))}
      </ul>
      <div className="explain" aria-live="polite">
        {chosen !== null && question.choices[chosen] && (
          <>
            <strong>{question.choices[chosen].right ? 'Right.' : 'Not this one.'}</strong>
            <Prose html={question.choices[chosen].explain} />
          </>
        )}
      </div>
    </section>
  );
}
