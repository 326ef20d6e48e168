/** Packed files, named by content, and a cache of what was slow to make. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AssetSource } from '../toolchain/compiler.ts';
import type { Asset } from '../toolchain/types.ts';

export function hashOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(typeof part === 'string' ? part : part).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

export class Store implements AssetSource {
  private readonly contents = new Map<string, Uint8Array>();
  private compiled: Promise<WebAssembly.Module> | null = null;
  private readonly remembered = new Map<string, Promise<Uint8Array>>();

  constructor(
    private readonly folder: string,
    private readonly cache: string,
  ) {}

  /** Writes a file that will never change under its name. */
  async put(name: string, bytes: Uint8Array): Promise<Asset> {
    const { ext, name: stem } = path.parse(name);
    const asset = { path: `files/${stem}-${hashOf(bytes)}${ext}`, bytes: bytes.length };
    this.contents.set(asset.path, bytes);
    await mkdir(path.join(this.folder, 'files'), { recursive: true });
    await writeFile(path.join(this.folder, asset.path), bytes);
    return asset;
  }

  async bytes(asset: Asset): Promise<Uint8Array> {
    return this.contents.get(asset.path) ?? readFile(path.join(this.folder, asset.path));
  }

  module(asset: Asset): Promise<WebAssembly.Module> {
    this.compiled ??= this.bytes(asset).then((bytes) =>
      WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>),
    );
    return this.compiled;
  }

  /** The cached result for this key, or a new one. The key must name everything it depends on. */
  remember(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const found = this.remembered.get(key) ?? this.find(key, make);
    this.remembered.set(key, found);
    return found;
  }

  private async find(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const file = path.join(this.cache, key);
    try {
      return await readFile(file);
    } catch {
      const made = await make();
      await mkdir(this.cache, { recursive: true });
      const fresh = `${file}.${String(process.pid)}.new`;
      await writeFile(fresh, made);
      await rename(fresh, file);
      return made;
    }
  }
}
