import { copyFileSync, existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../setup.mjs';

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
