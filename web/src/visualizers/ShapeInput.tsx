import { useId } from 'react';

interface Props {
  label: string;
  value: string;
  onChange: (text: string) => void;
  /** What is wrong with the text, if anything. */
  problem?: string | null;
}

/** A field for a shape, written as numbers with commas. */
export function ShapeInput({ label, value, onChange, problem }: Props) {
  const id = useId();
  return (
    <span className="shape-input">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={Boolean(problem)}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem && (
        <span id={`${id}-problem`} className="shape-problem">
          {problem}
        </span>
      )}
    </span>
  );
}
