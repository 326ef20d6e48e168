import type { AssetSource } from '../../../wasm/toolchain/compiler.ts';
import type { Asset } from '../../../wasm/toolchain/types.ts';

/** How often a download is taken up again before the student is told. */
const ATTEMPTS = 5;
const PAUSE_MS = 500;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Bytes that travel for a file: fewer than it has, where the server sends it compressed. */
export const transferBytes = (asset: Asset) => asset.transferBytes ?? asset.bytes;

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    yield part.value;
  }
}

/**
 * Fetches packed files and tells how many bytes have travelled. A broken download is taken up again
 * where it broke: a file's content never changes under its name, so the browser keeps what has come
 * and asks the server for the rest.
 */
export class NetworkAssets implements AssetSource {
  private readonly kept = new Map<string, Promise<Uint8Array>>();
  private readonly arrived = new Map<string, number>();

  constructor(
    private readonly base: string,
    private readonly onBytes: (done: number) => void,
  ) {}

  private async fetch(asset: Asset): Promise<Response> {
    const response = await fetch(`${this.base}course/${asset.path}`);
    if (!response.ok) {
      throw new Error(`${asset.path} could not be loaded: the server said ${response.status}.`);
    }
    return response;
  }

  /** Notes how much of a file is here; a second attempt begins at its start again. */
  private count(asset: Asset, bytes: number): void {
    const travelled = (bytes / asset.bytes) * transferBytes(asset);
    this.arrived.set(asset.path, Math.max(travelled, this.arrived.get(asset.path) ?? 0));
    this.onBytes([...this.arrived.values()].reduce((sum, each) => sum + each, 0));
  }

  /** Reads a file to its end, in as many attempts as it takes. */
  private async read<T>(asset: Asset, attempt: () => Promise<T>): Promise<T> {
    for (let left = ATTEMPTS - 1; ; left--) {
      try {
        return await attempt();
      } catch (error) {
        // A network that fails is a TypeError; what the server says is final.
        if (!(error instanceof TypeError) || left === 0) {
          const reason = error instanceof Error ? error.message : String(error);
          throw error instanceof TypeError
            ? new Error(`${asset.path} could not be loaded: ${reason}`, { cause: error })
            : error;
        }
        await pause(PAUSE_MS * (ATTEMPTS - left));
      }
    }
  }

  bytes(asset: Asset): Promise<Uint8Array> {
    let bytes = this.kept.get(asset.path);
    if (bytes === undefined) {
      bytes = this.read(asset, () => this.download(asset));
      this.kept.set(asset.path, bytes);
      bytes.catch(() => this.kept.delete(asset.path));
    }
    return bytes;
  }

  private async download(asset: Asset): Promise<Uint8Array> {
    const all = new Uint8Array(asset.bytes);
    let at = 0;
    for await (const chunk of chunksOf(await this.fetch(asset))) {
      all.set(chunk, at);
      at += chunk.length;
      this.count(asset, at);
    }
    if (at !== asset.bytes) {
      throw new TypeError(`it came incomplete, ${at} of ${asset.bytes} bytes`);
    }
    return all;
  }

  /** Compiles while it streams, from the response itself: then the browser keeps the machine code. */
  module(asset: Asset): Promise<WebAssembly.Module> {
    return this.read(asset, async () => {
      const response = await this.fetch(asset);
      const counted = response.clone();
      const counting = (async () => {
        let at = 0;
        for await (const chunk of chunksOf(counted)) {
          at += chunk.length;
          this.count(asset, at);
        }
      })();
      const [module] = await Promise.all([WebAssembly.compileStreaming(response), counting]);
      return module;
    });
  }
}
