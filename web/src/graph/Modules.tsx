/** So many modules have a button of their own. */
const MOST_BUTTONS = 12;

interface Props {
  modules: string[];
  closed: ReadonlySet<string>;
  onToggle: (name: string) => void;
  onAll: (closed: ReadonlySet<string>) => void;
}

/** Shows modules as one box each, or opens them. */
export function Modules({ modules, closed, onToggle, onAll }: Props) {
  const few = modules.length <= MOST_BUTTONS ? modules : [];
  return (
    <p className="graph-modules" role="group" aria-label="Modules as one box">
      <span className="muted">As one box:</span>
      {few.map((name) => (
        <button
          key={name}
          type="button"
          className="button"
          aria-pressed={closed.has(name)}
          onClick={() => onToggle(name)}
        >
          {name}
        </button>
      ))}
      <button type="button" className="button" onClick={() => onAll(new Set(modules))}>
        All
      </button>
      <button type="button" className="button" onClick={() => onAll(new Set())}>
        None
      </button>
    </p>
  );
}
