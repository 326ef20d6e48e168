import type { ReactNode } from 'react';
import type { TensorView } from '../../engine/engine.ts';
import { tuple } from '../numbers.ts';

interface Props {
  view: TensorView;
  /** Stands in for the shape where it can be typed. */
  shapeField?: ReactNode;
  /** All that a view can change, and not only what follows from a shape. */
  all: boolean;
}

/** How the tensor is read: the numbers that the engine keeps. */
export function Facts({ view, shapeField, all }: Props) {
  return (
    <div className="figure-facts">
      {shapeField}
      <dl>
        {!shapeField && <Fact name="shape">{tuple(view.shape)}</Fact>}
        <Fact name="strides">
          <span className="stride-number">{tuple(view.strides)}</span>
        </Fact>
        {all && <Fact name="storage offset">{view.offset}</Fact>}
        {all && <Fact name="contiguous">{view.contiguous ? 'yes' : 'no'}</Fact>}
        {!all && <Fact name="elements">{view.places.length}</Fact>}
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
