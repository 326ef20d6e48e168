import type { Frame, Location } from '../../../wasm/toolchain/types.ts';
import { useSession } from '../lesson/session.ts';
import { Place } from './Place.tsx';

interface Props {
  location: Location | null;
  stack: Frame[];
}

/** Where a program stopped: the student's own line, and how it got there. */
export function CrashSite({ location, stack }: Props) {
  const { notebook } = useSession();
  const line = location && notebook.read().files[location.file]?.split('\n')[location.line - 1];
  return (
    <div className="crash-site">
      {location && (
        <p className="crash-line">
          <Place location={location} /> {line && <code>{line.trim()}</code>}
        </p>
      )}
      {stack.length > 0 && (
        <>
          <h4>How it got there</h4>
          <ol className="stack">
            {stack.map((frame, i) => (
              <li key={i}>
                <code>{frame.function}</code>{' '}
                {frame.location && <Place location={frame.location} />}
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
}
