import type { KeyboardEvent, ReactNode } from 'react';
import { useRef } from 'react';
import { indexAt, rowsBehind } from './numbers.ts';

/** One element as the grid shows it. */
export interface Cell {
  text: ReactNode;
  /** What a screen reader says. */
  label: string;
  className?: string;
}

interface Props {
  /** What the grid shows, for a screen reader. */
  label: string;
  /** At most three axes. */
  shape: number[];
  /** The chosen element, counted row after row. */
  position: number;
  cell: (position: number) => Cell;
  onChange: (position: number) => void;
}

/** More axes than this cannot be laid out flat. */
export const MOST_AXES = 3;

/** Which axis, counted from the last, an arrow key walks along, and which way. */
const walks: Record<string, [number, number]> = {
  ArrowLeft: [1, -1],
  ArrowRight: [1, 1],
  ArrowUp: [2, -1],
  ArrowDown: [2, 1],
  PageUp: [3, -1],
  PageDown: [3, 1],
};

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The elements by index: rows of the last axis, one block for each place on the first of three. */
export function CellGrid({ label, shape, position, cell, onChange }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [blocks, rows, columns] = [1, 1, 1, ...shape].slice(-MOST_AXES) as [number, number, number];

  function press(event: KeyboardEvent) {
    const [back, step] = walks[event.key] ?? [0, 0];
    const axis = shape.length - back;
    if (step === 0 || axis < 0) return;
    event.preventDefault();
    const there = indexAt(position, shape)[axis]! + step;
    if (there < 0 || there >= shape[axis]!) return;
    const next = position + step * rowsBehind(shape, axis);
    onChange(next);
    box.current?.querySelector<HTMLElement>(`[data-position="${next}"]`)?.focus();
  }

  if (blocks * rows * columns === 0) {
    return <p className="no-cells">No element: an axis of extent 0 has no index.</p>;
  }
  const inBlocks = shape.length === MOST_AXES;
  return (
    <div ref={box} className="cell-blocks" onKeyDown={press}>
      {range(blocks).map((block) => (
        <div key={block}>
          {inBlocks && (
            <span className="block-index" aria-hidden="true">
              block {block}
            </span>
          )}
          <div
            className="cell-rows"
            role="grid"
            aria-label={inBlocks ? `${label}, block ${block}` : label}
          >
            {shape.length > 0 && <ColumnNumbers count={columns} corner={shape.length > 1} />}
            {range(rows).map((row) => (
              <div key={row} role="row" className="cell-row">
                {shape.length > 1 && (
                  <span className="row-number" aria-hidden="true">
                    {row}
                  </span>
                )}
                {range(columns).map((column) => {
                  const here = (block * rows + row) * columns + column;
                  return (
                    <GridCell
                      key={column}
                      {...cell(here)}
                      position={here}
                      selected={here === position}
                      onPick={onChange}
                    />
                  );
                })}
              </div>
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

function ColumnNumbers({ count, corner }: { count: number; corner: boolean }) {
  return (
    <div className="cell-row" aria-hidden="true">
      {corner && <span className="row-number" />}
      {range(count).map((column) => (
        <span key={column} className="column-number">
          {column}
        </span>
      ))}
    </div>
  );
}

interface GridCellProps extends Cell {
  position: number;
  selected: boolean;
  onPick: (position: number) => void;
}

function GridCell({ text, label, className = '', position, selected, onPick }: GridCellProps) {
  return (
    <div
      role="gridcell"
      className={`cell ${className}`}
      data-position={position}
      aria-selected={selected}
      aria-label={label}
      tabIndex={selected ? 0 : -1}
      onClick={() => onPick(position)}
    >
      {text}
    </div>
  );
}
