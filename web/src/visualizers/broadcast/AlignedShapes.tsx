interface Props {
  a: number[];
  b: number[];
  /** Null where the engine refuses. */
  result: number[] | null;
}

/** The extent on an axis counted from the back; undefined where the shape has no such axis. */
const fromBack = (shape: number[], back: number) => shape[shape.length - back];

/** One column an axis, the last axes below each other. */
export function AlignedShapes({ a, b, result }: Props) {
  const rank = Math.max(a.length, b.length);
  const backs = Array.from({ length: rank }, (_, i) => rank - i);
  const clash = (back: number) => {
    const [x, y] = [fromBack(a, back) ?? 1, fromBack(b, back) ?? 1];
    return x !== y && x !== 1 && y !== 1;
  };
  const operand = (name: string, shape: number[], other: number[]) => (
    <tr>
      <th scope="row">{name}</th>
      {backs.map((back) => (
        <Extent
          key={back}
          extent={fromBack(shape, back)}
          other={fromBack(other, back) ?? 1}
          clash={clash(back)}
        />
      ))}
    </tr>
  );
  return (
    <table className="aligned">
      <caption className="unseen">The shapes, aligned at their last axes</caption>
      <tbody>
        {operand('a', a, b)}
        {operand('b', b, a)}
        <tr className="aligned-result">
          <th scope="row">together</th>
          {backs.map((back) => (
            <td key={back} className={clash(back) ? 'clash' : ''}>
              {result ? fromBack(result, back) : clash(back) ? '✗' : '·'}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

interface ExtentProps {
  extent: number | undefined;
  other: number;
  clash: boolean;
}

function Extent({ extent, other, clash }: ExtentProps) {
  if (extent === undefined) {
    return (
      <td className="absent">
        1<small>missing</small>
      </td>
    );
  }
  if (clash) return <td className="clash">{extent}</td>;
  if (extent === 1 && other !== 1) {
    return (
      <td className="stretched">
        1<small>stretches</small>
      </td>
    );
  }
  return <td>{extent}</td>;
}
