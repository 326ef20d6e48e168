/** The worker that holds the compiler: it stays, because the engine's code for it gets faster. */
import { expose } from 'comlink';
import { type AssetSource, Compiler, type Source } from '../../../wasm/toolchain/compiler.ts';
import type { Profile } from '../../../wasm/toolchain/flags.ts';
import type { Asset, Toolchain, UnitPlan } from '../../../wasm/toolchain/types.ts';

/** Fetches packed files, counting what has come. A failed fetch may be tried again. */
class NetworkAssets implements AssetSource {
  private readonly kept = new Map<string, Promise<Uint8Array>>();

  constructor(
    private readonly base: string,
    private readonly onBytes: (count: number) => void,
  ) {}

  private async fetch(asset: Asset): Promise<Response> {
    const response = await fetch(`${this.base}course/${asset.path}`);
    if (!response.ok) {
      throw new Error(`${asset.path} could not be loaded: the server said ${response.status}.`);
    }
    return response;
  }

  bytes(asset: Asset): Promise<Uint8Array> {
    let bytes = this.kept.get(asset.path);
    if (bytes === undefined) {
      bytes = this.download(asset);
      this.kept.set(asset.path, bytes);
      bytes.catch(() => this.kept.delete(asset.path));
    }
    return bytes;
  }

  private async download(asset: Asset): Promise<Uint8Array> {
    const response = await this.fetch(asset);
    const all = new Uint8Array(asset.bytes);
    let at = 0;
    for await (const chunk of chunksOf(response)) {
      all.set(chunk, at);
      at += chunk.length;
      this.onBytes(chunk.length);
    }
    if (at !== asset.bytes) {
      throw new Error(`${asset.path} came incomplete: ${at} of ${asset.bytes} bytes.`);
    }
    return all;
  }

  /** Compiles while it streams, from the response itself: then the browser keeps the machine code. */
  async module(asset: Asset): Promise<WebAssembly.Module> {
    const response = await this.fetch(asset);
    const counted = response.clone();
    const counting = (async () => {
      for await (const chunk of chunksOf(counted)) {
        this.onBytes(chunk.length);
      }
    })();
    const [module] = await Promise.all([WebAssembly.compileStreaming(response), counting]);
    return module;
  }
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    yield part.value;
  }
}

let compiler: Compiler | null = null;

function loaded(): Compiler {
  if (compiler === null) {
    throw new Error('The compiler is not loaded yet.');
  }
  return compiler;
}

const service = {
  async load(
    toolchain: Toolchain,
    base: string,
    onProgress: (doneBytes: number, totalBytes: number) => void,
  ): Promise<void> {
    const total = Object.values(toolchain).reduce((sum, asset) => sum + asset.bytes, 0);
    let done = 0;
    let told = 0;
    const assets = new NetworkAssets(base, (count) => {
      done += count;
      const step = 500_000;
      if (done - told > step || done === total) {
        told = done;
        onProgress(done, total);
      }
    });
    compiler ??= await Compiler.load(toolchain, assets);
  },
  compile: (source: Source, profile: Profile) => loaded().compile(source, profile),
  check: (source: Source) => loaded().check(source),
  rule: (object: Uint8Array, plan: UnitPlan, source: Source) => loaded().rule(object, plan, source),
  link: (objects: (Uint8Array | Asset)[]) => loaded().link(objects),
  demangle: (names: string[]) => loaded().demangle(names),
  symbolize: (program: Uint8Array, stack: string) => loaded().symbolize(program, stack),
};

export type CompilerService = typeof service;

expose(service);
