import { useId } from 'react';
import type { Recipe } from '../../../wasm/session/play.ts';
import { placesOf } from './places.ts';

const MOST = 16;

interface Props {
  recipe: Recipe;
  values: number[];
  onChange: (values: number[]) => void;
}

/** One for each number that learns, the first ones of many. */
export function Sliders({ recipe, values, onChange }: Props) {
  const places = placesOf(recipe);
  return (
    <div className="playground-sliders">
      {places.slice(0, MOST).map(({ label }, index) => (
        <Slider
          key={label}
          label={label}
          value={values[index]!}
          onChange={(value) => onChange(values.with(index, value))}
        />
      ))}
      {places.length > MOST && (
        <p className="muted">
          These are {MOST} of {places.length} numbers.
        </p>
      )}
    </div>
  );
}

interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
}

function Slider({ label, value, onChange }: SliderProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={-5}
        max={5}
        step={0.05}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output htmlFor={id}>{Number(value.toFixed(3))}</output>
    </div>
  );
}
