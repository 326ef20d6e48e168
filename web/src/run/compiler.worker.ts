/** The worker that holds the compiler: it stays, because the engine's code for it gets faster. */
import { expose } from 'comlink';
import { Compiler } from '../../../wasm/toolchain/compiler.ts';
import { NetworkAssets, transferBytes } from './assets.ts';
import type { Profile } from '../../../wasm/toolchain/flags.ts';
import type { Asset, Source, Toolchain, UnitPlan } from '../../../wasm/toolchain/types.ts';

/** How often the student is told: each of these many bytes. */
const STEP_BYTES = 200_000;

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
    const sizes = Object.values(toolchain).map(transferBytes);
    const total = sizes.reduce((sum, each) => sum + each, 0);
    let told = 0;
    const assets = new NetworkAssets(base, (done) => {
      if (done - told > STEP_BYTES || done === total) {
        told = done;
        onProgress(Math.round(done), total);
      }
    });
    compiler ??= await Compiler.load(toolchain, assets);
  },
  compile: (source: Source, profile: Profile) => loaded().compile(source, profile),
  check: (source: Source) => loaded().check(source),
  complete: (source: Source, line: number, column: number) =>
    loaded().complete(source, line, column),
  rule: (object: Uint8Array, plan: UnitPlan, source: Source) => loaded().rule(object, plan, source),
  link: (objects: (Uint8Array | Asset)[]) => loaded().link(objects),
  demangle: (names: string[]) => loaded().demangle(names),
  symbolize: (program: Uint8Array, stack: string) => loaded().symbolize(program, stack),
};

export type CompilerService = typeof service;

expose(service);
