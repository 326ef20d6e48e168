import { locationOfName } from './diagnostics.ts';
import type { ObjectSymbol } from './objects.ts';
import type { Diagnostic, Source, UnitPlan } from './types.ts';

/**
 * The symbol rule: a student's object defines what the reference unit's object defines, and nothing
 * else that another object could see.
 */
export interface RuleReport {
  diagnostics: Diagnostic[];
  /** Names of functions that the unit must define and does not. */
  missing: string[];
  /** True if the object reaches for the tests or the report behind the language's back. */
  forged: boolean;
}

/** What only the runner may define or call. */
const RUNNER = /^(tt_|_ZNK?2tt5check|_ZNK?7doctest|__wrap_|__real_|__wasm_call)/;
const MAIN = new Set(['main', '__original_main', '__main_void', '__main_argc_argv']);
const ALLOCATION = /^_Z(nw|na|dl|da)/;

/** Symbols of the standard library and of the C++ ABI for types that are the standard library's. */
const UNQUALIFIED_NAME = /(?<![\w:~])[A-Za-z_]\w*/g;
const WORDS_OF_THE_LANGUAGE = new Set(
  (
    'std void bool char short int long unsigned signed float double auto const volatile true false ' +
    'nullptr operator new delete typeinfo vtable name for guard variable non virtual thunk to ' +
    'wchar_t char8_t char16_t char32_t __int128 decltype sizeof noexcept requires lambda enable_if ' +
    'abi construction static initialization anonymous namespace'
  ).split(' '),
);

/**
 * A demangled symbol without the return type that a template has, without what follows its
 * parameters, and without a constraint: those are written in the library's own private words.
 */
function ownName(demangled: string): string {
  const plain = demangled.replace(/\[abi:\w+\]/g, '').replace(/ requires .*/s, '');
  const words = [''];
  let depth = 0;
  for (const character of plain) {
    depth = Math.max(
      0,
      depth + Number('<('.includes(character)) - Number('>)'.includes(character)),
    );
    if (character === ' ' && depth === 0) {
      words.push('');
    } else {
      words[words.length - 1] += character;
    }
  }
  return words.findLast((word) => !/^(const|volatile|&&?)$/.test(word)) ?? plain;
}

/** Names outside the standard library that this demangled weak symbol speaks of. */
function foreignNames(demangled: string): string[] {
  return [
    ...ownName(demangled)
      .replace(/'lambda\w*'/g, '')
      .matchAll(UNQUALIFIED_NAME),
  ]
    .map((match) => match[0])
    .filter((name) => !WORDS_OF_THE_LANGUAGE.has(name) && !/^_[_A-Z]/.test(name));
}

/** Every name that this code speaks of, comments aside. */
function namesIn(...code: string[]): Set<string> {
  return new Set(
    code
      .join('\n')
      .replace(/\/\/.*$/gm, '')
      .match(UNQUALIFIED_NAME),
  );
}

/** `tt::numel(long)` -> `numel`; `tt::Tensor::at(...) const` -> `at`. */
export function baseName(declaration: string): string {
  const head = declaration.replace(/\(.*$/s, '').trim();
  return /(operator.*|~?\w+)$/.exec(head)?.[1] ?? head;
}

function error(message: string, location: Diagnostic['location']): Diagnostic {
  return { severity: 'error', message, location };
}

export async function applyRule(
  symbols: ObjectSymbol[],
  plan: UnitPlan,
  source: Source,
  demangle: (names: string[]) => Promise<string[]>,
): Promise<RuleReport> {
  const report: RuleReport = { diagnostics: [], missing: [], forged: false };
  const defined = new Set(symbols.filter((each) => each.defined).map((each) => each.name));
  const at = (name: string) => locationOfName(plan.file, source.text, name);

  const forgery = symbols.find(
    (each) => RUNNER.test(each.name) || (each.importModule !== null && each.kind === 'function'),
  );
  if (forgery !== undefined) {
    const [name = forgery.name] = await demangle([forgery.name]);
    report.forged = true;
    report.diagnostics.push(
      error(
        `\`${name}\` belongs to the tests. Remove it: a unit only defines its own functions.`,
        at(baseName(name)),
      ),
    );
    return report;
  }

  const absent = Object.entries(plan.defines).filter(([symbol]) => !defined.has(symbol));
  report.missing = [...new Set(absent.map(([, declaration]) => baseName(declaration)))];

  const visible = symbols.filter(
    (each) => each.defined && each.binding === 'strong' && !(each.name in plan.defines),
  );
  const weak = symbols.filter((each) => each.defined && each.binding === 'weak');
  const names = await demangle([...visible, ...weak].map((each) => each.name));

  for (const [index, symbol] of visible.entries()) {
    const name = names[index] ?? symbol.name;
    const base = baseName(name);
    const intended = absent.find(([, declaration]) => baseName(declaration) === base);
    if (MAIN.has(symbol.name)) {
      report.diagnostics.push(
        error(
          'This file defines `main()`. The tests bring their own; put experiments in example.cpp.',
          at('main'),
        ),
      );
    } else if (ALLOCATION.test(symbol.name)) {
      report.diagnostics.push(
        error(
          `This file replaces \`${name}\`. The whole program would allocate through it: remove it.`,
          at('operator'),
        ),
      );
    } else if (intended !== undefined) {
      report.diagnostics.push(
        error(
          `\`${name}\` is not what the header declares: it must be \`${intended[1]}\`.`,
          at(base),
        ),
      );
    } else {
      report.diagnostics.push(
        error(
          `\`${name}\` can be seen by other files, and this unit may only define what its header declares. Put it inside \`namespace { ... }\`.`,
          at(base),
        ),
      );
    }
  }

  // What a header speaks of is not the student's invention, and neither is what their file does not:
  // the library's own templates have parameters such as `T`.
  const told = namesIn(...Object.values(source.headers));
  const theirs = namesIn(source.text);
  const foreign = names.slice(visible.length).filter((name) => !name.startsWith('__'));
  for (const name of foreign.flatMap(foreignNames)) {
    if (!told.has(name) && theirs.has(name)) {
      told.add(name);
      report.diagnostics.push(
        error(
          `\`${name}\` can be seen by other files: another unit's \`${name}\` could take its place without a word. Put it inside \`namespace { ... }\`.`,
          at(name),
        ),
      );
    }
  }

  const untold = absent
    .map(([, declaration]) => declaration)
    .filter(
      (declaration) => !report.diagnostics.some((each) => each.message.includes(declaration)),
    );
  report.diagnostics.unshift(
    ...untold.map((declaration) => error(`Your file must define \`${declaration}\`.`, null)),
  );
  return report;
}
