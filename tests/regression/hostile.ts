import type { Verdict } from '../../wasm/toolchain/types.ts';

/** A program that tries to break or fool the grader, and how it must end. */
export interface Hostile {
  name: string;
  /** Makes the student's file from the reference unit. */
  source: (reference: string) => string;
  verdict: Verdict;
  /** Stands in the message of the grade: the symbol or line to fix. */
  says: RegExp;
  /** It strikes before any test begins, so no step can be earned. */
  early?: true;
}

/** Puts code at the start of `numel`, which every test of the first step runs. */
const inNumel = (code: string) => (reference: string) =>
  reference.replace('std::int64_t product = 1;', `${code}\n  std::int64_t product = 1;`);

const before = (code: string) => (reference: string) =>
  reference.replace('namespace tt {', `${code}\nnamespace tt {`);

const including = (header: string, edit: (reference: string) => string) => (reference: string) =>
  `#include <${header}>\n${edit(reference)}`;

export const HOSTILE: Hostile[] = [
  {
    name: 'an endless loop',
    source: inNumel('volatile int x = 0; while (x == 0) {}'),
    verdict: 'timeout',
    says: /shape\.cpp:\d+ in .numel.*loop/,
  },
  {
    name: 'endless recursion with a growing stack',
    source: inNumel(
      'volatile char block[4096]; block[shape.size()] = 1; if (block[9] != 7) { return numel(shape) + block[5]; }',
    ),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*calls itself/,
  },
  {
    name: 'endless recursion without a frame',
    source: (reference) =>
      inNumel('if (down(0) == 7) { return 3; }')(
        before(
          'namespace { __attribute__((noinline)) std::int64_t down(std::int64_t n) { return n == -1 ? 0 : 1 + down(n + 1) * 2; } }',
        )(reference),
      ),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*calls itself/,
  },
  {
    name: 'a 4 GB allocation',
    source: inNumel('std::vector<char> all(4000000000u); if (all[77] == 1) { return 5; }'),
    verdict: 'outOfMemory',
    says: /shape\.cpp:\d+/,
  },
  {
    name: 'an array of 4 GB',
    source: inNumel(
      'volatile std::size_t n = 4000000000u; char* all = new char[n]; all[7] = 1; if (all[9] == 1) { return 5; }',
    ),
    verdict: 'outOfMemory',
    says: /shape\.cpp:\d+.*4000000000/,
  },
  {
    name: 'an allocation loop',
    source: inNumel(
      'static std::vector<std::vector<int>> kept; while (true) { kept.emplace_back(1 << 20, 3); }',
    ),
    verdict: 'outOfMemory',
    says: /shape\.cpp:\d+/,
  },
  {
    name: 'an allocation loop that hides its exception',
    source: inNumel(
      'static std::vector<std::vector<int>> kept; try { while (true) { kept.emplace_back(1 << 20, 3); } } catch (...) {} return 77;',
    ),
    verdict: 'outOfMemory',
    says: /Out of memory/,
  },
  {
    name: 'endless output',
    source: including('cstdio', inNumel('while (true) { std::printf("numel says hello\\n"); }')),
    verdict: 'tooMuchOutput',
    says: /shape\.cpp:\d+/,
  },
  {
    name: 'std::exit in a function',
    source: including('cstdlib', inNumel('std::exit(0);')),
    verdict: 'incomplete',
    says: /shape\.cpp:\d+.*exit\(0\)/,
  },
  {
    name: '_Exit in a function',
    source: including('cstdlib', inNumel('std::_Exit(0);')),
    verdict: 'incomplete',
    says: /shape\.cpp:\d+.*exit\(0\)/,
  },
  {
    name: 'std::exit in a static constructor',
    source: including(
      'cstdlib',
      before('namespace { struct Quit { Quit() { std::exit(0); } } quit; }'),
    ),
    verdict: 'incomplete',
    says: /shape\.cpp:\d+.*exit\(0\)/,
    early: true,
  },
  {
    name: 'a main of its own',
    source: (reference) => `${reference}\nint main() { return 0; }\n`,
    verdict: 'compileError',
    says: /main/,
  },
  {
    name: 'a main with arguments',
    source: (reference) => `${reference}\nint main(int, char**) { return 0; }\n`,
    verdict: 'compileError',
    says: /main/,
  },
  {
    name: 'a forged report on stdout',
    source: including(
      'cstdio',
      inNumel(
        'std::puts("{\\"verdict\\":\\"passed\\"}"); std::puts("[doctest] Status: SUCCESS!"); return -1;',
      ),
    ),
    verdict: 'failed',
    says: /numel/,
  },
  {
    name: 'a forged report on stdout that then exits',
    source: including(
      'cstdlib',
      including('cstdio', inNumel('std::puts("end passed"); std::_Exit(0);')),
    ),
    verdict: 'incomplete',
    says: /shape\.cpp:\d+/,
  },
  {
    name: "a call to the host's report",
    source: (reference) =>
      inNumel('forged_report(1, "end", 3, "passed", 6);')(
        before(
          'extern "C" __attribute__((import_module("tinytorch"), import_name("report"))) void forged_report(std::uint64_t, const char*, std::size_t, const char*, std::size_t);',
        )(reference),
      ),
    verdict: 'forged',
    says: /forged_report|report/,
  },
  {
    name: "a direct call of WASI's proc_exit",
    source: (reference) =>
      inNumel('leave(0);')(
        before(
          'extern "C" __attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) void leave(int);',
        )(reference),
      ),
    verdict: 'forged',
    says: /leave|proc_exit/,
  },
  {
    name: 'a redefined report of the runner',
    source: (reference) => `${reference}\nextern "C" void tt_report() {}\n`,
    verdict: 'forged',
    says: /tt_report/,
  },
  {
    name: 'a redefined list of tests',
    source: (reference) =>
      `${reference}\nnamespace tt::check { struct Case; std::vector<Case*>& cases() { static std::vector<Case*> none; return none; } }\n`,
    verdict: 'forged',
    says: /cases/,
  },
  {
    name: 'a macro that redefines a name of the headers',
    source: (reference) => `#define numel other_numel\n${reference}`,
    verdict: 'missing',
    says: /numel/,
  },
  {
    name: 'a replaced operator new',
    source: (reference) =>
      `#include <new>\n${reference}\nvoid* operator new(std::size_t) { return nullptr; }\n`,
    verdict: 'compileError',
    says: /operator new/,
  },
  {
    name: 'a null dereference',
    source: inNumel(
      'const Shape* nothing = shape.size() > 99 ? &shape : nullptr; if (nothing->size() == 3) { return 2; }',
    ),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*null/,
  },
  {
    name: 'a write through a null pointer',
    source: inNumel('int* nowhere = shape.size() > 99 ? new int(3) : nullptr; *nowhere = 5;'),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*null/,
  },
  {
    name: 'an index out of bounds',
    source: inNumel('if (shape[shape.size()] == 12345) { return 3; }'),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*out of bounds/,
  },
  {
    name: 'a throw from a static initializer',
    source: before(
      'namespace { int boom() { throw std::runtime_error("too early"); } const int early = boom(); }',
    ),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*too early/,
    early: true,
  },
  {
    name: 'an uncaught throw',
    source: inNumel('throw std::runtime_error("nobody catches me");'),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*nobody catches me/,
  },
  {
    name: 'an uncaught throw of a number',
    source: inNumel('throw 42;'),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*int/,
  },
  {
    name: 'a throw out of a noexcept function',
    source: (reference) =>
      inNumel('sure();')(
        before('namespace { void sure() noexcept { throw std::runtime_error("not so sure"); } }')(
          reference,
        ),
      ),
    verdict: 'crashed',
    says: /shape\.cpp:\d+/,
  },
  {
    name: 'a division by zero',
    source: inNumel('volatile std::int64_t zero = 0; if (7 / zero == 3) { return 1; }'),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*zero/,
  },
  {
    name: 'a vector asked for a key it has not',
    source: inNumel('if (shape.at(99) == 3) { return 1; }'),
    verdict: 'crashed',
    says: /shape\.cpp:\d+.*out_of_range/,
  },
];
