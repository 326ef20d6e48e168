import type { Location } from '../../../wasm/toolchain/types.ts';
import { useSession } from '../lesson/session.ts';
import { baseName } from './files.ts';

/** A line of a file; where the student can open the file, a button that goes there. */
export function Place({ location }: { location: Location }) {
  const { desk } = useSession();
  const { file, line, column } = location;
  const text = `${baseName(file)}:${line}${column ? `:${column}` : ''}`;
  if (!desk.has(file)) return <span className="place">{text}</span>;
  return (
    <button
      type="button"
      className="place"
      title={`Go to line ${line} of ${file}`}
      onClick={() => desk.goTo(location)}
    >
      {text}
    </button>
  );
}
