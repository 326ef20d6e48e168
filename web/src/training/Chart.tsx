import { scaleLinear } from 'd3-scale';
import { line, symbol, symbolsFill } from 'd3-shape';
import { useRef } from 'react';
import { pngOf, saveFile, svgOf } from '../shell/save.ts';
import { lastOf, type Scale, type Series, spread, ticksOf } from './chart.ts';
import { useWidth } from './useWidth.ts';

const HEIGHT = 250;
const LEFT = 46;
const TOP = 12;
const BOTTOM = 40;
const LABEL = 7.2; // the width of a letter of an end label
const LINE = 15;
const COLOURS = 6; // see training.css
const SYMBOL = 34; // the area of a symbol, in square pixels
const MOST_SYMBOLS = 16; // on one line

interface Props {
  title: string;
  series: Series[];
  lastStep: number;
  /** From a value to 0 (at the bottom) and 1 (at the top). */
  scale: Scale;
  log?: boolean;
  tickText?: (value: number) => string;
  goal?: { value: number; text: string };
  /** What the picture shows, in words. */
  words: string;
}

/** Lines over the steps of training. */
export function Chart({
  title,
  series,
  lastStep,
  scale,
  log = false,
  tickText,
  goal,
  words,
}: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const picture = useRef<SVGSVGElement>(null);
  const width = useWidth(holder, 480);
  const drawn = series.filter((each) => lastOf(each) !== undefined);
  const ends = drawn.filter(({ label }) => label !== '');
  const right = 14 + LABEL * Math.max(4, ...ends.map(({ label }) => label.length));
  const x = scaleLinear([0, Math.max(1, lastStep)], [LEFT, width - right]);
  const y = scale.copy().range([HEIGHT - BOTTOM, TOP]);
  const places = spread(
    ends.map((each) => y(lastOf(each)!.value)),
    LINE,
    HEIGHT - BOTTOM,
  );
  const save = async () => {
    const size = { width, height: HEIGHT };
    saveFile(`${title.toLowerCase()}.png`, await pngOf(svgOf(picture.current!, size), size));
  };
  return (
    <figure className="chart">
      <figcaption>
        <b>{title}</b>
        <button type="button" className="button quiet" onClick={save}>
          Save PNG<span className="unseen"> of the {title.toLowerCase()}</span>
        </button>
      </figcaption>
      <div className="chart-stage" ref={holder}>
        <svg
          ref={picture}
          role="img"
          aria-label={words}
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${String(width)} ${String(HEIGHT)}`}
        >
          {ticksOf(y, log).map(({ value, text }) => (
            <g key={value}>
              <line
                className="chart-grid"
                x1={LEFT}
                x2={width - right}
                y1={y(value)}
                y2={y(value)}
              />
              <text className="chart-tick" x={LEFT - 7} y={y(value) + 4} textAnchor="end">
                {tickText?.(value) ?? text}
              </text>
            </g>
          ))}
          {ticksOf(x, false)
            .filter(({ value }) => Number.isInteger(value))
            .map(({ value }) => (
              <text
                key={value}
                className="chart-tick"
                x={x(value)}
                y={HEIGHT - BOTTOM + 18}
                textAnchor="middle"
              >
                {value.toLocaleString('en')}
              </text>
            ))}
          <text
            className="chart-tick"
            x={(LEFT + width - right) / 2}
            y={HEIGHT - 5}
            textAnchor="middle"
          >
            steps
          </text>
          {goal !== undefined && (
            <g>
              <line
                className="chart-goal"
                x1={LEFT}
                x2={width - right}
                y1={y(goal.value)}
                y2={y(goal.value)}
              />
              <text className="chart-goal-text" x={LEFT + 6} y={y(goal.value) + 14}>
                {goal.text}
              </text>
            </g>
          )}
          {drawn.map((each, index) => (
            <Line key={index} series={each} x={x} y={y} log={log} />
          ))}
          {ends.map(({ label, run }, index) => (
            <text
              key={`${label} ${String(run)}`}
              className={`chart-end run-${String(run % COLOURS)}`}
              x={x(lastOf(ends[index]!)!.step) + 8}
              y={places[index]! + 4}
            >
              {label}
            </text>
          ))}
        </svg>
      </div>
    </figure>
  );
}

interface LineProps {
  series: Series;
  x: Scale;
  y: Scale;
  log: boolean;
}

function Line({ series: { at, kind, run }, x, y, log }: LineProps) {
  const isDrawn = ({ value }: { value: number }) => Number.isFinite(value) && (!log || value > 0);
  const path = line<Series['at'][number]>(
    ({ step }) => x(step),
    ({ value }) => y(value),
  ).defined(isDrawn);
  const every = Math.ceil(at.length / MOST_SYMBOLS);
  const marked =
    kind === 'batch' ? [] : at.filter((_, index) => (at.length - 1 - index) % every === 0);
  const shape = symbol(symbolsFill[run % symbolsFill.length], SYMBOL)() ?? '';
  return (
    <g className={`run-${String(run % COLOURS)}`}>
      <path className={`chart-line is-${kind}`} d={path(at) ?? ''} />
      {marked.filter(isDrawn).map(({ step, value }) => (
        <path
          key={step}
          className={`chart-symbol is-${kind}`}
          d={shape}
          transform={`translate(${String(x(step))} ${String(y(value))})`}
        />
      ))}
    </g>
  );
}

/** The line and the symbol of a run, for a legend. */
export function Sample({ run, kind }: Pick<Series, 'run' | 'kind'>) {
  const shape = symbol(symbolsFill[run % symbolsFill.length], SYMBOL)() ?? '';
  return (
    <svg
      className={`chart-sample run-${String(run % COLOURS)}`}
      width="30"
      height="12"
      aria-hidden="true"
    >
      <path className={`chart-line is-${kind}`} d="M1 6H29" />
      {kind !== 'batch' && (
        <path className={`chart-symbol is-${kind}`} d={shape} transform="translate(15 6)" />
      )}
    </svg>
  );
}
