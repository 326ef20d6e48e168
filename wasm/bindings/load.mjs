import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Loads path/to/engine.js, given on the command line, as Jest does: with the bytes of its wasm. */
export async function loadEngine() {
  const script = resolve(process.argv[2]);
  const { default: createEngine } = await import(pathToFileURL(script).href);
  return createEngine({ wasmBinary: await readFile(script.replace(/\.js$/, '.wasm')) });
}

/** True for what the engine refuses with a message that has this part. */
export const isRefusal = (part) => (error) =>
  error instanceof Error && error.name === 'Refusal' && error.message.includes(part);
