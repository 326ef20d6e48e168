/** What the given headers declare, found in their text: the compiler need not be there to read them. */
import { cppLanguage } from '@codemirror/lang-cpp';
import type { SyntaxNode } from '@lezer/common';

export interface Declaration {
  name: string;
  /** The class it belongs to, if any. */
  scope: string | null;
  file: string;
  /** Counted from 1. */
  line: number;
  /** Without a body. */
  text: string;
  /** The doc comment above it, without its slashes. */
  comment: string;
}

const TYPES = new Set(['ClassSpecifier', 'StructSpecifier', 'EnumSpecifier', 'AliasDeclaration']);
const OTHERS = new Set(['FunctionDefinition', 'Declaration', 'FieldDeclaration']);
const NAMES = new Set(['Identifier', 'FieldIdentifier', 'TypeIdentifier']);
const BODIES = new Set(['CompoundStatement', 'FieldDeclarationList', 'EnumeratorList']);
const DECLARATORS = /Declarator$/;

/** The name that a declarator such as `& size()` declares. */
function nameIn(node: SyntaxNode): SyntaxNode | null {
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (NAMES.has(child.name)) return child;
    if (DECLARATORS.test(child.name)) return nameIn(child);
  }
  return null;
}

/** The declared name: of a type its first, of anything else the one that its declarator holds. */
function declared(node: SyntaxNode): SyntaxNode | null {
  if (TYPES.has(node.name)) return nameIn(node);
  const names: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (DECLARATORS.test(child.name)) return nameIn(child);
    if (child.name === 'FieldIdentifier' || child.name === 'Identifier') names.push(child);
  }
  return names.at(-1) ?? null;
}

/** The lines `/// …` directly above a position. */
function commentAbove(lines: string[], line: number): string {
  const found: string[] = [];
  for (let at = line - 2; at >= 0; at--) {
    const text = /^\s*\/\/\/? ?(.*)$/.exec(lines[at] ?? '');
    if (!text) break;
    found.unshift(text[1] ?? '');
  }
  return found.join(' ').trim();
}

export function declarationsIn(file: string, source: string): Declaration[] {
  const lines = source.split('\n');
  const found: Declaration[] = [];
  const scopes: { name: string; to: number }[] = [];
  cppLanguage.parser.parse(source).iterate({
    enter({ node, name: kind, from, to }) {
      if (kind === 'ParameterList') return false;
      while (scopes.length > 0 && from >= scopes.at(-1)!.to) scopes.pop();
      const isType = TYPES.has(kind);
      if (!isType && !OTHERS.has(kind)) return !BODIES.has(kind) || kind !== 'Enumerator';
      const name = declared(node);
      if (!name) return true;
      const word = source.slice(name.from, name.to);
      let end = to;
      for (let child = node.firstChild; child; child = child.nextSibling) {
        if (BODIES.has(child.name)) end = child.from;
      }
      // A template's own line belongs to what it declares.
      const start = node.parent?.name === 'TemplateDeclaration' ? node.parent.from : from;
      const line = source.slice(0, start).split('\n').length;
      found.push({
        name: word,
        scope: scopes.at(-1)?.name ?? null,
        ...{ file, line },
        text: source.slice(start, end).replace(/\s+/g, ' ').trim(),
        comment: commentAbove(lines, line),
      });
      if (isType) scopes.push({ name: word, to });
      return isType;
    },
  });
  return found;
}

/** What a name may mean, the likeliest first. `before` is the text before it on its line. */
export function lookUp(all: Declaration[], name: string, before: string): Declaration[] {
  const named = all.filter((each) => each.name === name);
  const qualifier = /(\w+)\s*::\s*$/.exec(before)?.[1];
  const scoped = named.filter((each) => each.scope !== null);
  if (qualifier === 'std') return [];
  const inScope = named.filter((each) => each.scope === qualifier);
  if (qualifier && inScope.length > 0) return inScope;
  if (/(\.|->)\s*$/.test(before)) return scoped;
  const free = named.filter((each) => each.scope === null);
  return free.length > 0 ? free : scoped;
}
