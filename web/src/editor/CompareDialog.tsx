import { lazy, Suspense } from 'react';
import { Dialog } from '../shell/Dialog.tsx';
import type { Side } from './merge.ts';

const TextDifference = lazy(() => import('./TextDifference.tsx'));

interface Props {
  title: string;
  left: Side;
  right: Side;
  onClose: () => void;
}

export function CompareDialog({ title, left, right, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose} wide>
      <Suspense fallback={<div className="skeleton" role="status" aria-label="Loading" />}>
        <TextDifference left={left} right={right} />
      </Suspense>
    </Dialog>
  );
}
