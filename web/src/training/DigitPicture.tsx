import { useEffect, useRef } from 'react';
import { paint } from './paint.ts';

export const DIGIT = 28; // the side of a picture, in pixels

interface Props {
  /** 28 x 28 pixels from 0 (black) to 1 (white). */
  pixels: Float32Array;
  label: string;
}

/** A picture as the network gets it. */
export function DigitPicture({ pixels, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (context !== null) paint(context, DIGIT, (at) => [255, 255, 255, (pixels[at] ?? 0) * 255]);
  }, [pixels]);
  return (
    <canvas
      ref={canvas}
      className="digit-picture"
      width={DIGIT}
      height={DIGIT}
      role="img"
      aria-label={label}
    />
  );
}
