import type { ReactNode } from 'react';
import { useEffect, useId, useRef } from 'react';

interface Props {
  title: string;
  onClose: () => void;
  /** Takes all the room there is. */
  wide?: boolean;
  children: ReactNode;
}

/** A modal window: Escape closes it, and focus goes back where it was. */
export function Dialog({ title, onClose, wide, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={onClose}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {children}
    </dialog>
  );
}
