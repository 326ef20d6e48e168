import type { Diagnostic } from './types.ts';

/** `file:line:column:{line:column-line:column}: severity: message`; the ranges may be missing. */
const MESSAGE =
  /^\/?(?<file>[^:\n]+):(?<line>\d+):(?<column>\d+):(?<ranges>(?:\{[\d:-]+\})*):? (?<severity>fatal error|error|warning|note): (?<text>.*)$/;
const RANGE = /\{(\d+):(\d+)-(\d+):(\d+)\}/g;

/** Turns clang's byte columns into the UTF-16 columns that editors use. */
function utf16Column(line: string | undefined, byteColumn: number): number {
  if (line === undefined) {
    return byteColumn;
  }
  const bytes = new TextEncoder().encode(line).subarray(0, byteColumn - 1);
  return new TextDecoder().decode(bytes).length + 1;
}

/** Reads clang's messages. `source` is the text of the file at `path`, for its columns. */
export function parseDiagnostics(stderr: string, path: string, source: string): Diagnostic[] {
  const lines = source.split('\n');
  const found: Diagnostic[] = [];
  for (const text of stderr.split('\n')) {
    const fields = MESSAGE.exec(text)?.groups;
    if (fields === undefined) {
      continue;
    }
    const file = fields['file'] ?? '';
    const line = Number(fields['line']);
    const inSource = file === path;
    const columnOf = (at: number, bytes: number) =>
      inSource ? utf16Column(lines[at - 1], bytes) : bytes;
    const byteColumn = Number(fields['column']);
    const range = [...(fields['ranges'] ?? '').matchAll(RANGE)]
      .map((match) => match.slice(1).map(Number) as [number, number, number, number])
      .find(([fromLine, from, toLine, to]) => {
        const startsBefore = fromLine === line && from <= byteColumn;
        return startsBefore && (toLine > line || to > byteColumn);
      });
    const diagnostic: Diagnostic = {
      severity: severityOf(fields['severity'] ?? ''),
      message: fields['text'] ?? '',
      location: {
        file,
        line,
        column: columnOf(line, range?.[1] ?? byteColumn),
        ...(range && { endLine: range[2], endColumn: columnOf(range[2], range[3]) }),
      },
    };
    const previous = found.at(-1);
    if (diagnostic.severity === 'note' && previous !== undefined) {
      (previous.notes ??= []).push(diagnostic);
    } else {
      found.push(diagnostic);
    }
  }
  return found;
}

function severityOf(word: string): Diagnostic['severity'] {
  return word === 'warning' || word === 'note' ? word : 'error';
}

/** Where `name` first stands in the text as a word of its own, not in a comment's line. */
export function locationOfName(path: string, source: string, name: string): Diagnostic['location'] {
  const word = new RegExp(`(?<![\\w])${name.replace(/\W/g, '\\$&')}(?![\\w])`);
  const lines = source.split('\n');
  for (const [index, text] of lines.entries()) {
    const at = word.exec(text.replace(/\/\/.*$/, ''));
    if (at !== null) {
      const column = at.index + 1;
      const line = index + 1;
      return { file: path, line, column, endLine: line, endColumn: column + name.length };
    }
  }
  return null;
}
