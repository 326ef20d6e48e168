import type { Code, List, ListItem, Root, RootContent, Yaml } from 'mdast';
import type { ContainerDirective, LeafDirective, TextDirective } from 'mdast-util-directive';
import remarkDirective from 'remark-directive';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { VFileMessage } from 'vfile-message';
import { LineCounter, isMap, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Section } from '../toolchain/types.ts';
import { isKnownLanguage } from './highlight.ts';
import { renderBlocks, renderInline } from './html.ts';
import { PackError } from './starter.ts';

export interface LessonContent {
  title: string;
  part: string;
  summary: string;
  unit: string;
  sections: Section[];
  steps: { name: string; title: string }[];
  measures: string[];
}

/** A lesson asks for help in three moves: a question, a fact, the shape of the code. */
const HINTS = 3;

const FrontMatter = z.strictObject({
  title: z.string().min(1),
  part: z.string().min(1),
  summary: z.string().min(1),
  unit: z.string().regex(/^engine\/[\w/]+\.cpp$/, 'must be a path such as engine/shape.cpp'),
});

const StoryMatter = z.strictObject({
  title: z.string().min(1),
  year: z.number().int(),
  summary: z.string().min(1),
});

const parser = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkGfm)
  .use(remarkMath)
  .use(remarkDirective);

type Container = ContainerDirective;
type Directive = ContainerDirective | LeafDirective;

/** Where a reader of the message should look. */
class Fault extends Error {
  constructor(
    readonly line: number,
    reason: string,
  ) {
    super(reason);
  }
}

function fail(node: { position?: { start: { line: number } } }, reason: string): never {
  throw new Fault(node.position?.start.line ?? 1, reason);
}

/** Turns a lesson's Markdown into data. Throws `PackError` at the first mistake. */
export function compileContent(markdown: string, path: string): LessonContent {
  return compiled(markdown, path, (text) => {
    const { matter, sections } = compile(text, FrontMatter);
    const steps = sections.flatMap((s) =>
      s.kind === 'step' ? [{ name: s.name, title: s.title }] : [],
    );
    const measures = sections.flatMap((s) => (s.kind === 'predict' ? [s.measure] : []));
    return { ...matter, sections, steps, measures };
  });
}

export interface StoryContent {
  title: string;
  year: number;
  summary: string;
  sections: Section[];
}

/** Turns a milestone's Markdown into data: prose and questions. Throws as `compileContent`. */
export function compileStory(markdown: string, path: string): StoryContent {
  return compiled(markdown, path, (text) => {
    const { matter, sections } = compile(text, StoryMatter);
    const odd = sections.find(({ kind }) => kind !== 'prose' && kind !== 'question');
    if (odd) throw new Fault(1, `a milestone has prose and questions, and no ${odd.kind}`);
    return { ...matter, sections };
  });
}

/** Compiles, and says of a mistake in which line of which file it is. */
function compiled<T>(markdown: string, path: string, compileText: (text: string) => T): T {
  try {
    return compileText(markdown.replaceAll('\r\n', '\n'));
  } catch (error) {
    if (error instanceof Fault) throw new PackError(path, error.line, error.message);
    if (error instanceof VFileMessage) throw new PackError(path, error.line ?? 1, said(error));
    throw error;
  }
}

const said = ({ reason, cause }: VFileMessage) =>
  cause instanceof Error ? `${reason}: ${cause.message}` : reason;

function compile<Matter>(markdown: string, schema: z.ZodType<Matter>) {
  const root = parser.parse(markdown);
  const [first, ...body] = root.children;
  if (first?.type !== 'yaml') throw new Fault(1, 'a lesson begins with front matter between ---');
  const matter = frontMatter(first, schema);
  checkProse(root);
  checkFences(root, markdown.split('\n'));
  return { matter, sections: toSections(body) };
}

function frontMatter<Matter>(yaml: Yaml, schema: z.ZodType<Matter>): Matter {
  const lines = new LineCounter();
  const document = parseDocument(yaml.value, { lineCounter: lines });
  const lineAt = (offset: number) => lines.linePos(offset).line + 1;
  const broken = document.errors[0];
  if (broken)
    throw new Fault(
      lineAt(broken.pos[0]),
      `front matter: ${broken.message.replace(/ at line [^]*/, '')}`,
    );
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;

  const issues = result.error.issues;
  const issue = issues.find((one) => one.code === 'unrecognized_keys') ?? issues[0]!;
  const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0];
  const pair = isMap(document.contents)
    ? document.contents.items.find((item) => String(item.key) === key)
    : undefined;
  const range = (pair?.key as { range?: [number] } | undefined)?.range;
  if (!range) throw new Fault(1, `front matter: '${String(key)}' is missing`);
  const reason = issue.code === 'unrecognized_keys' ? 'is not a known key' : issue.message;
  throw new Fault(lineAt(range[0]), `front matter: '${String(key)}' ${reason}`);
}

/** Refuses, anywhere in the lesson, what would not come out as the writer meant it. */
function checkProse(root: Root) {
  visit(root, (node) => {
    if (node.type === 'html') fail(node, 'raw HTML is not allowed; use Markdown or a directive');
    if (node.type === 'heading' && node.depth === 1) {
      fail(node, 'the title in the front matter is the only h1; begin sections with ##');
    }
    if (node.type === 'image') fail(node, 'images are not supported; use ::figure');
    if (node.type === 'textDirective') plainColon(node);
    if (node.type === 'code') checkLanguage(node);
  });
}

/** A colon before a word, as in 10:30, is a colon; only `:name[...]` or `:name{...}` means more. */
function plainColon(node: TextDirective) {
  if (node.children.length > 0 || Object.keys(node.attributes ?? {}).length > 0) {
    fail(node, `unknown directive :${node.name}; write \\: for a plain colon`);
  }
  Object.assign(node, { type: 'text', value: `:${node.name}` });
}

function checkLanguage(node: Code) {
  if (!node.lang) fail(node, 'name the language of this code block: cpp, python or text');
  if (!isKnownLanguage(node.lang)) fail(node, `unknown language '${node.lang}' of a code block`);
}

/** Markdown closes a forgotten ::: silently, or shows one too many as text; both are mistakes here. */
function checkFences(root: Root, lines: string[]) {
  visit(root, (node) => {
    if (node.type === 'containerDirective') {
      const last = lines[(node.position?.end.line ?? 1) - 1] ?? '';
      if (!/^\s*:{3,}\s*$/.test(last)) fail(node, `:::${node.name} is never closed`);
    }
    if (node.type === 'paragraph' && node.children[0]?.type === 'text') {
      if (node.children[0].value.startsWith(':::')) {
        fail(node, 'this ::: closes nothing; an outer block needs more colons than an inner one');
      }
    }
  });
}

function toSections(body: RootContent[]): Section[] {
  const sections: Section[] = [];
  const names = new Set<string>();
  let prose: RootContent[] = [];
  const flush = () => {
    if (prose.length > 0) sections.push({ kind: 'prose', html: blocks(prose) });
    prose = [];
  };
  for (const node of body) {
    if (!isDirective(node) || node.name === 'compare') {
      prose.push(node);
      continue;
    }
    flush();
    const section = toSection(node);
    const name =
      section.kind === 'step' ? section.name : section.kind === 'predict' && section.measure;
    if (name && names.has(name)) fail(node, `'${name}' is used twice`);
    if (name) names.add(name);
    sections.push(section);
  }
  flush();
  return sections;
}

const isDirective = (node: RootContent): node is Directive =>
  node.type === 'containerDirective' || node.type === 'leafDirective';

function toSection(node: Directive): Section {
  if (node.name === 'figure') return toFigure(node);
  const build = { step: toStep, predict: toPredict, question: toQuestion }[node.name];
  if (node.name === 'hint') fail(node, 'a hint must stand inside a step');
  if (node.name === 'explain') fail(node, 'an explain must stand inside a predict');
  if (!build) fail(node, `unknown directive ${node.name}`);
  if (node.type === 'leafDirective')
    fail(node, `${node.name} is a block: write :::${node.name} ... :::`);
  return build(node);
}

function toFigure(node: Directive): Section {
  const { name, ...props } = attributes(node, ['name'], true);
  const caption =
    node.type === 'leafDirective' ? renderInline(node.children) : blocks(node.children);
  return { kind: 'figure', name: name!, props, html: caption };
}

function toStep(node: Container): Section {
  const { name, title } = attributes(node, ['name', 'title']);
  const hints = named(node, 'hint').map((hint) => blocks(filled(hint).children));
  if (hints.length !== HINTS) {
    fail(node, `step '${name}' has ${hints.length} hints; it needs exactly ${HINTS}`);
  }
  return { kind: 'step', name: name!, title: title!, html: prose(node, 'hint'), hints };
}

function toPredict(node: Container): Section {
  const { measure, unit } = attributes(node, ['measure', 'unit']);
  const [explain, second] = named(node, 'explain');
  if (!explain || second) fail(node, `predict '${measure}' needs exactly one explain`);
  const html = prose(node, 'explain');
  return {
    kind: 'predict',
    measure: measure!,
    unit: unit!,
    html,
    explain: blocks(filled(explain).children),
  };
}

function toQuestion(node: Container): Section {
  attributes(node, []);
  const list = node.children.find(
    (child): child is List => child.type === 'list' && isTaskList(child),
  );
  if (!list) fail(node, 'a question needs its choices as a task list: - [ ] wrong, - [x] right');
  const choices = list.children.map(toChoice);
  if (choices.length < 2) fail(list, 'a question needs at least two choices');
  if (choices.filter((choice) => choice.right).length !== 1) {
    fail(list, 'a question needs exactly one right choice, marked [x]');
  }
  const rest = node.children.filter((child) => child !== list) as RootContent[];
  if (rest.length === 0) fail(node, 'a question needs its question before the choices');
  return { kind: 'question', html: blocks(rest), choices };
}

const isTaskList = (list: List) => list.children.some((item) => typeof item.checked === 'boolean');

function toChoice(item: ListItem) {
  const [choice, ...explain] = item.children;
  if (typeof item.checked !== 'boolean') fail(item, 'begin every choice with [ ] or [x]');
  if (choice?.type !== 'paragraph') fail(item, 'a choice begins with a paragraph');
  if (explain.length === 0) {
    fail(item, 'a choice needs its explanation: a second, indented paragraph after a blank line');
  }
  return { html: renderInline(choice.children), right: item.checked, explain: blocks(explain) };
}

/** Reads a directive's attributes: all the wanted ones, and others only where `open`. */
function attributes(node: Directive, wanted: string[], open = false): Record<string, string> {
  const given = (node.attributes ?? {}) as Record<string, string>;
  for (const key of wanted) {
    if (!given[key]) fail(node, `${node.name} needs ${key}="..."`);
  }
  for (const key of Object.keys(given)) {
    if (!open && !wanted.includes(key))
      fail(node, `${node.name} does not know the attribute '${key}'`);
  }
  return given;
}

const named = (node: Container, name: string) =>
  node.children.filter((c): c is Container => c.type === 'containerDirective' && c.name === name);

function prose(node: Container, besides: string): string {
  const rest = node.children.filter(
    (c) => !(c.type === 'containerDirective' && c.name === besides),
  );
  if (rest.length === 0) fail(node, `${node.name} has no text`);
  return blocks(rest as RootContent[]);
}

function filled(node: Container): Container {
  attributes(node, []);
  if (node.children.length === 0) fail(node, `${node.name} is empty`);
  return node;
}

/** Renders prose, in which the only directive is `compare`. */
function blocks(nodes: RootContent[]): string {
  for (const node of nodes) {
    visit(node, (inner) => {
      if (inner.type === 'leafDirective')
        fail(inner, `::${inner.name} cannot stand inside a block`);
      if (inner.type !== 'containerDirective') return;
      if (inner.name !== 'compare') fail(inner, `${inner.name} cannot stand here`);
      compare(inner);
    });
  }
  return renderBlocks(nodes);
}

/** Lays a Python block and a C++ block side by side, with a sentence about what differs. */
function compare(node: Container) {
  attributes(node, []);
  const code = node.children.filter((child): child is Code => child.type === 'code');
  const note = node.children.filter((child) => child.type !== 'code');
  if (code.length !== 2 || code[0]!.lang !== 'python' || code[1]!.lang !== 'cpp') {
    fail(node, 'compare holds a python block and then a cpp block');
  }
  const side = (label: string, block: Code) =>
    box('compare-side', [paragraph('compare-label', label), block]);
  node.data = { hName: 'div', hProperties: { className: ['compare'] } };
  node.children = [box('compare-pair', [side('Python', code[0]!), side('C++', code[1]!)])];
  if (note.length > 0) node.children.push(box('compare-note', note as RootContent[]));
}

const box = (name: string, children: RootContent[]) =>
  ({
    type: 'blockquote',
    children,
    data: { hName: 'div', hProperties: { className: [name] } },
  }) as never;

const paragraph = (name: string, value: string) =>
  ({
    type: 'paragraph',
    children: [{ type: 'text', value }],
    data: { hProperties: { className: [name] } },
  }) as RootContent;
