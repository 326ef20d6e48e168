import { useStore } from 'zustand';
import { useServices } from '../shell/services.ts';

export const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** The compiler's way to this page: how many megabytes are here, then what is done with them. */
export function CompilerProgress() {
  const state = useStore(useServices().toolchain.store);
  if (!['downloading', 'unpacking', 'warming'].includes(state.kind)) return null;
  const bytes = state.kind === 'downloading' && state.totalBytes > 0 ? state : null;
  const percent = bytes ? Math.round((100 * bytes.doneBytes) / bytes.totalBytes) : undefined;
  const text = bytes
    ? `Downloading the compiler: ${megabytes(bytes.doneBytes)} of ${megabytes(bytes.totalBytes)} MB`
    : { downloading: 'Downloading the compiler', unpacking: 'Unpacking it', warming: 'Warming up' }[
        state.kind as 'downloading'
      ];
  return (
    <div className="compiler-progress">
      <div
        role="progressbar"
        aria-label="Compiler"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={text}
        className={percent === undefined ? 'moving' : ''}
      >
        <span style={{ width: `${percent ?? 100}%` }} />
      </div>
      <span className="compiler-progress-text">{text}</span>
    </div>
  );
}
