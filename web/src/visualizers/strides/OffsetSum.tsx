import { Fragment } from 'react';
import type { TensorView } from '../../engine/engine.ts';
import { indexAt, tuple } from '../numbers.ts';

interface Props {
  view: TensorView;
  position: number;
  /** Also say which bytes that is. */
  bytes: boolean;
}

const BYTES = 4;

/** The sum behind the chosen cell, in words that a screen reader hears. */
export function OffsetSum({ view, position, bytes }: Props) {
  const index = indexAt(position, view.shape);
  const place = view.places[position];
  return (
    <p className="offset-sum" role="status">
      {place !== undefined && (
        <>
          index <b className="index-number">{tuple(index)}</b> lies at{' '}
          {view.offset !== 0 && <span className="start-number">{view.offset}</span>}
          {index.map((at, axis) => (
            <Fragment key={axis}>
              {(axis > 0 || view.offset !== 0) && ' + '}
              <span className="index-number">{at}</span>·
              <span className="stride-number">{view.strides[axis]}</span>
            </Fragment>
          ))}
          {(index.length > 0 || view.offset !== 0) && ' = '}
          offset <b className="offset-number">{place}</b>
          {bytes && (
            <span className="muted">
              , bytes {place * BYTES} to {place * BYTES + BYTES - 1}
            </span>
          )}
        </>
      )}
    </p>
  );
}
