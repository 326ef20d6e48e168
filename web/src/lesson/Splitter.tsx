import type { KeyboardEvent, PointerEvent } from 'react';

interface Props {
  label: string;
  /** Vertical stands between left and right; horizontal between above and below. */
  orientation: 'vertical' | 'horizontal';
  /** The id of the pane whose size this is. */
  controls: string;
  /** Percent: the width of the left pane, or the height of the lower one. */
  value: number;
  /** Where a double click puts it. */
  usual: number;
  onChange: (value: number) => void;
}

const MIN = 20;
const MAX = 75;
const STEP = 2;

const clamp = (value: number) => Math.round(Math.min(MAX, Math.max(MIN, value)));

/** A bar that is dragged, or moved with arrow keys, to share the room between two panes. */
export function Splitter({ label, orientation, controls, value, usual, onChange }: Props) {
  const vertical = orientation === 'vertical';

  function drag(event: PointerEvent<HTMLDivElement>) {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const room = event.currentTarget.parentElement!.getBoundingClientRect();
    const part = vertical
      ? (event.clientX - room.left) / room.width
      : (room.bottom - event.clientY) / room.height;
    onChange(clamp(part * 100));
  }

  function press(event: KeyboardEvent) {
    const moves: Record<string, number> = vertical
      ? { ArrowLeft: value - STEP, ArrowRight: value + STEP, Home: MIN, End: MAX }
      : { ArrowDown: value - STEP, ArrowUp: value + STEP, Home: MIN, End: MAX };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onChange(clamp(next));
  }

  return (
    <div
      role="separator"
      className={`splitter splitter-${orientation}`}
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-controls={controls}
      aria-valuenow={value}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      onKeyDown={press}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => onChange(usual)}
    />
  );
}
