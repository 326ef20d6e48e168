/** `npm test`: sets everything up and runs every test, stage by stage. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { FOR_TEST, main, say, setUp } from './setup.mjs';

const jobs = String(Math.min(4, availableParallelism()));

function cpp(folder, ...options) {
  return [
    ['cmake', '-S', '.', '-B', folder, '-G', 'Ninja', '-Wno-dev', ...options],
    ['cmake', '--build', folder, '--parallel', jobs],
    ['ctest', '--test-dir', folder, '--output-on-failure'],
  ];
}

function jest(...projects) {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  return [
    [process.execPath, ...flags, 'node_modules/jest/bin/jest.js', '--selectProjects', ...projects],
  ];
}

/** Those that keep every core busy: one after the other. */
const WIDE = {
  'the engine, natively': cpp('build/native'),
  'the engine under AddressSanitizer and UBSan': cpp('build/sanitize', '-DTINYTORCH_SANITIZE=ON'),
  'the lesson contract': [[process.execPath, 'scripts/run.mjs', 'contract']],
};

/** Those of one thread: two at a time, the longest first. */
const NARROW = {
  'the page in Chromium': jest('browser'),
  'the toolchain, packer and hostile programs': jest('regression'),
  'the page in Jest': jest('web', 'content'),
  'format, types and lint': [[process.execPath, 'scripts/lint.mjs']],
  'the live engine in wasm': [['ctest', '--test-dir', 'build/wasm', '--output-on-failure']],
};

/** Runs a command; true if it ended with 0. */
function passes([command, ...args], write) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', write);
    child.stderr.on('data', write);
    child.on('error', (error) => write(`${error.message}\n`));
    child.on('close', (status) => resolve(status === 0));
  });
}

const rows = [];

/** What a stage prints is shown as it comes where it is alone, else at its end. */
async function run([name, commands], alone) {
  const printed = [];
  const show = (chunk) => process.stdout.write(chunk);
  say(`\n--- ${name} ...`);
  const started = Date.now();
  let passed = true;
  for (const command of commands) {
    passed = passed && (await passes(command, alone ? show : (chunk) => printed.push(chunk)));
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const row = `${passed ? 'passed' : 'FAILED'}  ${seconds.padStart(4)} s  ${name}`;
  for (const chunk of printed) show(chunk);
  say(`--- ${row}`);
  rows.push(row);
}

/** Takes stages from the list until there are none. */
async function runAll(stages, alone) {
  for (let next = stages.shift(); next !== undefined; next = stages.shift()) {
    await run(next, alone);
  }
}

await main(async () => {
  setUp(FOR_TEST);
  await runAll(Object.entries(WIDE), true);
  const narrow = Object.entries(NARROW);
  await Promise.all([runAll(narrow, false), runAll(narrow, false)]);
  const failed = rows.filter((row) => row.startsWith('FAILED'));
  console.log(`\n${rows.join('\n')}\n`);
  console.log(`${rows.length - failed.length} passed, ${failed.length} failed`);
  process.exit(failed.length === 0 ? 0 : 1);
});
