import type { Diagnostic, Edit } from '../../../wasm/toolchain/types.ts';

/** One way to mend a problem, as the compiler proposes it. */
export interface Proposal {
  edits: Edit[];
  /** What it does, in words: `Insert ;`, `Change to grad`. */
  label: string;
}

function labelOf(edits: Edit[]): string {
  const texts = edits.map((edit) => edit.text.trim()).filter((text) => text !== '');
  const inserts = edits.every(
    (edit) => edit.line === edit.endLine && edit.column === edit.endColumn,
  );
  if (texts.length === 0) return 'Remove it';
  return `${inserts ? 'Insert' : 'Change to'} ${texts.join(' … ')}`;
}

/** Everything the compiler proposes for one problem. What only silences a warning comes last. */
export function proposalsOf(problem: Diagnostic): Proposal[] {
  const all = [problem, ...(problem.notes ?? [])].flatMap(({ fix, message }) =>
    fix ? [{ edits: fix, label: labelOf(fix), silences: /silence/.test(message) }] : [],
  );
  return all.sort((a, b) => Number(a.silences) - Number(b.silences));
}
