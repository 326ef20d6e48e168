import { Directory, File, OpenFile, PreopenDirectory } from '@bjorn3/browser_wasi_shim';

/**
 * The WASI library's in-memory files copy their whole content at every read and at every write that
 * grows them. The compiler reads a 15 MB header and writes an object in thousands of pieces, so
 * these files lend out views and grow by doubling.
 */
export class MemoryFile extends File {
  private length: number;

  constructor(bytes: Uint8Array) {
    super([]);
    this.data = bytes;
    this.length = bytes.length;
  }

  get bytes(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  override get size(): bigint {
    return BigInt(this.length);
  }

  override path_open(oflags: number): { ret: number; fd_obj: OpenFile } {
    const truncate = 8;
    if (oflags & truncate) {
      this.data = new Uint8Array(0);
      this.length = 0;
    }
    return { ret: 0, fd_obj: new OpenMemoryFile(this) };
  }

  write(bytes: Uint8Array, at: number): void {
    this.resize(Math.max(this.length, at + bytes.length));
    this.data.set(bytes, at);
  }

  resize(length: number): void {
    if (length > this.data.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.data.length, 65536));
      grown.set(this.data);
      this.data = grown;
    }
    this.length = length;
  }
}

class OpenMemoryFile extends OpenFile {
  constructor(private readonly memory: MemoryFile) {
    super(memory);
  }

  override fd_read(size: number) {
    const read = this.fd_pread(size, this.file_pos);
    this.file_pos += BigInt(read.data.length);
    return read;
  }

  override fd_pread(size: number, offset: bigint) {
    return { ret: 0, data: this.memory.bytes.subarray(Number(offset), Number(offset) + size) };
  }

  override fd_write(data: Uint8Array) {
    const written = this.fd_pwrite(data, this.file_pos);
    this.file_pos += BigInt(data.length);
    return written;
  }

  override fd_pwrite(data: Uint8Array, offset: bigint) {
    this.memory.write(data, Number(offset));
    return { ret: 0, nwritten: data.length };
  }

  override fd_filestat_set_size(size: bigint) {
    this.memory.resize(Number(size));
    return 0;
  }
}

/** A directory whose new files are `MemoryFile`s. */
class MemoryDirectory extends Directory {
  override create_entry_for_path(path: string, isDirectory: boolean) {
    const created = super.create_entry_for_path(path, isDirectory);
    if (created.entry === null || isDirectory) {
      return created;
    }
    const file = new MemoryFile(new Uint8Array(0));
    place(this, path, file);
    return { ret: created.ret, entry: file };
  }
}

function place(root: Directory, path: string, entry: File | Directory): void {
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop();
  if (name === undefined) {
    throw new Error(`a file needs a name, got "${path}"`);
  }
  let directory = root;
  for (const part of parts) {
    let next = directory.contents.get(part);
    if (next === undefined) {
      next = new Directory(new Map());
      directory.contents.set(part, next);
    }
    if (!(next instanceof Directory)) {
      throw new Error(`${path}: ${part} is a file`);
    }
    directory = next;
  }
  directory.contents.set(name, entry);
}

/** A tree of read-only files that many commands share, such as the headers of the standard library. */
export function directoryOf(files: Iterable<[string, Uint8Array]>): Directory {
  const root = new Directory(new Map());
  for (const [path, bytes] of files) {
    place(root, path, new MemoryFile(bytes));
  }
  return root;
}

/** The root of one command's files: its own on top of shared directories. */
export class FileTree {
  readonly preopen: PreopenDirectory;

  constructor(shared: Record<string, Directory>, files: Record<string, Uint8Array>) {
    const root = new MemoryDirectory(new Map<string, Directory>(Object.entries(shared)));
    root.contents.set('tmp', new Directory(new Map()));
    for (const [path, bytes] of Object.entries(files)) {
      place(root, path, new MemoryFile(bytes));
    }
    this.preopen = new PreopenDirectory('/', new Map());
    this.preopen.dir = root;
  }

  /** The bytes of a file that the command wrote, or null. Copied: the file's buffer may be larger. */
  read(name: string): Uint8Array | null {
    const entry = this.preopen.dir.contents.get(name);
    return entry instanceof MemoryFile ? entry.bytes.slice() : null;
  }
}
