const SIDE = 28; // of the network's picture
const BOX = 20; // the ink of a digit of MNIST fits into so many pixels
const FAINT = 0.02; // less is no ink

/**
 * Makes of a drawing a picture as MNIST's are: what is drawn is scaled to fit 20 x 20 pixels, its
 * proportions kept, and placed in 28 x 28 with its centre of mass in the middle. `pixels` are rows
 * of 0 to 1; an empty drawing gives an empty picture.
 */
export function prepare(
  pixels: Float32Array,
  width: number,
  height: number,
): Float32Array<ArrayBuffer> {
  const picture = new Float32Array(SIDE * SIDE);
  const box = inkBox(pixels, width, height);
  if (box === null) return picture;
  const scale = BOX / Math.max(box.width, box.height);
  const mass = massCentre(pixels, width, box);
  // The place in the drawing that comes to lie at the picture's top left corner.
  const left = mass.x - SIDE / 2 / scale;
  const top = mass.y - SIDE / 2 / scale;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      picture[row * SIDE + column] = mean(pixels, width, height, {
        left: left + column / scale,
        top: top + row / scale,
        width: 1 / scale,
        height: 1 / scale,
      });
    }
  }
  return picture;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

function inkBox(pixels: Float32Array, width: number, height: number): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x]! <= FAINT) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function massCentre(pixels: Float32Array, width: number, box: Box): { x: number; y: number } {
  let [sum, x, y] = [0, 0, 0];
  for (let row = box.top; row < box.top + box.height; row++) {
    for (let column = box.left; column < box.left + box.width; column++) {
      const ink = pixels[row * width + column]!;
      sum += ink;
      x += ink * (column + 0.5);
      y += ink * (row + 0.5);
    }
  }
  return { x: x / sum, y: y / sum };
}

/** The mean of a rectangle, whose edges may cut through pixels; outside there is no ink. */
function mean(pixels: Float32Array, width: number, height: number, area: Box): number {
  const [right, bottom] = [area.left + area.width, area.top + area.height];
  let sum = 0;
  for (let y = Math.max(0, Math.floor(area.top)); y < Math.min(height, bottom); y++) {
    const high = Math.min(y + 1, bottom) - Math.max(y, area.top);
    for (let x = Math.max(0, Math.floor(area.left)); x < Math.min(width, right); x++) {
      const wide = Math.min(x + 1, right) - Math.max(x, area.left);
      sum += pixels[y * width + x]! * high * wide;
    }
  }
  return Math.min(1, sum / (area.width * area.height));
}
