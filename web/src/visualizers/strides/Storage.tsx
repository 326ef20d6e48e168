interface Props {
  count: number;
  selected: number;
}

/** The same cells in memory: one row, numbered by offset. */
export function Storage({ count, selected }: Props) {
  return (
    <div className="storage">
      <span className="figure-label">memory</span>
      <ol className="storage-cells" start={0} aria-label={`Memory, ${count} elements`}>
        {Array.from({ length: count }, (_, offset) => (
          <li
            key={offset}
            className={offset === selected ? 'cell selected' : 'cell'}
            aria-current={offset === selected ? 'true' : undefined}
          >
            {offset}
          </li>
        ))}
      </ol>
    </div>
  );
}
