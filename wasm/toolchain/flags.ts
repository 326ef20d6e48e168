/**
 * The compiler's and the linker's arguments. The compiler is pinned, so its front end is called
 * directly: the driver would only print these lines.
 */

/** Why a unit is compiled: to be graded, or, after a crash or a time-out, to find the line. */
export type Profile = 'grade' | 'lines' | 'loops';

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

/** Unoptimized code keeps one trap for each check; optimized traps are merged and lose their line. */
const LINE_TABLES = ['-debug-info-kind=line-tables-only', '-dwarf-version=4'];

/** What each profile adds. One precompiled header serves all. */
const PROFILE: Record<Profile, string[]> = {
  grade: ['-O1', ...HARDENED],
  lines: ['-O1', '-disable-llvm-passes', ...HARDENED, ...LINE_TABLES],
  // Every block of code calls the runner, which stops the program after very many.
  loops: [
    ...['-O1', ...HARDENED, ...LINE_TABLES],
    ...['-fsanitize-coverage-type=3', '-fsanitize-coverage-trace-pc'],
  ],
};

/** The bundled compiler was built with assertions; its IR verifier checks LLVM, not the student. */
const FAST = ['-disable-free', '-clear-ast-before-backend', '-disable-llvm-verifier'];

/** One line a message, with the source range it speaks of. */
const DIAGNOSTICS = [
  ...['-fno-caret-diagnostics', '-fdiagnostics-print-source-range-info'],
  ...['-fno-diagnostics-show-option', '-ferror-limit', '20', '-ftemplate-backtrace-limit=2'],
  // Templates that nest deeper could fill the stack of the page's engine before clang's own limit.
  ...['-ftemplate-depth=256'],
];
/** A path without a `return` would run on into whatever code comes next. */
const WARNINGS = ['-Wall', '-Wno-unused-function', '-Werror=return-type'];

export const PCH = '/std.pch';

/** Compiles the header `/std.h` to the file `/std.pch`. */
export function pchCommand(): string[] {
  // Without it every compilation instantiates the header's pending templates anew: 0.1 to 0.2 s.
  const templates = '-fpch-instantiate-templates';
  const output = [templates, '-fno-pch-timestamp', '-o', PCH, '-x', 'c++-header', '/std.h'];
  return ['clang++', '-cc1', '-emit-pch', ...LANGUAGE, ...PROFILE.grade, ...output];
}

/** Compiles the C++ file at `path` to the object `/out.o`. */
export function compileCommand(path: string, profile: Profile): string[] {
  return [
    ...['clang++', '-cc1', '-emit-obj', ...LANGUAGE, ...PROFILE[profile], ...FAST],
    ...(profile === 'lines' ? ['-fno-sanitize-merge=null'] : []),
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

export const STACK_BYTES = 1 << 20;
export const MEMORY_BYTES = 256 << 20;

/** Links the objects to the program `/out.wasm`. */
export function linkCommand(objects: string[]): string[] {
  return [
    ...['wasm-ld', '--no-entry', '--gc-sections', '--stack-first', '--wrap=__cxa_throw'],
    ...['-z', `stack-size=${STACK_BYTES}`, `--max-memory=${MEMORY_BYTES}`, '--no-demangle'],
    ...['-L', '/usr/lib/wasm32-wasip1', '-L', '/usr/lib/wasm32-unknown-wasip1'],
    ...objects,
    ...['-lc++', '-lc++abi-except', '-lunwind-except', '-lc', '-lclang_rt.builtins'],
    ...['-o', '/out.wasm'],
  ];
}
