import { select } from 'd3-selection';
import { zoom as createZoom, zoomIdentity, type ZoomTransform, zoomTransform } from 'd3-zoom';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import type { Layout, Point } from './layout.ts';
import type { Area } from './useDrawn.ts';

const FIT_MARGIN = 0.96;
const MOST_ENLARGED = 2.5;
/** The smallest scale, but for a graph that is larger still when all of it is seen. */
const LEAST = 0.02;
/** Below this scale one sees where boxes are, and nothing else. */
const LEGIBLE = 0.2;
/** The scale from which on the text in a box can be read. */
const READABLE = 0.7;
/** Below this scale no text can be read, and none is drawn. */
const FAR = 0.3;
/** Below this scale only boxes and arrows are drawn, and nothing in them. */
const TINY = 0.08;

interface Actions {
  fit(): void;
  zoomBy(factor: number): void;
  /** Brings a point into the middle if it is outside of the picture. */
  show(point: Point): void;
  /** Brings a point into the middle, large enough to be read. */
  centre(point: Point): void;
}

/**
 * Moves and scales what is drawn, without drawing it again, and tells `onSeen` which part of it is
 * seen. The wheel zooms with Ctrl held.
 */
export function useZoom(
  frame: RefObject<SVGSVGElement | null>,
  content: RefObject<SVGGElement | null>,
  { width, height }: Pick<Layout, 'width' | 'height'>,
  onSeen: (area: Area) => void,
) {
  const actions = useRef<Actions | null>(null);
  useEffect(() => {
    const svg = select(frame.current!);
    const tell = () => {
      if (frame.current === null) return;
      const { clientWidth, clientHeight } = frame.current;
      const transform = zoomTransform(frame.current);
      const [left, top] = transform.invert([0, 0]);
      const [right, bottom] = transform.invert([clientWidth, clientHeight]);
      onSeen({ left, right, top, bottom });
    };
    const zoom = createZoom<SVGSVGElement, unknown>()
      .extent(() => [
        [0, 0],
        [frame.current!.clientWidth, frame.current!.clientHeight],
      ])
      .scaleExtent([LEAST, MOST_ENLARGED])
      .filter((event: MouseEvent | WheelEvent) =>
        event.type === 'wheel' ? event.ctrlKey || event.metaKey : event.button === 0,
      )
      .on('zoom', ({ transform }: { transform: ZoomTransform }) => {
        content.current?.setAttribute('transform', transform.toString());
        frame.current?.classList.toggle('is-far', transform.k < FAR);
        frame.current?.classList.toggle('is-tiny', transform.k < TINY);
        tell();
      });
    const fit = () => {
      const { clientWidth, clientHeight } = frame.current!;
      const scale = Math.min(1, clientWidth / width, clientHeight / height) * FIT_MARGIN || 1;
      const x = (clientWidth - width * scale) / 2;
      const y = (clientHeight - height * scale) / 2;
      zoom.scaleExtent([Math.min(LEAST, scale), MOST_ENLARGED]);
      zoom.transform(svg, zoomIdentity.translate(x, y).scale(scale));
    };
    actions.current = {
      fit,
      zoomBy: (factor) => zoom.scaleBy(svg, factor),
      show: ({ x, y }) => {
        const [left, top] = zoomTransform(frame.current!).apply([x, y]);
        const { clientWidth, clientHeight } = frame.current!;
        const isSeen = left > 0 && left < clientWidth && top > 0 && top < clientHeight;
        if (!isSeen && clientWidth > 0) zoom.translateTo(svg, x, y);
      },
      centre: ({ x, y }) => {
        if (zoomTransform(frame.current!).k < READABLE) zoom.scaleTo(svg, READABLE);
        zoom.translateTo(svg, x, y);
      },
    };
    svg.call(zoom).on('dblclick.zoom', null);
    fit();
    // Boxes that are only dots say nothing: of a large graph a part is shown.
    if (zoomTransform(frame.current!).k < LEGIBLE) zoom.scaleTo(svg, READABLE);
    const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(tell);
    observer?.observe(frame.current!);
    return () => {
      svg.on('.zoom', null);
      observer?.disconnect();
    };
  }, [frame, content, width, height, onSeen]);
  return useMemo(() => {
    const now = () => actions.current;
    return {
      fit: () => now()?.fit(),
      zoomBy: (factor: number) => now()?.zoomBy(factor),
      show: (point: Point) => now()?.show(point),
      centre: (point: Point) => now()?.centre(point),
    };
  }, []);
}
