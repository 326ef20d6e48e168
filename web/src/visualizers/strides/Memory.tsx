import type { TensorView } from '../../engine/engine.ts';
import { indexAt, rowsBehind } from '../numbers.ts';
import { toneOf } from './tones.ts';

interface Props {
  view: TensorView;
  position: number;
}

/** The axes' own arrows, the last axis first: along a row, down a column, into the next block. */
const ARROWS = ['→', '↓', '↘'];

/** The floats as they lie in memory, numbered by offset, coloured as the rows that read them. */
export function Memory({ view, position }: Props) {
  const readers = Array.from({ length: view.memory }, (): number[] => []);
  view.places.forEach((place, reader) => readers[place]!.push(reader));
  const read = readers.filter((each) => each.length > 0).length;
  const shared = view.places.length > read;
  const jumps = jumpsFrom(view, position);
  return (
    <div className="memory">
      <span className="figure-label">memory</span>
      <ol
        className={shared ? 'memory-places shared' : 'memory-places'}
        aria-label={`Memory, ${view.memory} floats, ${read} of them read`}
      >
        {readers.map((each, place) => (
          <li key={place} aria-current={place === view.places[position] ? 'true' : undefined}>
            <span className={`cell ${each.length > 0 ? toneOf(view, place) : 'unread'}`}>
              {place}
              {each.length === 0 && <span className="unseen">, not read</span>}
              {each.length > 1 && (
                <small>
                  ×{each.length}
                  <span className="unseen"> elements read it</span>
                </small>
              )}
            </span>
            <span className="jumps" aria-hidden="true">
              {jumps
                .filter((jump) => jump.to === place)
                .map(({ axis, stride }) => (
                  <span key={axis}>
                    {`${ARROWS[view.shape.length - 1 - axis]}\u200a+${stride}`}
                  </span>
                ))}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** One step along each axis, as far as the axis goes: where in memory it leads. */
function jumpsFrom({ shape, strides, places }: TensorView, position: number) {
  const index = places.length > 0 ? indexAt(position, shape) : [];
  return index.flatMap((at, axis) =>
    at + 1 < shape[axis]!
      ? [{ axis, stride: strides[axis]!, to: places[position + rowsBehind(shape, axis)]! }]
      : [],
  );
}
