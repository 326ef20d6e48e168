import type { Element, ElementContent, Root } from 'hast';
import type { Root as Markdown, RootContent } from 'mdast';
import { toHtml } from 'hast-util-to-html';
import rehypeKatex from 'rehype-katex';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { VFile } from 'vfile';
import { highlight } from './highlight.ts';

const schema = {
  ...defaultSchema,
  attributes: {
    ...defaultSchema.attributes,
    code: [['className', /^language-./, 'math-inline', 'math-display']],
    div: [['className', 'compare', 'compare-pair', 'compare-side', 'compare-note']],
    p: [['className', 'compare-label']],
  },
} as typeof defaultSchema;

/** What the writer may not decide: code is coloured, wide things scroll, links leave politely. */
function finish() {
  return (tree: Root) => {
    visit(tree, 'element', (node, index, parent) => {
      if (node.tagName === 'pre') finishCode(node);
      if (node.tagName === 'a' && /^https?:/.test(String(node.properties.href))) {
        Object.assign(node.properties, { target: '_blank', rel: ['noreferrer'] });
      }
      if (node.tagName === 'table' && parent && index !== undefined) {
        parent.children[index] = scroller(node);
        return index + 1;
      }
      return undefined;
    });
  };
}

function finishCode(pre: Element) {
  const code = pre.children.find((child) => child.type === 'element');
  if (!code) return;
  const language = String((code.properties.className as string[] | undefined)?.[0] ?? '').slice(9);
  if (language === 'math') return;
  const text = code.children[0]?.type === 'text' ? code.children[0].value : '';
  code.children = highlight(text.replace(/\n$/, ''), language);
  pre.properties.tabIndex = 0;
}

function scroller(table: Element): ElementContent {
  const properties = { className: ['table'], tabIndex: 0 };
  return { type: 'element', tagName: 'div', properties, children: [table] };
}

const processor = unified()
  .use(remarkRehype)
  .use(rehypeSanitize, schema)
  .use(finish)
  .use(rehypeKatex, { output: 'htmlAndMathml', strict: 'error' });

/** Turns checked Markdown into safe HTML. Throws a `VFileMessage` with a line when KaTeX refuses. */
export function renderBlocks(children: RootContent[]): string {
  const file = new VFile();
  const tree = processor.runSync({ type: 'root', children } as Markdown, file);
  const refusal = file.messages[0];
  if (refusal) throw refusal;
  return toHtml(tree).trim();
}

/** The same for one paragraph's words, without the `<p>`, so that they fit inside a button. */
export function renderInline(children: RootContent[]): string {
  return renderBlocks([{ type: 'paragraph', children } as RootContent]).replace(/^<p>|<\/p>$/g, '');
}
