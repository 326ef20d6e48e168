/**
 * A lesson's tests as native programs: CMake builds them, and each test runs in a process of its
 * own. For our own files and for one's own, never for a stranger's: nothing keeps a native program
 * from this computer's files.
 */
import { spawn, spawnSync } from 'node:child_process';
import { STACK_BYTES } from '../wasm/toolchain/flags.ts';
import { resultOf } from '../wasm/toolchain/outcome.ts';
import { OUTPUT_BYTES, type Outcome, type RunRequest } from '../wasm/toolchain/program.ts';
import type { TestCase, TestResult } from '../wasm/toolchain/types.ts';

/** The words that the page's engine has for how a process was stopped. */
const TRAPS: Record<string, string> = {
  SIGSEGV: 'memory access out of bounds',
  SIGBUS: 'memory access out of bounds',
  SIGFPE: 'divide by zero',
  SIGABRT: 'unreachable',
  SIGILL: 'unreachable',
  SIGTRAP: 'unreachable',
};

type Request = Pick<RunRequest, 'kind' | 'index' | 'seed'>;

/** Runs one request, as the page's worker does, with as much stack. The program is made with wasm/runner/native.cpp. */
export function runNative(
  program: string,
  { kind, index, seed }: Request,
  limitSeconds: number,
): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const request = [program, '--tell', kind, String(index), String(seed)];
    const child = spawn(
      'sh',
      ['-c', `ulimit -s ${String(STACK_BYTES >> 10)}; exec "$@"`, 'sh', ...request],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      },
    );
    let stopped: 'timeout' | 'output' | null = null;
    const stop = (why: 'timeout' | 'output') => {
      stopped ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop('timeout'), limitSeconds * 1000);
    const printed: Buffer[] = [];
    let bytes = 0;
    const print = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > OUTPUT_BYTES) stop('output');
      else printed.push(chunk);
    };
    child.stdout!.on('data', print);
    child.stderr!.on('data', print);
    const told: Buffer[] = [];
    child.stdio[3]!.on('data', (chunk: Buffer) => told.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const words = Buffer.concat(told).toString().split('\0');
      const events = Array.from({ length: Math.floor(words.length / 2) }, (_, i) => {
        return [words[2 * i] ?? '', words[2 * i + 1] ?? ''] as [string, string];
      });
      const ended = code === 0 && events.some(([key]) => key === 'end');
      const ending = stopped ?? (signal !== null ? 'trap' : ended ? 'returned' : 'exit');
      const detail = signal === null ? String(code) : (TRAPS[signal] ?? signal);
      const output = Buffer.concat(printed).toString();
      const seconds = (performance.now() - started) / 1000;
      resolve({ events, ending, detail, stack: '', output, seconds });
    });
  });
}

/** Asks a program which tests it has. */
export async function testsOf(program: string): Promise<TestCase[]> {
  const { events } = await runNative(program, { kind: 'list', index: 0, seed: 1 }, 30);
  const values = (key: string) => events.filter(([name]) => name === key).map(([, value]) => value);
  const steps = values('step');
  return values('test').map((name, index) => ({ name, step: steps[index] ?? '' }));
}

export interface NativeOptions {
  seed: number;
  limitSeconds: number;
  /** The student's file: its path as messages name it, and its text. */
  path: string;
  source: string;
}

/** Runs every test, each in a process of its own; after one that did not end, no more. */
export async function testNatively(
  program: string,
  tests: TestCase[],
  { seed, limitSeconds, path, source }: NativeOptions,
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const [index, test] of tests.entries()) {
    const outcome = await runNative(program, { kind: 'test', index, seed }, limitSeconds);
    results.push(resultOf(outcome, test, limitSeconds, path, source));
    if (results.at(-1)?.verdict === 'timeout') break;
  }
  return results;
}

/** Runs a command; gives back null, or what it printed if it failed. */
function complaint(command: string, args: string[]): string | null {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? null : stdout + stderr;
}

/** Makes or renews a build folder for debugging, from this repository. Null if all went well. */
export function configure(folder: string, ...options: string[]): string | null {
  const args = ['-G', 'Ninja', '-Wno-dev', '-DCMAKE_BUILD_TYPE=Debug', '-DBUILD_TESTING=OFF'];
  return complaint('cmake', ['-S', '.', '-B', folder, ...args, ...options]);
}

/** Builds targets. Null if all went well, or else what the compiler or the linker said. */
export function build(folder: string, ...targets: string[]): string | null {
  const said = complaint('cmake', ['--build', folder, '--target', ...targets]);
  // Without what Ninja says of itself: its progress, and the command that failed in full.
  const noise = /^(\[\d+\/\d+\] .*|FAILED: .*\n.*|ninja: build stopped: .*)\n/gm;
  return said?.replace(noise, '') ?? null;
}
