import { useId, useState } from 'react';
import { ExpressionError, recipeOf } from './expression.ts';

interface Props {
  text: string;
  onChange: (text: string) => void;
}

/** A formula to draw. One that cannot be read is told of, and the graph stays as it was. */
export function ExpressionForm({ text, onChange }: Props) {
  const [draft, setDraft] = useState(text);
  const [refusal, setRefusal] = useState('');
  const id = useId();
  return (
    <form
      className="playground-expression"
      onSubmit={(event) => {
        event.preventDefault();
        const words = refusalOf(draft);
        setRefusal(words);
        if (words === '') onChange(draft);
      }}
    >
      <label htmlFor={`${id}-text`}>Or write a formula</label>
      <input
        id={`${id}-text`}
        value={draft}
        placeholder="tanh(w*x + b)^2"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-invalid={refusal !== ''}
        aria-describedby={`${id}-refusal`}
        onChange={({ target }) => setDraft(target.value)}
      />
      <button type="submit" className="button">
        Draw it
      </button>
      <p id={`${id}-refusal`} role="alert" className="playground-refusal">
        {refusal}
      </p>
    </form>
  );
}

/** Why a formula cannot be drawn, or nothing. */
export function refusalOf(text: string): string {
  try {
    recipeOf(text);
    return '';
  } catch (error) {
    if (error instanceof ExpressionError) return error.message;
    throw error;
  }
}
