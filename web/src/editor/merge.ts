import { cpp } from '@codemirror/lang-cpp';
import { syntaxHighlighting } from '@codemirror/language';
import {
  getChunks,
  goToNextChunk,
  goToPreviousChunk,
  MergeView,
  unifiedMergeView,
} from '@codemirror/merge';
import type { Extension } from '@codemirror/state';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';

export interface Side {
  /** What the text is, such as `Your code`. */
  label: string;
  text: string;
}

const collapse = { margin: 3, minSize: 6 };

const toRead = (label: string): Extension => [
  cpp(),
  lineNumbers(),
  syntaxHighlighting(classHighlighter),
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': `${label}, to read` }),
  keymap.of([
    { key: 'F7', run: goToNextChunk },
    { key: 'Shift-F7', run: goToPreviousChunk },
  ]),
];

/** Two texts and what differs, to read only: side by side, or one below the other where it is narrow. */
export function showDifference(parent: HTMLElement, left: Side, right: Side, narrow: boolean) {
  if (narrow) {
    const label = `${right.label}, with what differs from ${left.label}`;
    const view = new EditorView({
      parent,
      doc: right.text,
      extensions: [
        toRead(label),
        EditorView.lineWrapping,
        unifiedMergeView({
          original: left.text,
          mergeControls: false,
          collapseUnchanged: collapse,
        }),
      ],
    });
    return { count: getChunks(view.state)?.chunks.length ?? 0, destroy: () => view.destroy() };
  }
  const view = new MergeView({
    parent,
    a: { doc: left.text, extensions: toRead(left.label) },
    b: { doc: right.text, extensions: toRead(right.label) },
    collapseUnchanged: collapse,
  });
  return { count: view.chunks.length, destroy: () => view.destroy() };
}
