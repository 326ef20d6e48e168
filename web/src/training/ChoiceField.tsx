import { useId } from 'react';
import { word } from './options.ts';

interface Props {
  label: string;
  value: string;
  choices: readonly string[];
  onChange: (value: string) => void;
}

export function ChoiceField({ label, value, choices, onChange }: Props) {
  const id = useId();
  return (
    <div className="number-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {choices.map((each) => (
          <option key={each} value={each}>
            {word(each)}
          </option>
        ))}
      </select>
    </div>
  );
}
