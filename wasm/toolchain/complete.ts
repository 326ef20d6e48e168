/** Asks the compiler which names may stand at a place, and reads its answer. */
import type { Completion } from './types.ts';

/** `COMPLETION: name (tags) : [#result#]name(<#parameter#>)[# const#] : doc comment`. */
const ANSWER = /^COMPLETION: (?<name>\w+)(?: \((?<tags>[\w,]+)\))?(?: : (?<rest>.*))?$/;
const RESULT = /^\[#(.*?)#\]/;
/** Keywords come as patterns: `[#bool#]false`, `return <#expression#>;`. */
const KEYWORD = /^(?:\[#.*?#\])?(?<name>[a-z]\w*)/;

/** Words of the language that no lesson uses; among so few names they would only be in the way. */
const RARE = new Set(
  (
    'alignas alignof asm char16_t char32_t char8_t co_await co_return co_yield concept constinit ' +
    'consteval decltype export extern goto register requires signed thread_local typeid union ' +
    'volatile wchar_t'
  ).split(' '),
);

/** Names that begin so, or hold two underscores, belong to the compiler and its libraries. */
const isReserved = (name: string) => name.startsWith('_') || name.includes('__');

/** What precedes the place on its line, as far as it decides which names fit. */
export function contextOf(before: string): 'include' | 'member' | 'std' | 'hidden' | 'scope' {
  if (/^\s*#\s*include\s*["<][^">]*$/.test(before)) return 'include';
  if (/(?<![\w:])(?:::\s*)?std\s*::\s*$/.test(before)) return 'std';
  if (/(?<![\w:])(?:::\s*)?tt_std\s*::\s*$/.test(before)) return 'hidden';
  return /(?:\.|->|::)\s*$/.test(before) ? 'member' : 'scope';
}

/** Takes the compiler's marks off a chunk of its answer. */
const plain = (text: string) => text.replace(/[[<{]#|#[\]>}]/g, '');

function read(line: string, afterDot: boolean): Completion | null {
  const fields = ANSWER.exec(line)?.groups;
  if (fields === undefined) return null;
  const [shown = '', ...comment] = (fields['rest'] ?? '').split(' : ');
  if (fields['name'] === 'Pattern' || shown === '') {
    const text = shown === '' ? (fields['name'] ?? '') : shown;
    const name = KEYWORD.exec(text)?.groups?.['name'];
    return name === undefined ? null : { name, kind: 'keyword', signatures: [], comment: '' };
  }
  const name = fields['name'] ?? '';
  if (/Hidden|Inaccessible/.test(fields['tags'] ?? '')) return null;
  const isScope = shown.endsWith('::');
  if (isScope && afterDot) return null;
  const result = RESULT.exec(shown)?.[1] ?? '';
  const rest = plain(shown.replace(RESULT, ''));
  const callable = rest.slice(name.length).startsWith('(');
  const kind = isScope ? 'namespace' : callable ? 'function' : result === '' ? 'type' : 'variable';
  const signature = isScope ? '' : result === '' ? rest : `${result} ${rest}`;
  return {
    name,
    kind,
    signatures: signature === name || signature === '' ? [] : [signature],
    comment: comment.join(' : '),
  };
}

/** Reads what the compiler printed: each name once, with the signatures of all its overloads. */
export function parseCompletions(stdout: string, afterDot: boolean): Completion[] {
  const found = new Map<string, Completion>();
  for (const line of stdout.split('\n')) {
    const one = read(line, afterDot);
    if (one === null || isReserved(one.name) || RARE.has(one.name)) continue;
    const same = found.get(one.name);
    if (same === undefined) {
      found.set(one.name, one);
    } else {
      same.signatures.push(...one.signatures.filter((each) => !same.signatures.includes(each)));
      same.comment ||= one.comment;
    }
  }
  return [...found.values()];
}

/** Headers that an `#include` may name: the lesson's, and the precompiled standard ones. */
export function headersToInclude(
  before: string,
  lesson: Iterable<string>,
  stdHeader: string,
): Completion[] {
  const quoted = /"[^"]*$/.test(before);
  const standard = [...stdHeader.matchAll(/^#include <(.+)>$/gm)].map((match) => match[1] ?? '');
  return [...(quoted ? lesson : standard)].map((name) => ({
    name,
    kind: 'file',
    signatures: [],
    comment: '',
  }));
}

/**
 * The file's own functions and types outside of any namespace. The compiler is not asked for names
 * of the outermost scope, because most of them are C's.
 */
export function ownNames(source: string): Completion[] {
  const functions =
    /^(?!return\b|else\b|using\b|namespace\b)((?:[\w:<>,&*]+\s+)+?)[&*]*(\w+)(\([^;{}]*\))/gm;
  const types = /^(?:struct|class|enum(?: class)?)\s+(\w+)/gm;
  const found: Completion[] = [];
  for (const [, before = '', name = '', parameters = ''] of source.matchAll(functions)) {
    const result = before.replace(/\b(static|inline|constexpr)\s+/g, '').trim();
    const signature = `${result} ${name}${parameters.replace(/\s+/g, ' ')}`;
    found.push({ name, kind: 'function', signatures: [signature], comment: '' });
  }
  for (const [, name = ''] of source.matchAll(types)) {
    found.push({ name, kind: 'type', signatures: [], comment: '' });
  }
  return found.filter(({ name }) => name !== 'main' && !isReserved(name));
}
