/** The size of a picture, in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** What decides how a shape looks; a saved picture has no style sheet. */
const STYLES = [
  ...['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font', 'text-anchor'],
];

/** Draws all of a picture into a file of its own, at its natural size. */
export function svgOf(drawn: SVGSVGElement, { width, height }: Size): string {
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  const [shapes, copies] = [drawn, copy].map((svg) => [...svg.querySelectorAll('*')]);
  for (const [index, shape] of shapes!.entries()) {
    const style = getComputedStyle(shape);
    const words = STYLES.map((name) => `${name}:${style.getPropertyValue(name)}`);
    copies![index]!.setAttribute('style', words.join(';'));
  }
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${String(width)} ${String(height)}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.style.background = getComputedStyle(drawn.parentElement!).backgroundColor;
  // A graph that was moved and zoomed is drawn where it was laid out.
  copy.querySelector(':scope > g')?.removeAttribute('transform');
  return new XMLSerializer().serializeToString(copy);
}

const MOST_PIXELS = 8192; // a side of a canvas, in every browser

/** The same picture as pixels: twice as many as on a plain screen, if they fit. */
export async function pngOf(svg: string, { width, height }: Size): Promise<Blob> {
  const scale = Math.min(2, MOST_PIXELS / Math.max(width, height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) =>
      blob === null ? reject(new Error('The browser made no picture.')) : resolve(blob),
    ),
  );
}

/** Hands a file to the browser. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
