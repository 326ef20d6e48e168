import type { FormEvent } from 'react';
import { useState } from 'react';
import type { Section } from '../../../wasm/toolchain/types.ts';
import { Prose } from './Prose.tsx';
import { useRecord, useSession } from './session.ts';
import { useMeasure } from './useMeasure.ts';

type Predict = Extract<Section, { kind: 'predict' }>;

const written = new Intl.NumberFormat('en');

/** First the student's number, then their own code's, then why. */
export function PredictCard({ predict }: { predict: Predict }) {
  const { notebook } = useSession();
  const saved = useRecord((record) => record.predictions[predict.measure]);
  const [text, setText] = useState(saved ? String(saved.guess) : '');
  const { measure, busy, obstacle } = useMeasure(predict.measure);
  const guess = text.trim() === '' ? NaN : Number(text.replaceAll(/[,_\s]/g, ''));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!Number.isFinite(guess) || busy) return;
    notebook.predict(predict.measure, guess);
    void measure(guess);
  };
  return (
    <section className="card predict" aria-label={`Predict, then measure: ${predict.measure}`}>
      <span className="card-label">Predict, then measure</span>
      <Prose html={predict.html} />
      <form className="row" onSubmit={submit}>
        <label>
          <span>Your prediction</span>
          <input
            inputMode="decimal"
            value={text}
            readOnly={saved?.measured !== undefined}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <span className="muted">{predict.unit}</span>
        {saved?.measured === undefined && (
          <button type="submit" className="button" aria-disabled={!Number.isFinite(guess) || busy}>
            {busy ? 'Measuring…' : 'Measure'}
          </button>
        )}
      </form>
      <div aria-live="polite">
        {obstacle && <p className="obstacle">{obstacle}</p>}
        {saved?.measured !== undefined && (
          <>
            <Comparison guess={saved.guess} measured={saved.measured} unit={predict.unit} />
            <Prose html={predict.explain} />
          </>
        )}
      </div>
    </section>
  );
}

interface Numbers {
  guess: number;
  measured: number;
  unit: string;
}

function Comparison({ guess, measured, unit }: Numbers) {
  const most = Math.max(Math.abs(guess), Math.abs(measured), 1);
  const bar = (value: number) => ({ width: `${(100 * Math.abs(value)) / most}%` });
  return (
    <dl className="comparison">
      <dt>You predicted</dt>
      <dd>
        <span className="bar" style={bar(guess)} /> {written.format(guess)} {unit}
      </dd>
      <dt>Your code</dt>
      <dd>
        <span className="bar bar-measured" style={bar(measured)} /> {written.format(measured)}{' '}
        {unit} {guess === measured && <strong>(exactly)</strong>}
      </dd>
    </dl>
  );
}
