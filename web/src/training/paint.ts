type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** Gives every pixel of a canvas, row by row, its colour: numbers from 0 to 255. */
export function paint(
  context: CanvasRenderingContext2D,
  width: number,
  colourOf: (pixel: number) => Colour,
) {
  const image = context.createImageData(width, context.canvas.height);
  for (let pixel = 0; pixel < image.data.length / 4; pixel++) {
    image.data.set(colourOf(pixel), pixel * 4);
  }
  context.putImageData(image, 0, 0);
}
