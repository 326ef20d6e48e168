import type { KeyboardEvent } from 'react';
import { useRef } from 'react';

interface Props {
  shape: number[];
  index: number[];
  offsetOf: (cell: number[]) => number;
  onChange: (index: number[]) => void;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Which axis, counted from the last, an arrow key walks along, and which way. */
const walks: Record<string, [number, number]> = {
  ArrowLeft: [1, -1],
  ArrowRight: [1, 1],
  ArrowUp: [2, -1],
  ArrowDown: [2, 1],
  PageUp: [3, -1],
  PageDown: [3, 1],
};

/** The cells by index: rows of the last axis, one block for each place on the first of three. */
export function CellGrid({ shape, index, offsetOf, onChange }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [depth, rows, columns] = [1, 1, ...shape].slice(-3) as [number, number, number];

  function press(event: KeyboardEvent) {
    const [back, step] = walks[event.key] ?? [0, 0];
    const axis = shape.length - back;
    if (step === 0 || axis < 0) return;
    event.preventDefault();
    const next = Math.min(Math.max(index[axis]! + step, 0), shape[axis]! - 1);
    const cell = index.with(axis, next);
    onChange(cell);
    box.current?.querySelector<HTMLElement>(`[data-cell="${cell}"]`)?.focus();
  }

  return (
    <div ref={box} className="cell-blocks" onKeyDown={press}>
      {range(depth).map((block) => (
        <div key={block} className="cell-block" role="grid" aria-label={gridName(shape, block)}>
          {range(rows).map((row) => (
            <div key={row} role="row" className="cell-row">
              {range(columns).map((column) => {
                const cell = [block, row, column].slice(3 - shape.length);
                const selected = String(cell) === String(index);
                return (
                  <div
                    key={column}
                    role="gridcell"
                    className="cell"
                    data-cell={String(cell)}
                    aria-selected={selected}
                    aria-label={`${cell.join(',')} at offset ${offsetOf(cell)}`}
                    tabIndex={selected ? 0 : -1}
                    onClick={() => onChange(cell)}
                  >
                    {cell.join(',')}
                  </div>
                );
              })}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

const gridName = (shape: number[], block: number) =>
  shape.length === 3 ? `Tensor, block ${block}` : 'Tensor';
