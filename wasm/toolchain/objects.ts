/**
 * Reads the symbol table of a WebAssembly object file.
 * Source: https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md
 */

export interface ObjectSymbol {
  name: string;
  kind: 'function' | 'data' | 'other';
  defined: boolean;
  binding: 'strong' | 'weak' | 'local';
  /** The module of an undefined symbol that names its import itself; else null. */
  importModule: string | null;
}

const FLAG = { weak: 0x1, local: 0x2, undefined: 0x10, explicitName: 0x40 };

class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) {
      throw new Error('the object file ends early');
    }
    return value;
  }

  /** An unsigned LEB128 number. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        return value;
      }
    }
  }

  text(): string {
    const length = this.number();
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  /** A length-prefixed part of this one. */
  part(): Reader {
    const length = this.number();
    const part = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return part;
  }

  limits(): void {
    const flags = this.number();
    this.number();
    if (flags & 1) {
      this.number();
    }
  }
}

interface Section {
  id: number;
  content: Reader;
}

function sections(wasm: Uint8Array): Section[] {
  const reader = new Reader(wasm, 8, wasm.length);
  const found: Section[] = [];
  while (reader.at < reader.end) {
    found.push({ id: reader.byte(), content: reader.part() });
  }
  return found;
}

/** The place of the code section's content in the file: what DWARF addresses count from. */
export function codeOffset(wasm: Uint8Array): number {
  return sections(wasm).find((section) => section.id === 10)?.content.at ?? 0;
}

interface Import {
  module: string;
  name: string;
}

/** Imported functions, tables, memories, globals and tags, each in index order. */
function imports(section: Reader | undefined): Import[][] {
  const byKind: Import[][] = [[], [], [], [], []];
  if (section === undefined) {
    return byKind;
  }
  for (let count = section.number(); count > 0; count--) {
    const entry = { module: section.text(), name: section.text() };
    const kind = section.byte();
    byKind[kind]?.push(entry);
    if (kind === 0) {
      section.number();
    } else if (kind === 1) {
      section.byte();
      section.limits();
    } else if (kind === 2) {
      section.limits();
    } else {
      section.byte();
      section.byte();
    }
  }
  return byKind;
}

/** Where the imports of a symbol's kind stand in `imports`. */
const IMPORT_KIND: Record<number, number> = { 0: 0, 2: 3, 4: 4, 5: 1 };
const DATA = 1;
const SECTION = 3;

export function symbolsOf(object: Uint8Array): ObjectSymbol[] {
  const all = sections(object);
  const imported = imports(all.find((section) => section.id === 2)?.content);
  const symbols: ObjectSymbol[] = [];
  for (const { id, content } of all) {
    if (id === 0 && content.text() === 'linking') {
      content.number();
      while (content.at < content.end) {
        const isSymbolTable = content.byte() === 8;
        const table = content.part();
        for (let count = isSymbolTable ? table.number() : 0; count > 0; count--) {
          symbols.push(readSymbol(table, imported));
        }
      }
    }
  }
  return symbols;
}

function readSymbol(table: Reader, imported: Import[][]): ObjectSymbol {
  const kind = table.byte();
  const flags = table.number();
  const defined = (flags & FLAG.undefined) === 0;
  const binding = flags & FLAG.weak ? 'weak' : flags & FLAG.local ? 'local' : 'strong';
  const symbol: ObjectSymbol = {
    name: '',
    kind: kind === 0 ? 'function' : kind === DATA ? 'data' : 'other',
    defined,
    binding,
    importModule: null,
  };
  if (kind === DATA) {
    symbol.name = table.text();
    if (defined) {
      table.number();
      table.number();
      table.number();
    }
  } else if (kind === SECTION) {
    table.number();
  } else {
    const index = table.number();
    const origin = imported[IMPORT_KIND[kind] ?? 0]?.[index];
    const named = defined || (flags & FLAG.explicitName) !== 0;
    symbol.name = named ? table.text() : (origin?.name ?? '');
    if (!defined && origin !== undefined && origin.module !== 'env') {
      symbol.importModule = origin.module;
    }
  }
  return symbol;
}
