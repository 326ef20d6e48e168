import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, say } from '../setup.mjs';

const FOLDER = 'build/bench';

/** Installs what the bench compares with, once, and gives the folder that a page is served from. */
export async function peers(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  const list = fileURLToPath(new URL('peers.json', import.meta.url));
  copyFileSync(list, path.join(FOLDER, 'package.json'));
  if (!existsSync(path.join(FOLDER, 'node_modules/@tensorflow'))) {
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER });
  }
  return path.join(FOLDER, 'node_modules');
}

/** The numbers that a script prints which measures PyTorch, by line, or null where it cannot. */
export function inPyTorch(script: string, ...args: number[]): number[][] | null {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [script, ...args.map(String)], {
    encoding: 'utf8',
  });
  if (status === 0) {
    const lines = stdout.trim().split('\n');
    return lines.map((line) => line.split(' ').map(Number));
  }
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  say(`The comparison with PyTorch is left out: ${reason}.`);
  say('It needs `apt install python3-torch libopenblas0`.');
  return null;
}
