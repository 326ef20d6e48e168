import { useState } from 'react';
import { parseNumber } from '../numbers.ts';

interface Props {
  label: string;
  value: number;
  /** Gets what makes the next number of the present one, which may no longer be `value`. */
  onChange: (next: (now: number) => number) => void;
}

/** A whole number with a button on each side. With the keyboard, the arrow keys do the same. */
export function Stepper({ label, value, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string) => {
    setTyped(text);
    const number = parseNumber(text);
    if (number !== null) onChange(() => number);
  };
  const step = (by: number) => {
    setTyped(null);
    onChange((now) => now + by);
  };
  return (
    <span className="stepper">
      <button type="button" tabIndex={-1} aria-label={`${label}, less`} onClick={() => step(-1)}>
        −
      </button>
      <input
        type="number"
        aria-label={label}
        value={typed ?? value}
        onChange={(event) => change(event.target.value)}
        onBlur={() => setTyped(null)}
      />
      <button type="button" tabIndex={-1} aria-label={`${label}, more`} onClick={() => step(1)}>
        +
      </button>
    </span>
  );
}
