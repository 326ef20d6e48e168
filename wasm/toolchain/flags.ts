/**
 * The compiler's and the linker's arguments. The compiler is pinned, so its front end is called
 * directly: the driver would only print these lines.
 */

/**
 * Why a file is compiled: a student's unit to be graded, or, after a time-out, to find the loop; our
 * own files, once, while packing; any unit for programs that train, with SIMD (`train`) or without.
 */
export type Profile = 'grade' | 'loops' | 'ours' | 'train' | 'scalar';

/** Must be the same for the precompiled header and for everything that uses it. */
const LANGUAGE = [
  ...['-triple', 'wasm32-unknown-wasip1', '-target-cpu', 'generic'],
  ...['-target-feature', '+exception-handling', '-target-feature', '+multivalue'],
  ...['-target-feature', '+reference-types'],
  ...['-std=c++20', '-fdeprecated-macro', '-fgnuc-version=4.2.1', '-fskip-odr-check-in-gmf'],
  ...['-fcxx-exceptions', '-fexceptions', '-exception-model=wasm', '-mllvm', '-wasm-enable-eh'],
  ...['-mrelocation-model', 'static', '-mframe-pointer=none', '-mconstructor-aliases'],
  ...['-ffp-contract=on', '-fno-rounding-math', '-fvisibility=hidden'],
  ...['-resource-dir', '/usr', '-isysroot', '/usr'],
  ...['-internal-isystem', '/usr/include/wasm32-wasip1/c++/v1'],
  ...['-internal-isystem', '/usr/include/c++/v1', '-internal-isystem', '/usr/include'],
  ...['-internal-isystem', '/usr/include/wasm32-wasip1'],
  ...['-fdebug-compilation-dir=/', '-I', '/'],
];

/** A trap instead of undefined behaviour: containers check their bounds, references are not null. */
const HARDENED = [
  ...['-D', '_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST'],
  ...['-fsanitize=null', '-fsanitize-trap=null'],
];

const LINE_TABLES = ['-debug-info-kind=line-tables-only', '-dwarf-version=4'];

/**
 * For units that have passed every test. Containers still check their bounds, because the header
 * does, and without the header a unit takes 5 to 9 s.
 */
const TRAIN = [
  ...['-O3', '-D', '_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST', '-fno-validate-pch'],
];

/**
 * What each profile adds. One precompiled header serves all. Unoptimized code is ready three times
 * as soon, because the standard library's part of it is not compiled again but linked from `std.o`;
 * and it keeps one trap for each check, where optimized traps are merged and lose their line.
 */
const PROFILE: Record<Profile, string[]> = {
  grade: ['-O0', ...HARDENED, ...LINE_TABLES],
  // Every block of code calls the runner, which stops the program after very many.
  loops: [
    ...['-O0', ...HARDENED, ...LINE_TABLES],
    ...['-fsanitize-coverage-type=3', '-fsanitize-coverage-trace-pc'],
  ],
  // The header was made without optimization, which is the difference that is not to be checked.
  ours: ['-O1', ...HARDENED, '-fno-validate-pch'],
  train: [...TRAIN, '-target-feature', '+simd128', '-vectorize-loops', '-vectorize-slp'],
  scalar: TRAIN,
};

/** The bundled compiler was built with assertions; its IR verifier checks LLVM, not the student. */
const FAST = ['-disable-free', '-clear-ast-before-backend', '-disable-llvm-verifier'];

/** One line a message, with the source range it speaks of, and one line a change it proposes. */
const DIAGNOSTICS = [
  ...['-fdiagnostics-print-source-range-info', '-fdiagnostics-parseable-fixits'],
  ...['-fno-diagnostics-show-option', '-ferror-limit', '20', '-ftemplate-backtrace-limit=2'],
  // Templates that nest deeper could fill the stack of the page's engine before clang's own limit.
  ...['-ftemplate-depth=256'],
];
/** A path without a `return` would run on into whatever code comes next. */
const WARNINGS = ['-Wall', '-Wno-unused-function', '-Werror=return-type'];

const PCH = '/std.pch';

/** The code of the header's templates is not made by who includes it: it is in `std.o`. */
const CODE_ELSEWHERE = ['-fmodules-codegen', '-building-pch-with-obj'];

/** Compiles the header `/std.h` to the file `/std.pch`. */
export function pchCommand(): string[] {
  return [
    ...['clang++', '-cc1', '-emit-pch', ...LANGUAGE, ...PROFILE.grade, ...CODE_ELSEWHERE],
    // Without it every compilation instantiates the header's pending templates anew.
    ...['-fpch-instantiate-templates', '-fno-pch-timestamp'],
    ...['-o', PCH, '-x', 'c++-header', '/std.h'],
  ];
}

/** Compiles what `/std.pch` holds to the object `/out.o`, with lines for the traps in it. */
export function stdCommand(): string[] {
  return [
    ...['clang++', '-cc1', '-emit-obj', ...LANGUAGE, '-O1', ...HARDENED, ...LINE_TABLES],
    ...[...FAST, '-building-pch-with-obj', '-main-file-name', 'std.h'],
    ...['-o', '/out.o', '-x', 'ast', PCH],
  ];
}

/** Compiles the C++ file at `path` to the object `/out.o`. */
export function compileCommand(path: string, profile: Profile): string[] {
  return [
    ...['clang++', '-cc1', '-emit-obj', ...LANGUAGE, ...PROFILE[profile], ...FAST],
    ...DIAGNOSTICS,
    ...WARNINGS,
    ...['-include-pch', PCH],
    ...['-main-file-name', path.split('/').at(-1) ?? path],
    ...['-o', '/out.o', '-x', 'c++', path],
  ];
}

/** Checks the C++ file at `path` without making code. */
export function checkCommand(path: string): string[] {
  const input = ['-include-pch', PCH, '-x', 'c++', path];
  const profile = PROFILE.grade;
  return [
    'clang++',
    '-cc1',
    '-fsyntax-only',
    ...LANGUAGE,
    ...profile,
    ...DIAGNOSTICS,
    ...WARNINGS,
    ...input,
  ];
}

/**
 * Prints the names that may stand in the C++ file at `path`, at this line and byte column. Names of
 * the outermost scope are left out: they are C's, a thousand of them.
 */
export function completeCommand(path: string, line: number, column: number): string[] {
  return [
    ...['clang++', '-cc1', '-fsyntax-only', ...LANGUAGE, ...PROFILE.grade],
    ...[`-code-completion-at=${path}:${String(line)}:${String(column)}`],
    ...['-code-completion-brief-comments', '-no-code-completion-globals'],
    ...['-include-pch', PCH, '-x', 'c++', path],
  ];
}

export const STACK_BYTES = 1 << 20;
export const MEMORY_BYTES = 256 << 20;

/** Links the objects to the program `/out.wasm`, which may grow up to so much memory. */
export function linkCommand(objects: string[], memoryBytes = MEMORY_BYTES): string[] {
  return [
    ...['wasm-ld', '--no-entry', '--gc-sections', '--stack-first', '--wrap=__cxa_throw'],
    ...['-z', `stack-size=${STACK_BYTES}`, `--max-memory=${memoryBytes}`, '--no-demangle'],
    ...['-L', '/usr/lib/wasm32-wasip1', '-L', '/usr/lib/wasm32-unknown-wasip1'],
    ...objects,
    ...['-lc++', '-lc++abi-except', '-lunwind-except', '-lc', '-lclang_rt.builtins'],
    ...['-o', '/out.wasm'],
  ];
}
