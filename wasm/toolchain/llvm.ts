import { ConsoleStdout, type Directory, File, OpenFile, WASI } from '@bjorn3/browser_wasi_shim';
import { parseTar } from 'nanotar';
import { directoryOf, FileTree } from './files.ts';

export interface Output {
  code: number;
  /** The engine's word for a trap or a full stack, if the command did not end by itself. */
  crash: string | null;
  stdout: string;
  stderr: string;
  files: FileTree;
}

/** Collects what a command prints, up to a bound: a file full of errors can print a gigabyte. */
class Sink {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;
  readonly fd = new ConsoleStdout((bytes) => {
    if (this.length < 4_000_000) {
      this.chunks.push(bytes.slice());
      this.length += bytes.length;
    }
  });

  get text(): string {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return new TextDecoder().decode(all);
  }
}

/** The packed include and library tree, as every command sees it. */
export function treeOf(sysroot: Uint8Array): Record<string, Directory> {
  const files = parseTar(sysroot).flatMap((entry): [string, Uint8Array][] =>
    entry.data === undefined ? [] : [[entry.name, entry.data]],
  );
  return { usr: directoryOf(files) };
}

/**
 * clang, lld and LLVM's tools: one WebAssembly program that behaves as its first argument says. It
 * is the core module of the npm package @yowasp/clang, run on WASI directly, without the package's
 * component layer: that lets the browser compile it while it streams and cache the machine code,
 * and lets us call `clang -cc1` without the driver's second run.
 */
export class Llvm {
  constructor(
    private readonly module: WebAssembly.Module,
    /** Directories every command sees at the root, such as `usr`. */
    private readonly shared: Record<string, Directory>,
  ) {}

  async run(command: string[], files: Record<string, Uint8Array> = {}): Promise<Output> {
    const tree = new FileTree(this.shared, files);
    const stdout = new Sink();
    const stderr = new Sink();
    const stdin = new OpenFile(new File([]));
    const wasi = new WASI(command, [], [stdin, stdout.fd, stderr.fd, tree.preopen], {
      debug: false,
    });
    const instance = await WebAssembly.instantiate(this.module, {
      wasi_snapshot_preview1: wasi.wasiImport,
    });
    let code = 1;
    let crash: string | null = null;
    try {
      code = wasi.start(
        instance as { exports: { memory: WebAssembly.Memory; _start: () => unknown } },
      );
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof WebAssembly.RuntimeError)) {
        throw error;
      }
      crash = error.message;
    }
    return { code, crash, stdout: stdout.text, stderr: stderr.text, files: tree };
  }
}
