import { Fragment, useState } from 'react';
import type { Operand, Together } from '../../engine/engine.ts';
import { CellGrid, MOST_AXES } from '../CellGrid.tsx';
import { indexAt, tuple } from '../numbers.ts';

interface Props {
  /** The operands' own shapes. */
  shapes: { a: number[]; b: number[] };
  together: Together;
}

const NAMES = ['a', 'b'] as const;

/** The result's cells beside both operands, and which element of each one every cell reads. */
export function Operands({ shapes, together }: Props) {
  const { shape, a, b } = together;
  const [picked, setPicked] = useState(1 + (together.shape.at(-1) ?? 0));
  if (!a.places || !b.places || shape.length > MOST_AXES) {
    return <p className="muted">This has more cells or axes than the figure can draw.</p>;
  }
  const places = { a: a.places, b: b.places };
  const count = places.a.length;
  if (count === 0) return <p className="no-cells">No element: an axis of extent 0 has no index.</p>;

  const position = Math.min(picked, count - 1);
  const same = (name: 'a' | 'b', here: number) =>
    places[name][here] === places[name][position] ? `from-${name} same` : `from-${name}`;
  return (
    <>
      <div className="operands">
        {NAMES.map((name) => (
          <div key={name} className="operand">
            <Title name={name} shape={shapes[name]} strides={together[name].strides} />
            <CellGrid
              label={`Elements of ${name}`}
              shape={shapes[name]}
              position={places[name][position]!}
              cell={(place) => ({
                text: place,
                label: `${name} at offset ${place}`,
                className: `from-${name}`,
              })}
              onChange={(place) => setPicked(places[name].indexOf(place))}
            />
          </div>
        ))}
        <div className="operand">
          <Title name="together" shape={shape} />
          <CellGrid
            label="Elements of both together"
            shape={shape}
            position={position}
            cell={(here) => ({
              text: NAMES.map((name) => (
                <span key={name} className={same(name, here)}>
                  {places[name][here]}
                </span>
              )),
              label: `${indexAt(here, shape).join(',')} reads a at offset ${places.a[here]}, b at offset ${places.b[here]}`,
              className: 'pair',
            })}
            onChange={setPicked}
          />
        </div>
      </div>
      <p className="offset-sum" role="status">
        index <b className="index-number">{tuple(indexAt(position, shape))}</b> reads{' '}
        {NAMES.map((name) => (
          <Fragment key={name}>
            {name === 'b' && ' and '}
            <b className={`from-${name}`}>{name}</b> at{' '}
            <Sum index={indexAt(position, shape)} operand={together[name]} position={position} />
          </Fragment>
        ))}
      </p>
    </>
  );
}

function Title({ name, shape, strides }: { name: string; shape: number[]; strides?: number[] }) {
  return (
    <p className="operand-title">
      <b>{name}</b> {tuple(shape)}
      {strides && (
        <small>
          read with strides <span className="stride-number">{tuple(strides)}</span>
        </small>
      )}
    </p>
  );
}

function Sum({ index, operand, position }: SumProps) {
  return (
    <span className="sum">
      {index.map((at, axis) => (
        <Fragment key={axis}>
          {axis > 0 && ' + '}
          <span className="index-number">{at}</span>·
          <span className="stride-number">{operand.strides[axis]}</span>
        </Fragment>
      ))}
      {index.length > 0 && ' = '}
      <b>{operand.places![position]}</b>
    </span>
  );
}

interface SumProps {
  index: number[];
  operand: Operand;
  position: number;
}
