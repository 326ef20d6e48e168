import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from 'react';
import { DigitPicture } from './DigitPicture.tsx';
import { paint } from './paint.ts';
import { prepare } from './prepare.ts';
import { best, softmax } from './scores.ts';
import { PAD, type Place, stroke } from './strokes.ts';
import { percent } from './words.ts';
import './training.css';

export { prepare } from './prepare.ts';

const KEY_STEP = 5; // an arrow key moves the pen by one pixel of the network's picture
const MOVES: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Props {
  /** Gets the picture that the network is to see, 784 numbers from 0 to 1, after each change. */
  onDraw: (pixels: Float32Array<ArrayBuffer>) => void;
  /** The ten scores of the last picture. */
  scores: Float32Array | null;
}

/** A pad to draw a digit on, the picture that the network sees of it, and what it says. */
export function DrawPad({ onDraw, scores }: Props) {
  const pad = useRef<HTMLCanvasElement>(null);
  const ink = useRef(new Float32Array(PAD * PAD));
  const last = useRef<Place | null>(null);
  const [seen, setSeen] = useState<Float32Array | null>(null);
  const [pen, setPen] = useState({ x: PAD / 2, y: PAD / 2, isDown: false, isUsed: false });
  const id = useId();

  const show = () => {
    const context = pad.current?.getContext('2d') ?? null;
    if (context !== null) paint(context, PAD, (at) => [17, 17, 17, ink.current[at]! * 255]);
  };
  useEffect(show, []);
  const draw = (from: Place, to: Place) => {
    stroke(ink.current, from, to);
    show();
    const picture = prepare(ink.current, PAD, PAD);
    setSeen(picture);
    onDraw(picture);
  };
  const clear = () => {
    ink.current.fill(0);
    show();
    setSeen(null);
    setPen((before) => ({ ...before, isDown: false }));
  };

  const placeOf = ({ clientX, clientY, currentTarget }: PointerEvent): Place => {
    const { left, top, width, height } = currentTarget.getBoundingClientRect();
    return { x: ((clientX - left) / width) * PAD, y: ((clientY - top) / height) * PAD };
  };
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    last.current = placeOf(event);
    setPen((before) => ({ ...before, isUsed: false }));
    draw(last.current, last.current);
  };
  const move = (event: PointerEvent) => {
    if (last.current === null) return;
    const next = placeOf(event);
    draw(last.current, next);
    last.current = next;
  };
  const release = () => {
    last.current = null;
  };
  const key = (event: KeyboardEvent) => {
    const by = MOVES[event.key];
    if (by !== undefined) {
      const inside = (place: number) => Math.min(PAD, Math.max(0, place));
      const next = { x: inside(pen.x + by[0] * KEY_STEP), y: inside(pen.y + by[1] * KEY_STEP) };
      if (pen.isDown) draw(pen, next);
      setPen({ ...pen, ...next, isUsed: true });
    } else if (event.key === ' ') {
      if (!pen.isDown) draw(pen, pen);
      setPen({ ...pen, isDown: !pen.isDown, isUsed: true });
    } else {
      return;
    }
    event.preventDefault(); // the page must not scroll meanwhile
  };

  return (
    <div className="draw-pad">
      <div className="draw-pad-pictures">
        <div className="draw-pad-paper">
          <canvas
            ref={pad}
            width={PAD}
            height={PAD}
            tabIndex={0}
            role="application"
            aria-label="Pad to draw a digit on"
            aria-describedby={`${id}-how`}
            onPointerDown={press}
            onPointerMove={move}
            onPointerUp={release}
            onPointerCancel={release}
            onKeyDown={key}
          />
          {pen.isUsed && (
            <span
              className={pen.isDown ? 'draw-pad-pen is-down' : 'draw-pad-pen'}
              style={{
                left: `${String((pen.x / PAD) * 100)}%`,
                top: `${String((pen.y / PAD) * 100)}%`,
              }}
            />
          )}
        </div>
        <figure>
          {seen !== null && <DigitPicture pixels={seen} label="What the network sees" />}
          <figcaption className="muted">
            {seen === null
              ? 'Nothing drawn yet.'
              : 'What the network sees: your digit, scaled to fit 20 × 20 pixels and placed in 28 × 28 by its centre of mass, as MNIST’s digits were.'}
          </figcaption>
        </figure>
      </div>
      <p id={`${id}-how`} className="muted">
        Draw a digit with mouse, pen or finger. With the keyboard: arrow keys move the pen, Space
        lowers and lifts it.
      </p>
      <p className="row">
        <button type="button" className="button" onClick={clear}>
          Clear
        </button>
        <span role="status" className="unseen">
          {pen.isUsed &&
            `Pen ${pen.isDown ? 'down' : 'up'}, column ${String(Math.round(pen.x / KEY_STEP))}, row ${String(Math.round(pen.y / KEY_STEP))} of 28`}
        </span>
      </p>
      {seen !== null && scores !== null && <Answer scores={scores} />}
    </div>
  );
}

function Answer({ scores }: { scores: Float32Array }) {
  const digit = best(scores);
  const shares = softmax(scores);
  if (digit === null) {
    return <p className="training-problem">The network’s scores are not numbers.</p>;
  }
  return (
    <div className="draw-pad-answer">
      <p role="status">
        It says <b>{digit}</b> ({percent(shares[digit]!)}).
      </p>
      <ol aria-label="How sure it is of each digit">
        {shares.map((share, each) => (
          <li key={each} className={each === digit ? 'is-best' : undefined}>
            <span>{each}</span>
            <span className="draw-pad-bar" aria-hidden="true">
              <span style={{ width: `${String(share * 100)}%` }} />
            </span>
            <span>{percent(share)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
