import { useMemo } from 'react';
import { useDesk, useRecord, useSession } from '../lesson/session.ts';
import { useHint } from '../lesson/useHint.ts';
import { baseName } from '../run/files.ts';
import { Dialog } from '../shell/Dialog.tsx';
import { CompareDialog } from './CompareDialog.tsx';

/** The reference beside the student's code: once it has passed, or once they have said they want it. */
export function Solution() {
  const { desk } = useSession();
  const asked = useDesk((state) => state.solution);
  const open = useRecord((record) => record.accepted !== null || record.revealed);
  const close = () => desk.showSolution(false);
  if (!asked) return null;
  return open ? <Beside onClose={close} /> : <Confirm onClose={close} />;
}

function Beside({ onClose }: { onClose: () => void }) {
  const { lesson, notebook } = useSession();
  const own = useRecord((record) => record.files[lesson.unit]) ?? notebook.source();
  const left = useMemo(() => ({ label: 'Your code', text: own }), [own]);
  const right = useMemo(() => ({ label: 'The reference', text: lesson.reference }), [lesson]);
  const title = `${baseName(lesson.unit)}: yours and the reference`;
  return <CompareDialog title={title} left={left} right={right} onClose={onClose} />;
}

function Confirm({ onClose }: { onClose: () => void }) {
  const { lesson, notebook } = useSession();
  const { step, open, available, openHint } = useHint();
  const left = available - open;
  const hint = () => {
    onClose();
    openHint();
  };
  return (
    <Dialog title="See the reference now?" onClose={onClose}>
      <p>
        {baseName(lesson.unit)} has not passed yet. Once you have seen a solution, you cannot find
        it yourself any more.
        {step && left > 0 && ` “${step.title}” has ${left} more ${left === 1 ? 'hint' : 'hints'}.`}
      </p>
      <p>Your code stays as it is: the reference only appears beside it.</p>
      <p className="row">
        {step && left > 0 && (
          <button type="button" className="button primary" onClick={hint}>
            Open the next hint
          </button>
        )}
        <button type="button" className="button" onClick={notebook.reveal}>
          Show the reference
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Not yet
        </button>
      </p>
    </Dialog>
  );
}
