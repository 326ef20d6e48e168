/** `npm test`: sets everything up and runs every test, stage by stage. */
import { spawnSync } from 'node:child_process';
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

const STAGES = {
  'format, types and lint': [[process.execPath, 'scripts/lint.mjs']],
  'the engine, natively': cpp('build/native'),
  'the engine under AddressSanitizer and UBSan': cpp('build/sanitize', '-DTINYTORCH_SANITIZE=ON'),
  'the live engine in wasm': [['ctest', '--test-dir', 'build/wasm', '--output-on-failure']],
  'the lesson contract': [[process.execPath, 'scripts/run.mjs', 'contract']],
  'the page in Jest': jest('web', 'content'),
  'the toolchain, packer and hostile programs': jest('regression'),
  'the page in Chromium': jest('browser'),
};

function passes(commands) {
  return commands.every(([command, ...args]) => {
    const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    return status === 0;
  });
}

await main(() => {
  setUp(FOR_TEST);
  const failed = [];
  const rows = [];
  for (const [name, commands] of Object.entries(STAGES)) {
    say(`\n--- ${name}`);
    const started = Date.now();
    const passed = passes(commands);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    rows.push(`${passed ? 'passed' : 'FAILED'}  ${seconds.padStart(4)} s  ${name}`);
    if (!passed) failed.push(name);
  }
  console.log(`\n${rows.join('\n')}\n`);
  console.log(`${rows.length - failed.length} passed, ${failed.length} failed`);
  process.exit(failed.length === 0 ? 0 : 1);
});
