import { useState } from 'react';
import type { TensorView } from '../../engine/engine.ts';

/**
 * The chosen element of a view, counted row after row. When the view changes, the choice stays on the
 * same place in memory, if some element still reads it.
 */
export function usePick(view: TensorView | undefined): [number, (position: number) => void] {
  const [picked, setPicked] = useState<{ view: TensorView; position: number } | null>(null);
  const pick = (position: number) => view && setPicked({ view, position });
  if (!view) return [0, pick];
  if (!picked) return [Math.min(1 + (view.shape.at(-1) ?? 0), view.places.length - 1), pick];
  if (picked.view === view) return [picked.position, pick];
  const place = picked.view.places[picked.position]!;
  return [Math.max(0, view.places.indexOf(place)), pick];
}
