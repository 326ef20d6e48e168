// What the pages of the bench share.

/** Starts a program, which asks the host for nothing that matters, and gives what it exports. */
async function loadProgram(file = '/program.wasm') {
  const module = await WebAssembly.compileStreaming(fetch(file));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => 0 };
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  return exports;
}

globalThis.loadProgram = loadProgram;
