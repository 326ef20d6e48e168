import { useCallback, useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { BOX, type Point } from './layout.ts';

/** A part of a layout. */
export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const EVERYWHERE: Area = {
  ...{ left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity },
};

const NOWHERE: Area = { left: 0, right: 0, top: 0, bottom: 0 };

/** A graph with at most so many boxes is drawn whole. */
const FEW = 250;

/** Around what is seen, so many times its width and height are drawn too. */
const MARGIN = 0.6;

/** Whether any of what lies around these points is in the area. */
export function isIn({ left, right, top, bottom }: Area, points: readonly Point[]): boolean {
  let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  return (
    west - BOX.width / 2 <= right &&
    east + BOX.width / 2 >= left &&
    north - BOX.height / 2 <= bottom &&
    south + BOX.height / 2 >= top
  );
}

function around({ left, right, top, bottom }: Area): Area {
  const [x, y] = [MARGIN * (right - left), MARGIN * (bottom - top)];
  return { left: left - x, right: right + x, top: top - y, bottom: bottom + y };
}

const isWithin = (inner: Area, outer: Area) =>
  inner.left >= outer.left &&
  inner.right <= outer.right &&
  inner.top >= outer.top &&
  inner.bottom <= outer.bottom;

/** Whether much more is drawn than what is seen needs, as after enlarging. */
const isWasteful = (drawn: Area, seen: Area) =>
  drawn.right - drawn.left > 4 * (1 + 2 * MARGIN) * (seen.right - seen.left);

/** Of a large graph, the part that is drawn: what is seen and something around it. */
export function useDrawn(boxes: number) {
  const [part, setPart] = useState(NOWHERE);
  const [isWhole, setWhole] = useState(false);
  const isLarge = boxes > FEW;
  const onSeen = useCallback(
    (seen: Area) => {
      if (!isLarge) return;
      setPart((drawn) =>
        isWithin(seen, drawn) && !isWasteful(drawn, seen) ? drawn : around(seen),
      );
    },
    [isLarge],
  );
  /** Makes something of the whole picture. */
  const whole = useCallback(<T>(make: () => T): T => {
    flushSync(() => setWhole(true));
    try {
      return make();
    } finally {
      setWhole(false);
    }
  }, []);
  const area = isWhole || !isLarge ? EVERYWHERE : part;
  return useMemo(() => ({ area, onSeen, whole }), [area, onSeen, whole]);
}
