/** `npm run lint`: format, types and lint, all without a warning. */
import { spawnSync } from 'node:child_process';
import { ensurePackages, main } from './setup.mjs';

await main(() => {
  ensurePackages(['clang-format']);
  const git = spawnSync('git', ['ls-files', '*.cpp', '*.h'], { encoding: 'utf8' });
  const sources = git.stdout.split('\n').filter((file) => file !== '');
  const checks = [
    ['clang-format', '--dry-run', '-Werror', ...sources],
    [
      process.execPath,
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level',
      'warn',
      '.',
    ],
    [process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit'],
    [process.execPath, 'node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  ];
  const results = checks.map(
    ([command, ...args]) => spawnSync(command, args, { stdio: 'inherit' }).status === 0,
  );
  process.exit(results.every(Boolean) ? 0 : 1);
});
