import { Fragment } from 'react';
import { tuple } from '../numbers.ts';

interface Props {
  index: number[];
  strides: number[];
  offset: number;
}

/** The sum behind the selected cell, in words that a screen reader hears. */
export function OffsetSum({ index, strides, offset }: Props) {
  return (
    <p className="offset-sum" role="status">
      index <b className="index-number">{tuple(index)}</b> lies at{' '}
      {index.map((position, axis) => (
        <Fragment key={axis}>
          {axis > 0 && ' + '}
          <span className="index-number">{position}</span>·
          <span className="stride-number">{strides[axis]}</span>
        </Fragment>
      ))}{' '}
      = offset <b className="offset-number">{offset}</b>
    </p>
  );
}
