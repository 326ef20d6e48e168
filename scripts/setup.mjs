/**
 * Brings a fresh clone to a running course. Plain JavaScript that needs nothing but Node: it is
 * what installs the rest. Every part is skipped when nothing it depends on has changed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian packages: what each is for, and how to see that it is there. */
const PACKAGES = {
  emscripten: { program: 'em-config', use: 'the live engine and C++ exceptions in the page' },
  cmake: { program: 'cmake', use: 'every C++ build' },
  'ninja-build': { program: 'ninja', use: 'every C++ build' },
  'g++': { program: 'g++', use: 'the native engine' },
  'doctest-dev': { file: '/usr/include/doctest/doctest.h', use: "the engine's tests" },
  'clang-format': { program: 'clang-format', use: 'the format of C++ files' },
  chromium: { program: 'chromium', use: 'the tests in a real browser' },
  clang: { program: 'clang++', use: 'the native toolchain that the bench compares with' },
};

export const FOR_START = ['emscripten', 'cmake', 'ninja-build', 'g++'];
export const FOR_TEST = [...FOR_START, 'doctest-dev', 'clang-format', 'chromium'];
export const FOR_BENCH = [...FOR_START, 'chromium', 'clang'];

const STAMPS = 'build/stamps';

export class SetupError extends Error {}

export function say(text) {
  process.stderr.write(`${text}\n`);
}

function onPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)));
}

function isThere(name) {
  const { program, file } = PACKAGES[name];
  return program === undefined ? existsSync(file) : onPath(program);
}

/** Runs a command and shows its output. Throws if it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options });
  if (result.error !== undefined || result.status !== 0) {
    const reason = result.error?.message ?? `it ended with ${result.status ?? result.signal}`;
    throw new SetupError(`\`${[command, ...args].join(' ')}\` failed: ${reason}`);
  }
}

/** Installs missing Debian packages, or says exactly which to install. */
export function ensurePackages(names) {
  const missing = names.filter((name) => !isThere(name));
  if (missing.length === 0) return;
  say('Missing packages:');
  for (const name of missing) say(`  ${name.padEnd(12)} for ${PACKAGES[name].use}`);
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!onPath('apt-get')) {
    throw new SetupError(
      `This system has no apt-get. Install, by whatever name it has here: ${missing.join(', ')}. Then run this again.`,
    );
  }
  if (process.getuid() !== 0) {
    throw new SetupError(
      `Installing packages needs root. Run:\n  sudo ${command}\nThen run this again.`,
    );
  }
  say(`Installing them: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-q'], { env });
  run('apt-get', command.split(' ').slice(1), { env });
  const still = names.filter((name) => !isThere(name));
  if (still.length > 0) {
    throw new SetupError(`Still missing after the installation: ${still.join(', ')}`);
  }
}

function* filesOf(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* filesOf(join(path, name));
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesOf(path)) hash.update(file).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Does `work` unless `inputs` are as they were when it last succeeded and `output` still exists. */
function unlessDone(name, inputs, output, work) {
  const stamp = join(STAMPS, name);
  const hash = hashOf(inputs);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const started = Date.now();
  say(`${name} ...`);
  work();
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, hash);
  say(`${name}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function installLibraries() {
  // Not `npm ci`: it refuses a lock file without the binaries of platforms that a registry does
  // not carry. With --no-save the lock file decides and is left as it is.
  const install = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const installed = 'node_modules/.package-lock.json';
  unlessDone('Installing npm packages', ['package-lock.json'], installed, () =>
    run('npm', install),
  );
}

const CPP = ['CMakeLists.txt', 'engine'];

function buildLiveEngine() {
  const inputs = [...CPP, 'wasm/bindings'];
  unlessDone('Building the live engine', inputs, 'build/wasm/engine.js', () => {
    run('emcmake', ['cmake', '-S', '.', '-B', 'build/wasm', '-G', 'Ninja', '-Wno-dev']);
    run('cmake', ['--build', 'build/wasm']);
  });
}

function packCourse() {
  const inputs = [
    'engine',
    'lessons',
    'wasm/toolchain',
    'wasm/runner',
    'wasm/session',
    'wasm/pack',
    'package-lock.json',
  ];
  unlessDone('Packing the lessons', inputs, 'build/course/index.json', () =>
    run(process.execPath, ['--import', 'tsx', 'wasm/pack/main.ts']),
  );
}

function buildPage() {
  const course = [
    'build/course/index.json',
    'build/course/lessons',
    'build/wasm/engine.js',
    'build/wasm/engine.wasm',
  ];
  const inputs = ['web', 'wasm/toolchain', 'vite.config.ts', 'package-lock.json', ...course];
  unlessDone('Building the page', inputs, 'dist/index.html', () =>
    run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']),
  );
}

function requireNode() {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    throw new SetupError(`TinyTorch needs Node 20 or newer; this is ${process.version}.`);
  }
}

/** What working natively needs: no Emscripten, no packed course, no page. */
export function setUpNative() {
  requireNode();
  ensurePackages(['cmake', 'ninja-build', 'g++']);
  installLibraries();
}

/** Everything from a fresh clone to the built course in `dist/`. */
export function setUp(packages) {
  requireNode();
  ensurePackages(packages);
  installLibraries();
  buildLiveEngine();
  packCourse();
  buildPage();
}

/** Runs a script's main function, and turns a `SetupError` into one clear message. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}
