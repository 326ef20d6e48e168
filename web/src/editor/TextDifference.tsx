import { useEffect, useRef, useState } from 'react';
import { useMedia } from '../shell/useMedia.ts';
import type { Side } from './merge.ts';
import { showDifference } from './merge.ts';
import './editor.css';

interface Props {
  left: Side;
  right: Side;
}

const counted = (count: number) =>
  count === 0 ? 'They are the same.' : `${count} ${count === 1 ? 'difference' : 'differences'}.`;

/** Two texts beside each other. */
export default function TextDifference({ left, right }: Props) {
  const narrow = useMedia('(max-width: 799px)');
  const parent = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    const shown = showDifference(parent.current!, left, right, narrow);
    setCount(shown.count);
    return shown.destroy;
  }, [left, right, narrow]);
  return (
    <>
      <p className="difference-words">
        {narrow ? (
          <>
            <del>{left.label}</del> <ins>{right.label}</ins>
          </>
        ) : (
          <>
            <span>{left.label}</span>
            <span>{right.label}</span>
          </>
        )}
      </p>
      <div ref={parent} className="code-editor difference-view" />
      <p className="muted">
        <span role="status">{count !== null && counted(count)}</span>{' '}
        {count !== null && count > 0 && !narrow && (
          <>
            <kbd>F7</kbd> goes to the next one.{' '}
          </>
        )}
        Nothing here changes your file.
      </p>
    </>
  );
}
