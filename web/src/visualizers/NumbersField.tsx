import { useId, useState } from 'react';
import { parseNumbers } from './numbers.ts';

interface Props {
  label: string;
  /** What is written there as long as nobody types. */
  value: string;
  onChange: (numbers: number[]) => void;
}

/** A field for a shape, written as numbers with commas. Calls back with every list that is one. */
export function NumbersField({ label, value, onChange }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && parseNumbers(typed) === null;

  const change = (text: string) => {
    setTyped(text);
    const numbers = parseNumbers(text);
    if (numbers) onChange(numbers);
  };
  return (
    <span className="numbers-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={typed ?? value}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-problem` : undefined}
        onChange={(event) => change(event.target.value)}
      />
      {wrong && (
        <span id={`${id}-problem`} className="field-problem" role="alert">
          Write whole numbers with commas: 2, 3
        </span>
      )}
    </span>
  );
}
