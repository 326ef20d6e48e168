/** The folder my/: a student's own files. What was changed there is never overwritten. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { hashOf } from '../wasm/pack/store.ts';

/** What stood in each file when it was last written here: how a change is told from our own text. */
const MADE = 'made.json';

/** The text of a file, or null if there is none. */
export const textOf = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

export class MyFolder {
  made = 0;
  renewed = 0;
  /** Files that were changed here, and where the text lies that they did not give way to. */
  readonly conflicts: { path: string; copy: string }[] = [];

  private constructor(
    private readonly folder: string,
    private readonly hashes: Record<string, string>,
  ) {}

  static async open(folder: string): Promise<MyFolder> {
    const text = await textOf(path.join(folder, MADE));
    return new MyFolder(folder, JSON.parse(text ?? '{}') as Record<string, string>);
  }

  /** Makes a file if there is none. */
  async begin(file: string, text: string): Promise<void> {
    if ((await textOf(path.join(this.folder, file))) === null) await this.write(file, text);
  }

  /** Makes or renews a file; beside one that was changed here, the text is kept as a copy. */
  async bring(file: string, text: string): Promise<void> {
    const now = await textOf(path.join(this.folder, file));
    if (now === text) return;
    if (now === null || hashOf(now) === this.hashes[file]) {
      await this.write(file, text, now !== null);
      return;
    }
    const copy = await this.freeName(file, text);
    await writeFile(path.join(this.folder, copy), text);
    this.conflicts.push({
      path: path.join(this.folder, file),
      copy: path.join(this.folder, copy),
    });
  }

  /** Remembers what was written. */
  async close(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(path.join(this.folder, MADE), JSON.stringify(this.hashes, null, 1));
  }

  private async write(file: string, text: string, renews = false): Promise<void> {
    const target = path.join(this.folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
    this.hashes[file] = hashOf(text);
    if (renews) this.renewed++;
    else this.made++;
  }

  /** shape.imported.cpp, or the next such name that is free or holds this text already. */
  private async freeName(file: string, text: string): Promise<string> {
    const { dir, name, ext } = path.parse(file);
    for (let number = 1; ; number++) {
      const word = number === 1 ? 'imported' : `imported-${String(number)}`;
      const candidate = path.join(dir, `${name}.${word}${ext}`);
      const there = await textOf(path.join(this.folder, candidate));
      if (there === null || there === text) return candidate;
    }
  }
}
