import { type ReactNode, useId, useState } from 'react';
import { readNumber, type Rule } from './options.ts';

interface Props {
  label: string;
  value: number;
  rule: Rule;
  onChange: (value: number) => void;
  disabled?: boolean;
  /** What stands beside the field, such as a slider for the same number. */
  children?: ReactNode;
}

/**
 * A field for one number. It is handed on when the field is left or Enter is pressed, not at every
 * key: on the way to 0.01 stands 0, and to 128 stands 1. What is not one is told of at the field.
 */
export function NumberField({ label, value, rule, onChange, disabled, children }: Props) {
  const id = useId();
  const [draft, setDraft] = useState<{ text: string; problem: string; value: number } | null>(null);
  // A refused text goes when the number is changed elsewhere, by a slider or a reset.
  const kept = draft !== null && (draft.problem === '' || draft.value === value) ? draft : null;
  const problem = kept?.problem ?? '';

  const finish = () => {
    if (kept === null) return;
    const typed = readNumber(kept.text, rule);
    if (typeof typed === 'string') {
      setDraft({ ...kept, problem: typed, value });
    } else {
      setDraft(null);
      if (typed !== value) onChange(typed);
    }
  };
  return (
    <div className="number-field">
      <label htmlFor={id}>{label}</label>
      <span className="row">
        {children}
        <input
          id={id}
          value={kept?.text ?? String(value)}
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          disabled={disabled}
          aria-invalid={problem !== ''}
          aria-describedby={problem === '' ? undefined : `${id}-problem`}
          onChange={({ target }) => setDraft({ text: target.value, problem: '', value })}
          onBlur={finish}
          onKeyDown={({ key }) => key === 'Enter' && finish()}
        />
      </span>
      {problem !== '' && (
        <span id={`${id}-problem`} className="field-problem" role="alert">
          {problem} It stays {String(value)}.
        </span>
      )}
    </div>
  );
}
