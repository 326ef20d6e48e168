/** The compiler's proposals: kept at their places while the text changes, made at a key's press. */
import type { Action, Diagnostic as Lint } from '@codemirror/lint';
import { setDiagnostics } from '@codemirror/lint';
import type { ChangeSpec, Text } from '@codemirror/state';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import type { Command } from '@codemirror/view';
import { EditorView, keymap } from '@codemirror/view';
import type { Diagnostic } from '../../../wasm/toolchain/types.ts';
import { proposalsOf } from '../run/proposals.ts';
import { positionOf } from './positions.ts';

interface Change {
  from: number;
  to: number;
  insert: string;
}

interface Offer {
  problem: Diagnostic;
  /** Where the problem stands. */
  at: number;
  label: string;
  changes: Change[];
}

const setOffers = StateEffect.define<Offer[]>();

/** An offer moves with the text around it, and goes when the text it would change has changed. */
const offers = StateField.define<Offer[]>({
  create: () => [],
  update(now, transaction) {
    for (const effect of transaction.effects) if (effect.is(setOffers)) return effect.value;
    if (!transaction.docChanged) return now;
    const { changes } = transaction;
    return now
      .filter((offer) => offer.changes.every((each) => !changes.touchesRange(each.from, each.to)))
      .map((offer) => ({
        ...offer,
        at: changes.mapPos(offer.at),
        changes: offer.changes.map(({ from, to, insert }) => ({
          from: changes.mapPos(from, 1),
          to: changes.mapPos(to, -1),
          insert,
        })),
      }));
  },
});

function offersFor(problem: Diagnostic, file: string, doc: Text): Offer[] {
  const at = positionOf(doc, problem.location!.line, problem.location!.column ?? 1);
  return proposalsOf(problem)
    .filter(({ edits }) => edits.every((edit) => edit.file === file))
    .map(({ edits, label }) => {
      const changes = edits.map((edit) => ({
        from: positionOf(doc, edit.line, edit.column),
        to: positionOf(doc, edit.endLine, edit.endColumn),
        insert: edit.text,
      }));
      return { problem, at, label, changes };
    });
}

function make(view: EditorView, offer: Offer): void {
  const changes: ChangeSpec = offer.changes;
  view.dispatch({
    changes,
    userEvent: 'input.fix',
    effects: EditorView.announce.of(`Done: ${offer.label}`),
  });
}

/** Makes the first proposal on the cursor's line. */
const fixHere: Command = (view) => {
  const { doc, selection } = view.state;
  const line = doc.lineAt(selection.main.head);
  const here = view.state.field(offers).find(({ at }) => at >= line.from && at <= line.to);
  if (here) make(view, here);
  else view.dispatch({ effects: EditorView.announce.of('No change is proposed on this line.') });
  return true;
};

/** Makes the first proposal for a problem, unless the text has changed there since. */
export function fixProblem(view: EditorView, problem: Diagnostic): void {
  const offer = view.state.field(offers).find((each) => each.problem === problem);
  if (!offer) {
    const why = 'The text has changed here. It is checked again in a moment.';
    view.dispatch({ effects: EditorView.announce.of(why) });
    return;
  }
  make(view, offer);
  view.focus();
}

export const quickFix = [offers, keymap.of([{ key: 'Mod-.', run: fixHere }])];

/** Shows the compiler's messages in the text, with what it proposes if that `fits` the text. */
export function showProblems(
  view: EditorView,
  problems: Diagnostic[],
  file: string,
  fits: boolean,
): void {
  const { doc } = view.state;
  const here = problems.filter((problem) => problem.location?.file === file);
  const fixed = !fits || view.state.facet(EditorState.readOnly);
  const found = fixed ? [] : here.flatMap((problem) => offersFor(problem, file, doc));
  const lints = here.map((problem) => toLint(problem, doc, found));
  view.dispatch({ effects: setOffers.of(found) }, setDiagnostics(view.state, lints));
}

function toLint(problem: Diagnostic, doc: Text, all: Offer[]): Lint {
  const { severity, message, location, notes } = problem;
  const { line, column = 1, endLine, endColumn } = location!;
  const from = positionOf(doc, line, column);
  const end = endColumn ? positionOf(doc, endLine ?? line, endColumn) : from;
  const mine = all.filter((offer) => offer.problem === problem);
  const actions = mine.map(({ label }, index): Action => ({
    name: label,
    apply: (view) => {
      const now = view.state.field(offers).filter((offer) => offer.problem === problem);
      const offer = now.length === mine.length ? now[index] : undefined;
      if (offer) make(view, offer);
    },
  }));
  return {
    from,
    to: Math.max(end, Math.min(from + 1, doc.length)),
    severity: severity === 'note' ? 'info' : severity,
    message: [message, ...(notes ?? []).map((note) => note.message)].join('\n'),
    renderMessage: () => messageElement(problem),
    actions,
  };
}

/** The compiler's own words, its notes, and below them plain ones. */
function messageElement({ message, notes, hint }: Diagnostic): Node {
  const all = document.createElement('div');
  const put = (text: string, className: string) => {
    const part = document.createElement('div');
    part.className = className;
    part.textContent = text;
    all.append(part);
  };
  put(message, 'lint-message');
  for (const note of notes ?? []) put(note.message, 'lint-note');
  if (hint) put(hint, 'lint-hint');
  return all;
}
