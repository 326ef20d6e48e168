import { TestEnvironment } from 'jest-environment-node';
import { tsImport } from 'tsx/esm/api';

const load = (file) => tsImport(`../../${file}`, import.meta.url);

/** Loaded once a process, so that every test file meets a compiler that is warm. */
let toolchain;

/**
 * Node, with the toolchain as plain Node runs it. Inside Jest's sandbox, where looking up a global
 * is slow, the compiler takes thirty times as long.
 */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    toolchain ??= {
      ...(await load('wasm/toolchain/node.ts')),
      ...(await load('wasm/pack/pack.ts')),
    };
    this.global.toolchain = toolchain;
  }
}
