// A thread of the packer: one compiler, one file at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { Store } = await import('./store.ts');
const { Compiler } = await import('../toolchain/compiler.ts');

const { out, cache, toolchain, module } = workerData;
const store = new Store(out, cache);
const source = { bytes: (asset) => store.bytes(asset), module: () => Promise.resolve(module) };
let compiler;

parentPort.on('message', async ({ file, profile }) => {
  compiler ??= Compiler.load(toolchain, source);
  parentPort.postMessage(await (await compiler).compile(file, profile));
});
