/** The include and library tree of the compiler in the page. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createTar, parseTar } from 'nanotar';

/** Headers of other processors and of older standards, which no lesson can include. */
const UNUSED =
  /^(share|include\/c\+\+\/v1\/(__cxx03|experimental)|include\/(ppc_wrappers|openmp_wrappers|cuda_wrappers|hlsl|llvm_libc_wrappers|zos_wrappers|fuzzer|orc|profile|sanitizer|xray))\/|include\/[^/]*(avx|sse|mmintrin|altivec|arm_|opencl|hexagon|amx|riscv|cuda|hip_|vec|s390|velintrin|hvx|hlsl|msa|lasx|lsx|larch|ppc|builtin_vars|xmm|fma|tbm|bmi|adx|xsave|sm4|sm3|sha|movr|keylock|uintr|gfni|pku|rtm|prfchw|intrin)[^/]*$/;

const LIBRARIES = new Set(['libc.a', 'libc++.a', 'libclang_rt.builtins.a']);

/** The libraries with which `throw` and `catch` work; the compiler's own package has none. */
const EXCEPTION_LIBRARIES = ['libc++abi', 'libunwind'];

export class MissingTool extends Error {}

function emscriptenLibraries(): string {
  const environment = { ...process.env, NODE_PATH: '/usr/share/nodejs' };
  try {
    const cache = execFileSync('em-config', ['CACHE'], {
      env: environment,
      encoding: 'utf8',
    }).trim();
    return path.join(cache, 'sysroot/lib/wasm32-emscripten');
  } catch {
    throw new MissingTool('Emscripten is missing: install the package `emscripten`.');
  }
}

async function exceptionLibrary(folder: string, name: string): Promise<Uint8Array> {
  const candidates = [`${name}-legacyexcept.a`, `${name}-except.a`];
  const found = candidates.map((file) => path.join(folder, file)).find((file) => existsSync(file));
  if (found === undefined) {
    const wanted = candidates.join(' or ');
    throw new MissingTool(
      `Emscripten has no ${wanted} in ${folder}: run \`embuilder build ${name}-except\`.`,
    );
  }
  return readFile(found);
}

/** Where the compiler's npm package lies. */
export function compilerPackage(root: string): string {
  return path.join(root, 'node_modules/@yowasp/clang/gen');
}

/** Makes one tar of the headers and libraries, with `std.h` beside them. */
export async function makeSysroot(root: string, stdHeader: Uint8Array): Promise<Uint8Array> {
  const whole = await readFile(path.join(compilerPackage(root), 'llvm-resources.tar'));
  const emscripten = emscriptenLibraries();
  const files = parseTar(whole).flatMap((entry) => {
    const name = entry.name.replace(/^\.?\//, '');
    const library = name.startsWith('lib/') && !LIBRARIES.has(path.basename(name));
    return entry.data === undefined || library || UNUSED.test(name)
      ? []
      : [{ name, data: entry.data }];
  });
  for (const name of EXCEPTION_LIBRARIES) {
    const data = await exceptionLibrary(emscripten, name);
    files.push({ name: `lib/wasm32-wasip1/${name}-except.a`, data });
  }
  files.push({ name: 'std.h', data: stdHeader });
  return createTar(files.map((file) => ({ ...file, attrs: { mtime: 0 } })));
}
