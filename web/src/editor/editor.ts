import { autocompletion } from '@codemirror/autocomplete';
import { indentWithTab } from '@codemirror/commands';
import { cpp } from '@codemirror/lang-cpp';
import { syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state';
import type { DecorationSet } from '@codemirror/view';
import { Decoration, EditorView, keymap } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import type { Diagnostic, Location } from '../../../wasm/toolchain/types.ts';
import type { Ask } from './completion.ts';
import { compilerCompletion } from './completion.ts';
import type { Declaration } from './declarations.ts';
import { peek } from './peek.ts';
import { positionOf } from './positions.ts';
import { fixProblem, quickFix, showProblems } from './quickFix.ts';

export interface SourceFile {
  path: string;
  text: string;
  readOnly: boolean;
  cursor: number;
}

/** What the editor tells, and whom it asks. */
interface Surroundings {
  onEdit(path: string, text: string): void;
  onCursor(path: string, position: number): void;
  complete(path: string, ...question: Parameters<Ask>): ReturnType<Ask>;
  /** Everything that the headers declare. */
  declarations(): Declaration[];
  goTo(location: Location): void;
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
export function createEditor(parent: HTMLElement, surroundings: Surroundings) {
  const { onEdit, onCursor, complete, declarations, goTo } = surroundings;
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

  const completion = compilerCompletion((...question) => complete(shown, ...question));

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
        quickFix,
        peek({ declarations, goTo }),
        autocompletion({ override: [completion], icons: false }),
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
      const { head } = view.state.selection.main;
      view.dispatch({ effects: EditorView.scrollIntoView(head, { y: 'center' }) });
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

    /** `checked` holds the texts that the compiler saw: what it proposes fits only these. */
    setProblems(problems: Diagnostic[], checked: Record<string, string>) {
      const fits = view.state.doc.toString() === checked[shown];
      showProblems(view, problems, shown, fits);
    },

    /** Makes what the compiler proposes for a problem. */
    fix(problem: Diagnostic) {
      fixProblem(view, problem);
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
