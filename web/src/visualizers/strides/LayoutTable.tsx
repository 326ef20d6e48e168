import { MOST_AXES } from '../CellGrid.tsx';
import type { Field } from './start.ts';
import { Stepper } from './Stepper.tsx';

/** All that `as_strided` takes. */
export interface Strided {
  shape: number[];
  strides: number[];
  offset: number;
}

interface Props extends Strided {
  fields: Field[];
  onChange: (change: (now: Strided) => Strided) => void;
}

/** Extent and stride of each axis, and the storage offset, each to be set by itself. */
export function LayoutTable({ shape, strides, offset, fields, onChange }: Props) {
  const columns = (
    [
      ['shape', shape, 'extent'],
      ['strides', strides, 'stride'],
    ] as const
  ).filter(([field]) => fields.includes(field));
  const setAxis = (field: 'shape' | 'strides', axis: number, next: (now: number) => number) =>
    onChange((now) => ({ ...now, [field]: now[field].with(axis, next(now[field][axis]!)) }));
  const addAxis = () =>
    onChange((now) => ({ ...now, shape: [...now.shape, 1], strides: [...now.strides, 1] }));
  const dropAxis = () =>
    onChange((now) => ({
      ...now,
      shape: now.shape.slice(0, -1),
      strides: now.strides.slice(0, -1),
    }));
  return (
    <div className="layout-controls">
      {columns.length > 0 && shape.length > 0 && (
        <table className="layout-table">
          <caption className="unseen">Set the layout of each axis</caption>
          <thead>
            <tr>
              <td />
              {columns.map(([field, , name]) => (
                <th key={field} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shape.map((_, axis) => (
              <tr key={axis}>
                <th scope="row">axis {axis}</th>
                {columns.map(([field, numbers, name]) => (
                  <td key={field}>
                    <Stepper
                      label={`${name} of axis ${axis}`}
                      value={numbers[axis]!}
                      onChange={(next) => setAxis(field, axis, next)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="row">
        {fields.includes('offset') && (
          <span className="offset-field">
            <span aria-hidden="true">storage offset</span>
            <Stepper
              label="storage offset"
              value={offset}
              onChange={(next) => onChange((now) => ({ ...now, offset: next(now.offset) }))}
            />
          </span>
        )}
        {columns.length === 2 && (
          <>
            <button
              type="button"
              className="button quiet"
              aria-disabled={shape.length === MOST_AXES}
              onClick={() => shape.length < MOST_AXES && addAxis()}
            >
              Add an axis
            </button>
            <button
              type="button"
              className="button quiet"
              aria-disabled={shape.length === 0}
              onClick={() => shape.length > 0 && dropAxis()}
            >
              Drop the last axis
            </button>
          </>
        )}
      </div>
    </div>
  );
}
