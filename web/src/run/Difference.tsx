interface Props {
  expected: string;
  actual: string;
}

/** How far two texts agree from the front, and then from the back. */
function agreement(a: string, b: string): [number, number] {
  const shorter = Math.min(a.length, b.length);
  let front = 0;
  while (front < shorter && a[front] === b[front]) front += 1;
  let back = 0;
  while (back < shorter - front && a.at(-1 - back) === b.at(-1 - back)) back += 1;
  return [front, back];
}

/** Expected beside actual, with what differs marked. */
export function Difference({ expected, actual }: Props) {
  const [front, back] = agreement(expected, actual);
  const marked = (text: string) => (
    <pre tabIndex={0}>
      {text.slice(0, front)}
      <mark>{text.slice(front, text.length - back)}</mark>
      {text.slice(text.length - back)}
    </pre>
  );
  return (
    <dl className="difference">
      <div>
        <dt>Expected</dt>
        <dd>{marked(expected)}</dd>
      </div>
      <div>
        <dt>Actual</dt>
        <dd>{marked(actual)}</dd>
      </div>
    </dl>
  );
}
