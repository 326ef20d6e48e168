import { contextOf, headersToInclude, ownNames, parseCompletions } from './complete.ts';
import { byteColumn, parseDiagnostics } from './diagnostics.ts';
import { MemoryFile } from './files.ts';
import {
  checkCommand,
  compileCommand,
  completeCommand,
  linkCommand,
  type Profile,
} from './flags.ts';
import { Llvm, type Output, treeOf } from './llvm.ts';
import { codeOffset, symbolsOf } from './objects.ts';
import { applyRule, type RuleReport } from './rule.ts';
import type { Asset, Completion, Diagnostic, Frame, Source, Toolchain, UnitPlan } from './types.ts';

/** Where packed files come from: the network in the page, the disk in Node. */
export interface AssetSource {
  bytes(asset: Asset): Promise<Uint8Array>;
  module(asset: Asset): Promise<WebAssembly.Module>;
}

export interface Compiled {
  /** Null if there are errors. */
  object: Uint8Array | null;
  diagnostics: Diagnostic[];
}

export interface Linked {
  program: Uint8Array | null;
  diagnostics: Diagnostic[];
}

/** The longest file that is compiled. A unit has 10 KB; a megabyte is a mistake and takes minutes. */
export const SOURCE_BYTES = 256 * 1024;

/** Where every name of `std` may stand: before the last two signs. */
const STANDARD: Source = { path: 'std.cpp', text: 'void names() { std:: }', headers: {} };

/** What the compiler leaves out of a scope's names. */
const LEFT_OUT: Completion[] = [
  ...['std', 'tt'].map((name) => ({ name, kind: 'namespace' as const })),
  ...'if else for while do break continue switch case default try catch'
    .split(' ')
    .map((name) => ({ name, kind: 'keyword' as const })),
].map((each) => ({ ...each, signatures: [], comment: '' }));

const encode = (text: string) => new TextEncoder().encode(text);

function encodeAll(files: Record<string, string>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, encode(text)]));
}

/** What is wrong with the text before a compiler sees it, or null. */
function refuse(source: Source): Diagnostic | null {
  const bytes = encode(source.text).length;
  const binary = /[\u0000-\u0008\u000e-\u001f\ufffd]/.exec(source.text);
  if (bytes > SOURCE_BYTES) {
    const message = `${source.path} has ${bytes} bytes. A unit must not have more than ${SOURCE_BYTES}.`;
    return { severity: 'error', message, location: null };
  }
  if (binary !== null) {
    const line = source.text.slice(0, binary.index).split('\n').length;
    const message = `${source.path} is not a text file: line ${line} holds a byte that no C++ file has.`;
    return { severity: 'error', message, location: { file: source.path, line, column: 1 } };
  }
  return null;
}

/** What the compiler said, and, if code that nests too deeply filled its stack, that. */
function messagesOf({ stderr, crash }: Output, { path, text }: Source): Diagnostic[] {
  const diagnostics = parseDiagnostics(stderr, path, text);
  if (crash !== null) {
    const message = `${path} is too much for the compiler: brackets, templates or expressions may nest too deeply (${crash}).`;
    diagnostics.push({ severity: 'error', message, location: null });
  }
  return diagnostics;
}

/** The compiler, linker and binary tools. Lives in a worker: every call blocks. */
export class Compiler {
  private readonly demangled = new Map<string, string>();
  /** The names of `std`: three thousand, the same in every lesson, and slow to list. */
  private standard: Promise<Completion[]> | null = null;

  private constructor(
    private readonly llvm: Llvm,
    private readonly pch: Uint8Array,
    private readonly source: AssetSource,
    private readonly stdHeader: Uint8Array,
    private readonly std: Uint8Array,
  ) {}

  static async load(toolchain: Toolchain, source: AssetSource): Promise<Compiler> {
    const [module, sysroot, pch, std] = await Promise.all([
      source.module(toolchain.llvm),
      source.bytes(toolchain.sysroot),
      source.bytes(toolchain.pch),
      source.bytes(toolchain.std),
    ]);
    const tree = treeOf(sysroot);
    const stdHeader = tree['usr']?.contents.get('std.h');
    if (!(stdHeader instanceof MemoryFile)) {
      throw new Error('the packed include tree lacks std.h');
    }
    const llvm = new Llvm(module, tree);
    return new Compiler(llvm, pch, source, stdHeader.bytes, std);
  }

  private files(source: Source): Record<string, Uint8Array> {
    return {
      ...encodeAll(source.headers),
      [source.path]: encode(source.text),
      'std.pch': this.pch,
      'std.h': this.stdHeader,
    };
  }

  async compile(source: Source, profile: Profile): Promise<Compiled> {
    const refused = refuse(source);
    if (refused !== null) {
      return { object: null, diagnostics: [refused] };
    }
    const command = compileCommand(`/${source.path}`, profile);
    const result = await this.llvm.run(command, this.files(source));
    if (result.crash !== null && profile === 'train') {
      // With SIMD, clang 21 breaks on every `catch` that names a type (it asks `llvm.wasm.lsda`,
      // which has no arguments, for its first).
      return this.compile(source, 'scalar');
    }
    const diagnostics = messagesOf(result, source);
    const object = result.code === 0 ? result.files.read('out.o') : null;
    if (object === null && !diagnostics.some((each) => each.severity === 'error')) {
      const message = `The compiler stopped without an error message: ${result.stderr.slice(-300)}`;
      diagnostics.push({ severity: 'error', message, location: null });
    }
    return { object, diagnostics };
  }

  async check(source: Source): Promise<Diagnostic[]> {
    const refused = refuse(source);
    if (refused !== null) {
      return [refused];
    }
    const result = await this.llvm.run(checkCommand(`/${source.path}`), this.files(source));
    return messagesOf(result, source);
  }

  /**
   * Names that may stand at a line and column, which is where the word to be completed begins: the
   * lesson's, the standard headers' and the file's own. Empty where the place says nothing.
   */
  async complete(source: Source, line: number, column: number): Promise<Completion[]> {
    const text = source.text.split('\n')[line - 1];
    if (text === undefined || refuse(source) !== null) {
      return [];
    }
    const before = text.slice(0, column - 1);
    const context = contextOf(before);
    switch (context) {
      case 'hidden':
        return [];
      case 'include': {
        const standard = new TextDecoder().decode(this.stdHeader);
        return headersToInclude(before, Object.keys(source.headers), standard);
      }
      case 'std':
        return (this.standard ??= this.completeAt(STANDARD, 1, STANDARD.text.length - 1));
      case 'member':
        return this.completeAt(source, line, byteColumn(text, column));
      case 'scope': {
        const found = await this.completeAt(source, line, byteColumn(text, column));
        const known = new Set(found.map(({ name }) => name));
        const more = [...LEFT_OUT, ...ownNames(source.text)];
        return found.length === 0 ? [] : [...found, ...more.filter(({ name }) => !known.has(name))];
      }
    }
  }

  private async completeAt(source: Source, line: number, column: number): Promise<Completion[]> {
    const command = completeCommand(`/${source.path}`, line, column);
    const { stdout } = await this.llvm.run(command, this.files(source));
    const before = source.text.split('\n')[line - 1]?.slice(0, column - 1) ?? '';
    return parseCompletions(stdout, /(?:\.|->)\s*$/.test(before));
  }

  /** Holds a compiled unit against the reference unit's symbols and what its headers name. */
  async rule(object: Uint8Array, plan: UnitPlan, source: Source): Promise<RuleReport> {
    return applyRule(symbolsOf(object), plan, source, (names) => this.demangle(names));
  }

  /** Links objects, given by content or as assets, in this order, with the standard library. */
  async link(objects: (Uint8Array | Asset)[], memoryBytes?: number): Promise<Linked> {
    const files: Record<string, Uint8Array> = { 'std.o': this.std };
    for (const [index, object] of objects.entries()) {
      const bytes = object instanceof Uint8Array ? object : await this.source.bytes(object);
      files[`${String(index)}.o`] = bytes;
    }
    const names = Object.keys(files).map((name) => `/${name}`);
    const result = await this.llvm.run(linkCommand(names, memoryBytes), files);
    const program = result.code === 0 ? result.files.read('out.wasm') : null;
    const diagnostics = program === null ? await this.linkErrors(result.stderr) : [];
    return { program, diagnostics };
  }

  private async linkErrors(stderr: string): Promise<Diagnostic[]> {
    const undefinedNames = [...stderr.matchAll(/undefined symbol: (\S+)/g)].map((m) => m[1] ?? '');
    const messages = (await this.demangle([...new Set(undefinedNames)])).map(
      (name) => `You call \`${name}\`, but nothing in this lesson defines it.`,
    );
    if (messages.length === 0) {
      messages.push(stderr.replace(/^.*wasm-ld: error: /, '').trim());
    }
    return messages.map((message) => ({ severity: 'error', message, location: null }));
  }

  async demangle(names: string[]): Promise<string[]> {
    const unknown = names.filter((name) => !this.demangled.has(name));
    if (unknown.length > 0) {
      const { stdout } = await this.llvm.run(['c++filt', ...unknown]);
      const lines = stdout.split('\n');
      unknown.forEach((name, index) => this.demangled.set(name, tidy(lines[index] ?? name)));
    }
    return names.map((name) => this.demangled.get(name) ?? name);
  }

  /**
   * Turns the engine's stack text into calls with places, innermost first. Lines, and the names of
   * inlined calls, come from the program's DWARF; the name of a whole function from the engine.
   */
  async symbolize(program: Uint8Array, stack: string): Promise<Frame[]> {
    const offset = codeOffset(program);
    const calls = [...stack.matchAll(FRAME)].slice(0, FRAMES);
    if (calls.length === 0) {
      return [];
    }
    const addresses = calls.map((call) => String(Number.parseInt(call[2] ?? '0', 16) - offset));
    const { stdout } = await this.llvm.run(
      ['symbolizer', '--output-style=JSON', '-e', '/out.wasm', ...addresses],
      { 'out.wasm': program },
    );
    const names = await this.demangle(calls.map((call) => call[1] ?? ''));
    const entries = JSON.parse(stdout) as {
      Symbol?: { FunctionName: string; FileName: string; Line: number; Column: number }[];
    }[];
    return entries.flatMap((entry, index) => {
      const symbols = entry.Symbol ?? [];
      return symbols.map((symbol, depth): Frame => {
        const file = symbol.FileName.replace(/^\//, '');
        const whole = depth === symbols.length - 1;
        return {
          function: whole ? (names[index] ?? '') : tidy(symbol.FunctionName),
          location:
            file === '' ? null : { file, line: symbol.Line, column: Math.max(1, symbol.Column) },
        };
      });
    });
  }
}

/** V8's way to write a WebAssembly call: a name, if it knows one, and a place in the module. */
const FRAME =
  /(?:at (?:\S+\.wasm\.)?(\S+) )?\(?wasm:\/\/[^\s)]*wasm-function\[\d+\]:0x([0-9a-f]+)/g;

/** Calls that are looked up; the rest of a deep recursion only repeats them. */
const FRAMES = 40;

/** Writes a demangled name as a student would. */
function tidy(name: string): string {
  return name
    .replaceAll('std::__2::', 'std::')
    .replace(/\[abi:\w+\]/g, '')
    .replaceAll(
      'std::basic_string<char, std::char_traits<char>, std::allocator<char>>',
      'std::string',
    )
    .replace(/, std::allocator<[^<>]*(?:<[^<>]*>)?[^<>]*>>/g, '>')
    .replaceAll('std::vector<long long>', 'std::vector<std::int64_t>')
    .replaceAll('(anonymous namespace)::', '');
}
