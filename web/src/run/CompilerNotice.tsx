import { use } from 'react';
import { useStore } from 'zustand';
import { useServices } from '../shell/services.ts';
import { megabytes } from './CompilerProgress.tsx';

/** A word with the student where the compiler needs one: a large download, a failed one, none. */
export function CompilerNotice() {
  const { toolchain } = useServices();
  const state = useStore(toolchain.store);
  switch (state.kind) {
    case 'asking':
      return <Ask />;
    case 'failed':
      return (
        <aside className="notice" role="alert">
          <p>The compiler did not load: {state.reason}</p>
          <p className="row">
            <button type="button" className="button" onClick={() => void toolchain.start()}>
              Retry
            </button>
          </p>
        </aside>
      );
    case 'unsupported':
      return (
        <aside className="notice" role="alert">
          <p>{state.reason}</p>
        </aside>
      );
    default:
      return null;
  }
}

function Ask() {
  const { course, toolchain } = useServices();
  const { llvm, sysroot, pch } = use(course.index()).toolchain;
  return (
    <aside className="notice" aria-label="Compiler download">
      <p>
        To compile C++ here, the page downloads a compiler once: up to{' '}
        {megabytes(llvm.bytes + sysroot.bytes + pch.bytes)} MB, kept by the browser.
      </p>
      <p className="row">
        <button type="button" className="button primary" onClick={() => void toolchain.start()}>
          Download
        </button>
        <button type="button" className="button" onClick={toolchain.decline}>
          Not now
        </button>
      </p>
    </aside>
  );
}
