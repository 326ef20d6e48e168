/**
 * Puts a Brotli file beside every file of a built page that gets smaller by it; `serve.mjs`, or any
 * web server, sends that one. Remembered by content: the compiler takes minutes, for 5% less than
 * in one; but it is compressed once, and every visitor fetches it.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { copyFile, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const COMPRESSIBLE = /\.(html|js|css|svg|json|wasm|tar|pch|o|bin)$/;
const SMALLEST_BYTES = 1024;

const CACHE = 'build/cache';

const compressBytes = promisify(brotliCompress);

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Compresses the file, or takes what is remembered. */
async function compressFile(file, say) {
  const bytes = await readFile(file);
  if (bytes.length < SMALLEST_BYTES) return;
  const kept = join(CACHE, `brotli-best-${hashOf(bytes)}`);
  if (!existsSync(kept)) {
    if (bytes.length > 5e6) say(`  compressing ${file}`);
    const compressed = await compressBytes(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    const fresh = `${kept}.${process.pid}.new`;
    await writeFile(fresh, compressed);
    await rename(fresh, kept);
  }
  await copyFile(kept, `${file}.br`);
}

/** Writes into the course's index how many bytes of the compiler travel. */
async function noteSizes(folder) {
  const file = join(folder, 'course/index.json');
  const index = JSON.parse(await readFile(file, 'utf8'));
  for (const asset of Object.values(index.toolchain)) {
    const { size } = await stat(join(folder, 'course', `${asset.path}.br`));
    asset.transferBytes = size;
  }
  await writeFile(file, JSON.stringify(index));
  await compressFile(file, () => undefined);
}

/** Compresses a built page. */
export async function compress(folder, say) {
  mkdirSync(CACHE, { recursive: true });
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => COMPRESSIBLE.test(name)).map((name) => join(folder, name));
  const worker = async () => {
    for (let file = files.pop(); file !== undefined; file = files.pop()) {
      await compressFile(file, say);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  await noteSizes(folder);
}
