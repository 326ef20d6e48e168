import { indentWithTab } from '@codemirror/commands';
import { cpp } from '@codemirror/lang-cpp';
import { syntaxHighlighting } from '@codemirror/language';
import type { Diagnostic as Lint } from '@codemirror/lint';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state';
import type { DecorationSet } from '@codemirror/view';
import { Decoration, EditorView, keymap } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import type { Diagnostic, Location } from '../../../wasm/toolchain/types.ts';

export interface SourceFile {
  path: string;
  text: string;
  readOnly: boolean;
  cursor: number;
}

interface Listeners {
  onEdit(path: string, text: string): void;
  onCursor(path: string, position: number): void;
}

/** Marks changes that come from outside, such as a reset, so that they are not reported as typed. */
const outside = Annotation.define<boolean>();

const markLine = StateEffect.define<number>();

/** The line the student was sent to, until they edit. */
const markedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const line = transaction.state.doc.lineAt(effect.value);
      return Decoration.set(Decoration.line({ class: 'cm-marked' }).range(line.from));
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Puts a CodeMirror editor for several files into `parent`, one file shown at a time. */
export function createEditor(parent: HTMLElement, { onEdit, onCursor }: Listeners) {
  const view = new EditorView({ parent });
  const states = new Map<string, EditorState>();
  let shown = '';

  const report = EditorView.updateListener.of((update) => {
    if (update.transactions.some((transaction) => transaction.annotation(outside))) return;
    if (update.docChanged) onEdit(shown, update.state.doc.toString());
    if (update.selectionSet || update.docChanged) {
      onCursor(shown, update.state.selection.main.head);
    }
  });

  const newState = ({ path, text, readOnly, cursor }: SourceFile) =>
    EditorState.create({
      doc: text,
      selection: { anchor: Math.min(cursor, text.length) },
      extensions: [
        basicSetup,
        cpp(),
        syntaxHighlighting(classHighlighter),
        lintGutter(),
        markedLine,
        keymap.of([indentWithTab, ...lintKeymap]),
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({
          tabindex: '0',
          'aria-label': readOnly ? `${path}, to read` : `${path}, your code`,
        }),
        report,
      ],
    });

  return {
    open(file: SourceFile) {
      if (file.path === shown) return;
      if (shown) states.set(shown, view.state);
      shown = file.path;
      view.setState(states.get(shown) ?? newState(file));
    },

    /** Takes over a text changed elsewhere; typing that is already here changes nothing. */
    setText(path: string, text: string) {
      if (path !== shown) {
        const state = states.get(path);
        if (state && state.doc.toString() !== text) states.set(path, replaced(state, text).state);
      } else if (view.state.doc.toString() !== text) {
        view.dispatch(replaced(view.state, text));
      }
    },

    setProblems(problems: Diagnostic[]) {
      const doc = view.state.doc;
      const here = problems.filter((problem) => problem.location?.file === shown);
      view.dispatch(
        setDiagnostics(
          view.state,
          here.map((problem) => toLint(problem, doc)),
        ),
      );
    },

    goTo({ line, column = 1 }: Location) {
      const position = positionOf(view.state.doc, line, column);
      view.dispatch({
        selection: { anchor: position },
        effects: [markLine.of(position), EditorView.scrollIntoView(position, { y: 'center' })],
      });
      view.focus();
    },

    destroy: () => view.destroy(),
  };
}

export type Editor = ReturnType<typeof createEditor>;

const replaced = (state: EditorState, text: string) =>
  state.update({
    changes: { from: 0, to: state.doc.length, insert: text },
    annotations: outside.of(true),
  });

/** A place that the file may no longer have: the nearest one it has. */
function positionOf(doc: Text, line: number, column: number): number {
  const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(from + Math.max(column - 1, 0), to);
}

function toLint({ severity, message, location, notes }: Diagnostic, doc: Text): Lint {
  const { line, column = 1, endLine, endColumn } = location!;
  const from = positionOf(doc, line, column);
  const end = endColumn ? positionOf(doc, endLine ?? line, endColumn) : from;
  return {
    from,
    to: Math.max(end, Math.min(from + 1, doc.length)),
    severity: severity === 'note' ? 'info' : severity,
    message: [message, ...(notes ?? []).map((note) => note.message)].join('\n'),
  };
}
