/** The side of the pad, in pixels: five for one of the network's picture. */
export const PAD = 140;

/** Half the width of a stroke: as thick as those of MNIST in a picture of 28 x 28. */
const RADIUS = 6;

export interface Place {
  x: number;
  y: number;
}

/** Draws a straight stroke with round ends into PAD x PAD pixels, with smooth edges. */
export function stroke(ink: Float32Array, from: Place, to: Place) {
  const reach = RADIUS + 1;
  const range = (a: number, b: number): [number, number] => [
    Math.max(0, Math.floor(Math.min(a, b) - reach)),
    Math.min(PAD - 1, Math.ceil(Math.max(a, b) + reach)),
  ];
  const [left, right] = range(from.x, to.x);
  const [top, bottom] = range(from.y, to.y);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const away = distance({ x: x + 0.5, y: y + 0.5 }, from, to);
      const covered = Math.min(1, Math.max(0, RADIUS + 0.5 - away));
      ink[y * PAD + x] = Math.max(ink[y * PAD + x]!, covered);
    }
  }
}

/** From a place to the nearest one of a line. */
function distance(place: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((place.x - from.x) * dx + (place.y - from.y) * dy) / length;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(place.x - from.x - share * dx, place.y - from.y - share * dy);
}
