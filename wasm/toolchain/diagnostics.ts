import { inPlainWords } from './plainWords.ts';
import type { Diagnostic, Edit } from './types.ts';

/**
 * `file:line:column:{line:column-line:column}: severity: message`; the ranges may be missing. The
 * source lines that clang shows below begin with a blank or hold a bar.
 */
const MESSAGE =
  /^\/?(?<file>[^:\s|][^:|]*):(?<line>\d+):(?<column>\d+):(?<ranges>(?:\{[\d:-]+\})*):? (?<severity>fatal error|error|warning|note): (?<text>.*)$/;
/** `fix-it:"file":{line:column-line:column}:"text"`, below the message it belongs to. */
const FIX = /^fix-it:"\/?(?<file>[^"]+)":\{(?<range>\d+:\d+-\d+:\d+)\}:"(?<text>.*)"$/;
const RANGE = /\{(\d+):(\d+)-(\d+):(\d+)\}/g;

/** Turns clang's byte columns into the UTF-16 columns that editors use. */
function utf16Column(line: string | undefined, byteColumn: number): number {
  if (line === undefined) {
    return byteColumn;
  }
  const bytes = new TextEncoder().encode(line).subarray(0, byteColumn - 1);
  return new TextDecoder().decode(bytes).length + 1;
}

/** The other way: the byte column that clang means by a UTF-16 column. */
export function byteColumn(line: string, column: number): number {
  return new TextEncoder().encode(line.slice(0, column - 1)).length + 1;
}

/** Text as clang escapes it: `\\n`, `\\"`, and other bytes in octal. */
function unescape(text: string): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part, octal, sign] of text.matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (sign !== undefined) bytes.push(...encoder.encode(WRITTEN[sign] ?? sign));
    else bytes.push(...encoder.encode(part));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
const WRITTEN: Record<string, string> = { n: '\n', t: '\t' };

/** Reads clang's messages. `source` is the text of the file at `path`, for its columns. */
export function parseDiagnostics(stderr: string, path: string, source: string): Diagnostic[] {
  const lines = source.split('\n');
  const found: Diagnostic[] = [];
  let last: Diagnostic | null = null;
  for (const text of stderr.split('\n')) {
    const fix = FIX.exec(text)?.groups;
    if (fix !== undefined && last !== null) {
      (last.fix ??= []).push(editOf(fix, path, lines));
      continue;
    }
    const fields = MESSAGE.exec(text)?.groups;
    if (fields === undefined) {
      continue;
    }
    const file = fields['file'] ?? '';
    const line = Number(fields['line']);
    const inSource = file === path;
    const columnOf = (at: number, bytes: number) =>
      inSource ? utf16Column(lines[at - 1], bytes) : bytes;
    const column = Number(fields['column']);
    const range = [...(fields['ranges'] ?? '').matchAll(RANGE)]
      .map((match) => match.slice(1).map(Number) as [number, number, number, number])
      .find(([fromLine, from, toLine, to]) => {
        const startsBefore = fromLine === line && from <= column;
        return startsBefore && (toLine > line || to > column);
      });
    const diagnostic: Diagnostic = {
      severity: severityOf(fields['severity'] ?? ''),
      message: fields['text'] ?? '',
      location: {
        file,
        line,
        column: columnOf(line, range?.[1] ?? column),
        ...(range && { endLine: range[2], endColumn: columnOf(range[2], range[3]) }),
      },
    };
    last = diagnostic;
    const hint = inSource ? inPlainWords(diagnostic.message, lines[line - 1] ?? '') : null;
    if (hint !== null) {
      diagnostic.hint = hint;
    }
    const previous = found.at(-1);
    if (diagnostic.severity === 'note' && previous !== undefined) {
      const notes = (previous.notes ??= []);
      if (isWorthReading(diagnostic, notes)) {
        notes.push(diagnostic);
      }
    } else {
      found.push(diagnostic);
    }
  }
  return found;
}

/** A call that fits nothing names every overload that there is, up to a hundred of the library's. */
function isWorthReading({ message }: Diagnostic, notes: Diagnostic[]): boolean {
  const candidates = notes.filter((note) => /\bcandidate\b/.test(note.message)).length;
  return !/\bcandidate/.test(message) || (candidates < 3 && !/ignored|not a cand/.test(message));
}

function editOf(fix: Record<string, string>, path: string, lines: string[]): Edit {
  const { file = '', range = '', text = '' } = fix;
  const [line = 0, from = 0, endLine = 0, to = 0] = range.split(/[:-]/).map(Number);
  const columnOf = (at: number, bytes: number) =>
    file === path ? utf16Column(lines[at - 1], bytes) : bytes;
  return {
    ...{ file, line, column: columnOf(line, from) },
    ...{ endLine, endColumn: columnOf(endLine, to), text: unescape(text) },
  };
}

function severityOf(word: string): Diagnostic['severity'] {
  return word === 'warning' || word === 'note' ? word : 'error';
}

/** A line that begins a definition: a type, perhaps a class, the name, and no `;` before a body. */
function isDefinition(before: string, after: string): boolean {
  const type =
    /^[\w:<>,*&~\s]*[\s*&:]$/.test(before) && !/^\s*(return|throw|else|case)\b/.test(before);
  return type && /^\s*\(/.test(after) && !/;\s*$/.test(after.replace(/\{.*$/, ''));
}

/**
 * Where `name` is defined in the text or, failing that, first stands as a word of its own, not in a
 * comment.
 */
export function locationOfName(path: string, source: string, name: string): Diagnostic['location'] {
  const word = new RegExp(`(?<![\\w])${name.replace(/\W/g, '\\$&')}(?![\\w])`, 'g');
  const found = source.split('\n').flatMap((text, index) => {
    const code = text.replace(/\/\/.*$/, '');
    return [...code.matchAll(word)].map((match) => ({
      line: index + 1,
      column: match.index + 1,
      defines: isDefinition(code.slice(0, match.index), code.slice(match.index + name.length)),
    }));
  });
  const place = found.find((each) => each.defines) ?? found[0];
  if (place === undefined) {
    return null;
  }
  const { line, column } = place;
  return { file: path, line, column, endLine: line, endColumn: column + name.length };
}
