import type { ElementContent } from 'hast';
import type { Parser } from '@lezer/common';
import { parser as cpp } from '@lezer/cpp';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import { parser as python } from '@lezer/python';

const parsers: Record<string, Parser> = { cpp, 'c++': cpp, python, py: python };

/** Plain languages: shown as they are, without colours. */
const plain = new Set(['text', 'console', 'sh', 'cmake']);

export const isKnownLanguage = (language: string) => language in parsers || plain.has(language);

/** Gives the code as text and `<span class="tok-...">` nodes, so that the page needs no highlighter. */
export function highlight(code: string, language: string): ElementContent[] {
  const parser = parsers[language];
  if (!parser) return [{ type: 'text', value: code }];
  const nodes: ElementContent[] = [];
  highlightCode(
    code,
    parser.parse(code),
    classHighlighter,
    (text, classes) => {
      const value = { type: 'text' as const, value: text };
      if (!classes) nodes.push(value);
      else {
        const properties = { className: classes.split(' ') };
        nodes.push({ type: 'element', tagName: 'span', properties, children: [value] });
      }
    },
    () => nodes.push({ type: 'text', value: '\n' }),
  );
  return nodes;
}
