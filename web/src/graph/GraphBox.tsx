import { memo } from 'react';
import type { Summary } from '../../../wasm/session/trace.ts';
import { tuple } from '../visualizers/numbers.ts';
import { heat } from './heat.ts';
import { BOX, type Point } from './layout.ts';
import { type GraphNode, magnitude, troubleOf } from './model.ts';
import { numberText } from './words.ts';

interface Props {
  id: string;
  node: GraphNode;
  at: Point;
  value: Summary | null;
  gradient: Summary | null;
  arrived: number;
  isCurrent: boolean;
  isChosen: boolean;
  isLit: boolean;
  /** The module that it stands for, or nothing. */
  module: { name: string; count: number } | undefined;
  onChoose: (node: number) => void;
  onHover: (node: number | null) => void;
}

/** A tensor: its name and shape, its value, and its gradient once that is there. */
export const GraphBox = memo(function GraphBox(props: Props) {
  const { id, node, at, value, gradient, arrived, isCurrent, isChosen, isLit } = props;
  const { module, onChoose, onHover } = props;
  const trouble =
    (value === null ? null : troubleOf(value, false)) ??
    (gradient === null ? null : troubleOf(gradient, true));
  const { width, height } = BOX;
  const awaited = node.contributions.length;
  const waits = gradient === null && arrived > 0;
  const classes = ['graph-box'];
  if (module !== undefined) classes.push('is-module');
  if (node.operation === null && module === undefined)
    classes.push(node.requiresGrad ? 'is-leaf' : 'is-constant');
  if (value === null) classes.push('is-pale');
  if (isCurrent) classes.push('is-current');
  if (isChosen) classes.push('is-chosen');
  if (isLit) classes.push('is-lit');
  if (trouble === 'NaN' || trouble === 'infinite') classes.push('is-broken');
  return (
    <g
      id={id}
      role="img"
      aria-label={describe(props)}
      className={classes.join(' ')}
      transform={`translate(${String(at.x - width / 2)} ${String(at.y - height / 2)})`}
      onClick={() => onChoose(node.number)}
      onPointerEnter={() => onHover(node.number)}
      onPointerLeave={() => onHover(null)}
    >
      <rect className="graph-frame" width={width} height={height} rx={7} />
      {node.operation === null && <rect className="graph-edge" width={4} height={height} rx={2} />}
      <text className="graph-name" x={12} y={19}>
        {clip(module?.name ?? node.label, 14)}
      </text>
      <text className="graph-shape" x={width - 8} y={19} textAnchor="end">
        {module !== undefined
          ? `${String(module.count)} tensors`
          : node.shape.length > 0
            ? tuple(node.shape)
            : node.operation?.op !== node.label
              ? (node.operation?.op ?? '')
              : ''}
      </text>
      <text className="graph-value" x={12} y={38}>
        {value === null ? '…' : brief(value)}
      </text>
      {gradient !== null && (
        <rect
          className={magnitude(gradient) === 0 ? 'graph-heat is-zero' : 'graph-heat'}
          style={{ fill: heat(gradient) }}
          x={12}
          y={47}
          width={9}
          height={9}
          rx={2}
        />
      )}
      <text className="graph-gradient" x={gradient === null ? 12 : 26} y={56}>
        {gradient !== null && `∇ ${brief(gradient)}`}
        {waits && `∇ ${String(arrived)} of ${String(awaited)}`}
      </text>
      {trouble !== null && (
        <text className="graph-trouble" x={width - 8} y={56} textAnchor="end">
          ⚠ {trouble}
        </text>
      )}
    </g>
  );
});

const clip = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** A number, or the least and the greatest. */
function brief({ count, first, min, max, nans, infinities }: Summary): string {
  if (count === 1) return numberText(first[0]!);
  if (count === 0) return 'empty';
  if (nans + infinities === count) return nans > 0 ? 'NaN' : '∞';
  return `${numberText(min, 2)} … ${numberText(max, 2)}`;
}

function describe({ node, value, gradient, arrived, module }: Props): string {
  const shape = node.shape.length > 0 ? ` of shape ${tuple(node.shape)}` : '';
  const made = node.operation === null ? 'given' : `made by ${node.operation.op}`;
  const known = value === null ? 'not computed yet' : `value ${brief(value)}`;
  const trouble = gradient === null ? null : troubleOf(gradient, true);
  const waits = arrived > 0 ? `, ${String(arrived)} gradients have arrived` : '';
  const slope = gradient === null ? waits : `, gradient ${brief(gradient)}`;
  const name =
    module === undefined ? node.label : `Module ${module.name}, which ends with ${node.label}`;
  return `${name}${shape}, ${made}, ${known}${slope}${trouble === null ? '' : `, ${trouble}`}`;
}
