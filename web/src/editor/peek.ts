/** A look at the header: what a name is declared as, under the pointer or at a key's press. */
import type { EditorState, Extension } from '@codemirror/state';
import { StateEffect, StateField } from '@codemirror/state';
import type { Command, Tooltip } from '@codemirror/view';
import { EditorView, hoverTooltip, keymap, showTooltip } from '@codemirror/view';
import type { Location } from '../../../wasm/toolchain/types.ts';
import type { Declaration } from './declarations.ts';
import { lookUp } from './declarations.ts';
import { codeElement, commentElement } from './text.ts';

interface Options {
  /** Everything that the headers declare. */
  declarations(): Declaration[];
  goTo(location: Location): void;
}

/** More than this at once is no quick look. */
const SHOWN = 3;

interface Found {
  from: number;
  to: number;
  declarations: Declaration[];
}

function foundAt(state: EditorState, pos: number, { declarations }: Options): Found | null {
  const word = state.wordAt(pos);
  if (!word) return null;
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, word.from - line.from);
  const name = state.sliceDoc(word.from, word.to);
  const found = lookUp(declarations(), name, before);
  return found.length > 0 ? { from: word.from, to: word.to, declarations: found } : null;
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function element(found: Declaration[], goTo: Options['goTo']): HTMLElement {
  const card = document.createElement('div');
  card.className = 'peek';
  for (const { text, comment, file, line, scope } of found.slice(0, SHOWN)) {
    const one = document.createElement('section');
    one.className = 'declared';
    one.append(codeElement(text));
    if (comment) one.append(commentElement(comment));
    const go = document.createElement('button');
    go.type = 'button';
    go.className = 'button quiet';
    go.textContent = `${scope ? `${scope}, ` : ''}${baseName(file)}:${line}`;
    go.title = `Go to line ${line} of ${file}`;
    go.onclick = () => goTo({ file, line });
    one.append(go);
    card.append(one);
  }
  if (found.length > SHOWN) {
    const more = document.createElement('p');
    more.textContent = `and ${found.length - SHOWN} more`;
    card.append(more);
  }
  return card;
}

const tooltip = ({ from, to, declarations }: Found, goTo: Options['goTo']): Tooltip => ({
  pos: from,
  end: to,
  above: true,
  create: () => ({ dom: element(declarations, goTo) }),
});

const setPeek = StateEffect.define<Found | null>();

/** Shows declarations on hover, and with Mod-k; Mod-k again goes to the header. */
export function peek(options: Options): Extension {
  const open = StateField.define<Found | null>({
    create: () => null,
    update(now, transaction) {
      for (const effect of transaction.effects) if (effect.is(setPeek)) return effect.value;
      return transaction.docChanged || transaction.selection ? null : now;
    },
    provide: (field) => showTooltip.from(field, (found) => found && tooltip(found, options.goTo)),
  });

  const show: Command = (view) => {
    const shown = view.state.field(open);
    const [first] = shown?.declarations ?? [];
    if (first) {
      options.goTo({ file: first.file, line: first.line });
      return true;
    }
    const found = foundAt(view.state, view.state.selection.main.head, options);
    const said = found?.declarations[0];
    const words = said ? `${said.text}. ${said.comment}` : 'No header declares this name.';
    view.dispatch({ effects: [setPeek.of(found), EditorView.announce.of(words)] });
    return true;
  };
  const close: Command = (view) => {
    if (!view.state.field(open)) return false;
    view.dispatch({ effects: setPeek.of(null) });
    return true;
  };

  return [
    open,
    hoverTooltip((view, pos) => {
      const found = foundAt(view.state, pos, options);
      return found && tooltip(found, options.goTo);
    }),
    keymap.of([
      { key: 'Mod-k', run: show, preventDefault: true },
      { key: 'Escape', run: close },
    ]),
  ];
}
