/** The toolchain in Node: assets from the packed course on disk, programs in worker threads. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type AssetSource, Compiler } from './compiler.ts';
import { Grader } from './grade.ts';
import { type FromWorker, type ProgramWorker, WorkerRunner } from './runner.ts';
import type { Asset, CourseIndex, LessonData } from './types.ts';

export class DiskAssets implements AssetSource {
  private readonly cache = new Map<string, Promise<Uint8Array>>();

  /** `compiled` is the toolchain's module where another thread has it already. */
  constructor(
    private readonly folder: string,
    private readonly compiled?: WebAssembly.Module,
  ) {}

  bytes(asset: Asset): Promise<Uint8Array> {
    let bytes = this.cache.get(asset.path);
    if (bytes === undefined) {
      bytes = readFile(path.join(this.folder, asset.path));
      this.cache.set(asset.path, bytes);
    }
    return bytes;
  }

  async module(asset: Asset): Promise<WebAssembly.Module> {
    if (this.compiled !== undefined) return this.compiled;
    const bytes = await readFile(path.join(this.folder, asset.path));
    return WebAssembly.compile(bytes);
  }
}

export function nodeRunner(): WorkerRunner {
  return new WorkerRunner((): ProgramWorker => {
    const worker = new Worker(new URL('node.worker.mjs', import.meta.url));
    return {
      post: (message) => worker.postMessage(message),
      onMessage: (handler) => {
        worker.removeAllListeners('message');
        worker.on('message', (message: FromWorker) => handler(message));
        // An idle worker must not keep the process alive, and listening would.
        worker.unref();
      },
      terminate: () => void worker.terminate(),
    };
  });
}

/** A packed course on disk. */
export class Course {
  constructor(
    readonly folder: string,
    readonly index: CourseIndex,
    private readonly assets: DiskAssets,
  ) {}

  static async open(folder: string, compiled?: WebAssembly.Module): Promise<Course> {
    const index = await readFile(path.join(folder, 'index.json'), 'utf8');
    const assets = new DiskAssets(folder, compiled);
    return new Course(folder, JSON.parse(index) as CourseIndex, assets);
  }

  async lesson(slug: string): Promise<LessonData> {
    const known = this.index.lessons.map((lesson) => lesson.slug);
    if (!known.includes(slug)) {
      throw new Error(`there is no lesson "${slug}"; the lessons are ${known.join(', ')}`);
    }
    const text = await readFile(path.join(this.folder, 'lessons', `${slug}.json`), 'utf8');
    return JSON.parse(text) as LessonData;
  }

  compiler(): Promise<Compiler> {
    return Compiler.load(this.index.toolchain, this.assets);
  }

  async grader(): Promise<Grader> {
    return new Grader(await this.compiler(), nodeRunner());
  }
}
