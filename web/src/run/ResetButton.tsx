import { useEffect, useState } from 'react';
import { useDesk, useSession } from '../lesson/session.ts';
import { Dialog } from '../shell/Dialog.tsx';
import { baseName, isOwn } from './files.ts';

/** How long a reset can be taken back, in milliseconds. */
const UNDO_FOR = 10_000;

export function ResetButton() {
  const { lesson, notebook } = useSession();
  const shown = useDesk((desk) => desk.file);
  const file = isOwn(lesson, shown) ? shown : lesson.unit;
  const [asking, setAsking] = useState(false);
  const [undo, setUndo] = useState<{ file: string; run: () => void } | null>(null);

  useEffect(() => {
    if (!undo) return;
    const timer = setTimeout(() => setUndo(null), UNDO_FOR);
    return () => clearTimeout(timer);
  }, [undo]);

  const reset = () => {
    setAsking(false);
    setUndo({ file, run: notebook.reset(file) });
  };
  const takeBack = () => {
    undo?.run();
    setUndo(null);
  };
  return (
    <>
      <button
        type="button"
        className="button"
        title={`Put ${baseName(file)} back as it was given`}
        onClick={() => setAsking(true)}
      >
        Reset
      </button>
      {asking && (
        <Dialog title={`Reset ${baseName(file)}?`} onClose={() => setAsking(false)}>
          <p>Your code in this file gives way to the code you began with.</p>
          <p className="row">
            <button type="button" className="button danger" onClick={reset}>
              Reset the file
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              Keep my code
            </button>
          </p>
        </Dialog>
      )}
      {undo && (
        <div className="toast" role="status">
          {baseName(undo.file)} is back as it was given.{' '}
          <button type="button" className="button quiet" onClick={takeBack}>
            Undo
          </button>
        </div>
      )}
    </>
  );
}
