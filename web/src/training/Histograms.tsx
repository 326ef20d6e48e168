import { useEffect, useMemo, useRef } from 'react';
import {
  type Kind,
  type Layer,
  layersOf,
  middleSize,
  type Observation,
  readingOf,
  type Strip,
  totalOf,
} from './layers.ts';
import { paint } from './paint.ts';
import './training.css';

const MOST_COLUMNS = 60; // the last observations

const TITLES: Record<Kind, { title: string; high: string; low: string }> = {
  activation: { title: 'Outputs', high: '4', low: '−4' },
  gradient: { title: 'Sizes of gradients', high: '10', low: '10⁻⁹' },
  update: { title: 'Moves of weights, by their size', high: '10', low: '10⁻⁹' },
};

/** What flows through each layer, over time: outputs forward, gradients backward, and the updates. */
export function Histograms({ series }: { series: Observation[] }) {
  const layers = useMemo(() => layersOf(series.slice(-MOST_COLUMNS)), [series]);
  const gradients = layers.at(-1)?.strips.find(({ kind }) => kind === 'gradient');
  const last = gradients?.at.at(-1)?.histogram;
  const lastGradient = last === undefined ? null : middleSize(last);
  if (layers.length === 0) return <p className="muted">Nothing observed yet.</p>;
  return (
    <div className="histograms">
      <p className="muted">
        Each column is an observation, the newest on the right. The stronger the colour, the more
        values lie there. Biases are left out.
      </p>
      {layers.map((layer) => (
        <LayerStrips key={layer.name} {...{ layer, lastGradient }} />
      ))}
    </div>
  );
}

interface LayerProps {
  layer: Layer;
  lastGradient: number | null;
}

function LayerStrips({ layer: { name, strips }, lastGradient }: LayerProps) {
  return (
    <section aria-label={name}>
      <h4>{name}</h4>
      <div className="histograms-strips">
        {strips.map((strip) => (
          <StripFigure key={strip.kind} layer={name} {...{ strip, lastGradient }} />
        ))}
      </div>
    </section>
  );
}

interface StripProps {
  layer: string;
  strip: Strip;
  lastGradient: number | null;
}

function StripFigure({ layer, strip: { kind, at }, lastGradient }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { step, histogram } = at.at(-1)!;
  const { words, trouble } = readingOf(kind, histogram, lastGradient);
  const { title, high, low } = TITLES[kind];
  useEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (context !== null) drawStrip(context, at);
  }, [at]);
  return (
    <figure>
      <span className="histograms-title">{title}</span>
      <div className="histograms-picture">
        <span aria-hidden="true">{high}</span>
        <span aria-hidden="true">{low}</span>
        <canvas
          ref={canvas}
          width={at.length}
          height={histogram.counts.length}
          role="img"
          aria-label={`${layer}, ${title.toLowerCase()}, to step ${String(step)}: ${words}`}
        />
      </div>
      <figcaption>
        {words}
        {trouble !== '' && <b className="histograms-trouble"> ⚠ {trouble}</b>}
      </figcaption>
    </figure>
  );
}

/** A column for each observation, a row for each part, the greatest values on top. */
function drawStrip(context: CanvasRenderingContext2D, at: Strip['at']) {
  const columns = at.map(({ histogram }) => ({ ...histogram, total: totalOf(histogram) }));
  paint(context, columns.length, (pixel) => {
    const { counts, total, broken } = columns[pixel % columns.length]!;
    if (broken > 0) return [200, 40, 30, 150];
    const row = Math.floor(pixel / columns.length);
    // The root lets the few values at the ends be seen beside the many in the middle.
    const share = Math.sqrt((counts[counts.length - 1 - row] ?? 0) / Math.max(1, total));
    return [40, 110, 200, Math.min(255, share * 500)];
  });
}
