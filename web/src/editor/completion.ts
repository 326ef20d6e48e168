/** Names to choose from while writing: the compiler's, shown by CodeMirror. */
import type {
  Completion as Option,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { insertBracket, insertCompletionText } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorView } from '@codemirror/view';
import type { Completion } from '../../../wasm/toolchain/types.ts';
import { commentElement, codeElement } from './text.ts';

/** Asks which names may stand at a line and column of the text. */
export type Ask = (
  text: string,
  line: number,
  column: number,
  signal: AbortSignal,
) => Promise<Completion[] | null>;

/** What a student writes oneself comes before what the library brings, and words of the language last. */
const BOOST: Record<Completion['kind'], number> = {
  variable: 3,
  function: 2,
  type: 1,
  namespace: 1,
  file: 0,
  keyword: -1,
};

const INCLUDE = /#\s*include\s*["<]([^">]*)$/;

/** Where the word begins and which letters may follow, or null where no name is being written. */
function wordAt({ state, pos, explicit }: CompletionContext) {
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from);
  const path = INCLUDE.exec(before)?.[1];
  if (path !== undefined) return { from: pos - path.length, validFor: /^[^">]*$/ };
  if (/Comment|String|CharLiteral/.test(syntaxTree(state).resolveInner(pos, -1).name)) return null;
  const word = /\w*$/.exec(before)![0];
  const lead = before.slice(0, before.length - word.length);
  const member = /(?:(?<![\d.])\.|->|::)\s*$/.test(lead);
  if (/^\d/.test(word) || (!explicit && !member && word.length < 2)) return null;
  return { from: pos - word.length, validFor: /^\w*$/ };
}

export function compilerCompletion(ask: Ask): CompletionSource {
  return async (context): Promise<CompletionResult | null> => {
    const word = wordAt(context);
    if (!word) return null;
    const controller = new AbortController();
    context.addEventListener('abort', () => controller.abort());
    const { doc } = context.state;
    const line = doc.lineAt(word.from);
    const column = word.from - line.from + 1;
    const found = await ask(doc.toString(), line.number, column, controller.signal);
    if (!found || controller.signal.aborted) return null;
    return { ...word, options: found.map(toOption) };
  };
}

function toOption({ name, kind, signatures, comment }: Completion): Option {
  const [first = ''] = signatures;
  const more = signatures.length > 1 ? `  +${signatures.length - 1}` : '';
  return {
    label: name,
    type: kind === 'file' ? 'text' : kind,
    detail: brief(first, name) + more,
    boost: BOOST[kind],
    ...(first && { info: () => infoOf(signatures, comment) }),
    ...(kind === 'function' && { apply: call(signatures) }),
  };
}

/** `int f(int a)` as it is shown behind the name: `(int a) → int`. A variable shows its type. */
function brief(signature: string, name: string): string {
  const at = signature.search(new RegExp(`(?<!\\w)${name}(?!\\w)`));
  if (at < 0) return '';
  const type = signature.slice(0, at).trim();
  const rest = signature.slice(at + name.length);
  if (!rest) return type;
  return type && type !== 'void' ? `${rest} → ${type}` : rest;
}

function infoOf(signatures: string[], comment: string): Node {
  const info = document.createElement('div');
  info.className = 'declared';
  for (const signature of signatures.slice(0, 4)) info.append(codeElement(signature));
  if (comment) info.append(commentElement(comment));
  return info;
}

/** Writes a call: the name and its brackets, with the cursor where the arguments go. */
function call(signatures: string[]) {
  const takesNothing = signatures.every((each) => /\(\)(?: const)?(?: noexcept)?$/.test(each));
  return (view: EditorView, { label }: Option, from: number, to: number) => {
    view.dispatch(insertCompletionText(view.state, label, from, to));
    const at = view.state.selection.main.head;
    if (view.state.sliceDoc(at, at + 1) === '(') return;
    const brackets = insertBracket(view.state, '(');
    if (brackets) view.dispatch(brackets);
    if (brackets && takesNothing) {
      view.dispatch({ selection: { anchor: view.state.selection.main.head + 1 } });
    }
  };
}
