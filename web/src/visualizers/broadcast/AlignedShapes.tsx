import type { Column, Side } from '../../engine/engine.ts';

/** One column an axis, the last axes below each other. */
export function AlignedShapes({ columns, refused }: { columns: Column[]; refused: boolean }) {
  return (
    <table className="aligned">
      <caption className="unseen">The shapes, aligned at their last axes</caption>
      <tbody>
        {(['a', 'b'] as const).map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {columns.map((column, axis) => (
              <Extent key={axis} side={column[name]} clash={column.together === null} />
            ))}
          </tr>
        ))}
        <tr className="aligned-result">
          <th scope="row">together</th>
          {columns.map(({ together }, axis) => (
            <td key={axis} className={together === null ? 'clash' : refused ? 'void' : ''}>
              {together ?? (
                <>
                  ✗<small>clash</small>
                </>
              )}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

function Extent({ side: { extent, state }, clash }: { side: Side; clash: boolean }) {
  const word = { given: null, stretched: 'stretches', missing: 'missing' }[state];
  return (
    <td className={clash ? 'clash' : state}>
      {extent}
      {word && <small>{word}</small>}
    </td>
  );
}
