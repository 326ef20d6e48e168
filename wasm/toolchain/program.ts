import { ConsoleStdout, File, OpenFile, WASI, WASIProcExit } from '@bjorn3/browser_wasi_shim';

/** What to run in a fresh instance of a linked program. */
export interface RunRequest {
  kind: 'list' | 'test' | 'measure' | 'main';
  index: number;
  seed: number;
  /** Keeps the stack of the last exception; costs time at each throw. */
  stacks: boolean;
}

/** What a run told the host. Says nothing yet about right or wrong. */
export interface Outcome {
  events: [string, string][];
  ending: 'returned' | 'exit' | 'trap' | 'output' | 'forged' | 'timeout' | 'cancelled';
  /** The exit code or the engine's word for the trap. */
  detail: string;
  /** The JavaScript stack at a trap, an exit, the output limit or the last exception. */
  stack: string;
  output: string;
  seconds: number;
}

export const OUTPUT_BYTES = 64 * 1024;
const NOT_SUPPORTED = 52;
const KINDS = { list: 0, test: 1, measure: 2, main: 3 } as const;

/** Stops the program from inside one of its own calls to the host. */
class Stop extends Error {
  constructor(readonly ending: Outcome['ending']) {
    super(ending);
  }
}

/** The WASI calls a program may make; it has no files, and its clock ticks in milliseconds. */
const ALLOWED = new Set([
  ...['args_get', 'args_sizes_get', 'environ_get', 'environ_sizes_get'],
  ...['fd_write', 'fd_read', 'fd_close', 'fd_seek', 'fd_fdstat_get'],
  ...['clock_time_get', 'random_get', 'proc_exit'],
]);

function wasiImports(
  module: WebAssembly.Module,
  wasi: WASI,
): Record<string, WebAssembly.ImportValue> {
  const provided = wasi.wasiImport as Record<string, WebAssembly.ImportValue>;
  const imports: Record<string, WebAssembly.ImportValue> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from === 'wasi_snapshot_preview1') {
      imports[name] = (ALLOWED.has(name) && provided[name]) || (() => NOT_SUPPORTED);
    }
  }
  imports['clock_time_get'] = (_clock: number, _precision: bigint, at: number) => {
    const memory = (wasi.inst as { exports: { memory: WebAssembly.Memory } }).exports.memory;
    new DataView(memory.buffer).setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true);
    return 0;
  };
  return imports;
}

/** Runs one request to its end. Blocks: the caller is a worker that can be killed. */
export function runProgram(
  module: WebAssembly.Module,
  request: RunRequest,
  onOutput?: (text: string) => void,
): Outcome {
  const started = performance.now();
  const events: [string, string][] = [];
  let output = '';
  let written = 0;
  let stack = '';
  const nonce = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  let asked = false;

  const decoder = new TextDecoder();
  const console = new ConsoleStdout((bytes) => {
    const room = OUTPUT_BYTES - written;
    const text = decoder.decode(bytes.slice(0, room), { stream: true });
    written += bytes.length;
    output += text;
    onOutput?.(text);
    if (bytes.length > room) {
      throw new Stop('output');
    }
  });
  const stdin = new OpenFile(new File([]));
  const wasi = new WASI([], [], [stdin, console, console], { debug: false });
  const memory = () => (instance.exports['memory'] as WebAssembly.Memory).buffer;
  const text = (at: number, size: number) =>
    new TextDecoder().decode(new Uint8Array(memory(), at, size));
  const tinytorch = {
    nonce: () => {
      if (asked) {
        throw new Stop('forged');
      }
      asked = true;
      return nonce;
    },
    report: (given: bigint, key: number, keySize: number, value: number, valueSize: number) => {
      if (BigInt.asUintN(64, given) !== nonce) {
        throw new Stop('forged');
      }
      events.push([text(key, keySize), text(value, valueSize)]);
    },
    endless: () => {
      throw new Stop('timeout');
    },
    threw: () => {
      if (request.stacks) {
        stack = new Error().stack ?? '';
      }
    },
  };

  const instance = new WebAssembly.Instance(module, {
    tinytorch,
    wasi_snapshot_preview1: wasiImports(module, wasi),
  });
  wasi.inst = instance as unknown as typeof wasi.inst;
  const finish = (ending: Outcome['ending'], detail: string): Outcome => ({
    ...{ events, ending, detail, stack, output },
    seconds: (performance.now() - started) / 1000,
  });
  try {
    const run = instance.exports['tt_run'] as (kind: number, index: number, seed: number) => void;
    run(KINDS[request.kind], request.index, request.seed);
    return finish('returned', '');
  } catch (error) {
    stack = error instanceof Error ? (error.stack ?? '') : '';
    if (error instanceof Stop) {
      return finish(error.ending, '');
    }
    if (error instanceof WASIProcExit) {
      return finish('exit', String(error.code));
    }
    return finish('trap', error instanceof Error ? error.message : String(error));
  }
}

/** Starts a program that answers calls instead of running from a beginning to an end. */
export function instantiate(module: WebAssembly.Module): WebAssembly.Exports {
  const console = new ConsoleStdout(() => undefined);
  const wasi = new WASI([], [], [new OpenFile(new File([])), console, console], { debug: false });
  const nothing = () => undefined;
  const instance = new WebAssembly.Instance(module, {
    tinytorch: { nonce: () => 0n, report: nothing, threw: nothing, endless: nothing },
    wasi_snapshot_preview1: wasiImports(module, wasi),
  });
  wasi.inst = instance as unknown as typeof wasi.inst;
  return instance.exports;
}
