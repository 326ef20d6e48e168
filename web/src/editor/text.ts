/** Code and doc comments as elements, for the editor's tooltips. */
import { cppLanguage } from '@codemirror/lang-cpp';
import { classHighlighter, highlightCode } from '@lezer/highlight';

/** C++ in the colours of the editor. */
export function codeElement(source: string): HTMLElement {
  const code = document.createElement('code');
  code.className = 'declared-code';
  const put = (text: string, classes: string) => {
    const part = document.createElement('span');
    part.className = classes;
    part.textContent = text;
    code.append(part);
  };
  const tree = cppLanguage.parser.parse(source);
  highlightCode(source, tree, classHighlighter, put, () => put('\n', ''));
  return code;
}

/** A doc comment; what stands in backquotes becomes code. */
export function commentElement(comment: string): HTMLElement {
  const paragraph = document.createElement('p');
  comment.split('`').forEach((part, i) => {
    if (i % 2 === 0) {
      paragraph.append(part);
    } else {
      const code = document.createElement('code');
      code.textContent = part;
      paragraph.append(code);
    }
  });
  return paragraph;
}
