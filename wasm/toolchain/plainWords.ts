/** The commonest messages of the compiler, for a reader who knows Python and not yet C++. */

interface Rule {
  message: RegExp;
  /** What the line must hold besides; everything if there is none. */
  line?: RegExp;
  /** `$1` and so on stand for what the message's brackets took. */
  says: string;
}

const UNDECLARED = String.raw`use of undeclared identifier|unknown type name|no template named`;
const named = (...names: string[]) => new RegExp(`^(?:${UNDECLARED}) '(${names.join('|')})'`);

/** The first that fits is told. */
const RULES: Rule[] = [
  {
    message: /invalid preprocessing directive/,
    says: 'A # begins no comment in C++. Write // instead.',
  },
  {
    message: /^expected/,
    line: /[\w)\]]\s*\/\/\s*[\w(]+\s*;/,
    says: 'In C++ everything after // is a comment. A / between two integers already divides without a rest, toward 0.',
  },
  {
    message: /^(expected|indirection requires)/,
    line: /\w\s*\*\*\s*\w/,
    says: 'C++ has no ** for powers. Multiply, or call std::pow.',
  },
  {
    message:
      /multi-character character constant|character constant too long|missing terminating ' character|empty character constant/,
    says: 'Single quotes hold exactly one character. Text stands in double quotes: "like this".',
  },
  {
    message: /missing terminating '"' character/,
    says: 'A text must end on its own line, with the same " it began with.',
  },
  {
    message: /^(no viable conversion|cannot initialize)/,
    line: /'[^'\\]{2,}'/,
    says: 'Single quotes hold exactly one character. Text stands in double quotes: "like this".',
  },
  {
    message: /^(use of undeclared identifier|unknown type name|expected)/,
    line: /\bfor\s*\(?\s*\w+\s+in\b/,
    says: 'A loop over a list is written for (auto x : list) { … }.',
  },
  {
    message: /^expected '\('? after '(if|while|for|switch)'/,
    says: 'The condition stands in round brackets and the body in braces: $1 (…) { … }.',
  },
  {
    message: /^expected (expression|';'|statement)/,
    line: /^\s*(?:(?:else\s+)?if|elif|else|while|for|def)\b.*[^:]:\s*$/,
    says: 'No colon begins a block in C++. Put the block in braces: { … }.',
  },
  {
    message: /^expected ';'/,
    says: 'Every statement ends with a semicolon. The end of the line does not end it, as it does in Python.',
  },
  {
    message: /^expected '\}'|^function definition is not allowed here/,
    says: 'A block that begins with { ends at its }, not where the indentation ends. One } is missing above.',
  },
  {
    message: /^extraneous closing brace|^expected external declaration/,
    says: 'Here is one } more than there are {. Indentation does not count: only braces begin and end a block.',
  },
  {
    message: /^expected '\)'/,
    says: 'A ( before this place has no ) yet.',
  },
  {
    message: named('def'),
    says: 'A function begins with the type of what it gives back, and its body stands in braces: int twice(int x) { … }.',
  },
  {
    message: named('elif'),
    says: 'elif is written else if, with the condition in round brackets.',
  },
  { message: named('True', 'False'), says: 'C++ writes true and false in small letters.' },
  {
    message: named('None'),
    says: 'There is no None. A pointer to nothing is nullptr; a function that gives nothing back returns void.',
  },
  {
    message: named('self'),
    says: 'Inside a class the object is *this, and its fields need no prefix.',
  },
  {
    message: named('len'),
    says: 'A list knows its own length: shape.size() instead of len(shape).',
  },
  {
    message: named('range'),
    says: 'Count with for (std::size_t i = 0; i < n; ++i), or visit the elements with for (auto x : list).',
  },
  {
    message: named('print'),
    says: 'Print with std::printf("%d\\n", number), after #include <cstdio>.',
  },
  { message: named('raise'), says: 'raise is written throw: throw std::invalid_argument("why").' },
  { message: named('pass'), says: 'A block with nothing in it is {}. There is no pass.' },
  {
    message: named(
      'int64_t',
      'size_t',
      'string',
      'vector',
      'min',
      'max',
      'abs',
      'swap',
      'sqrt',
      'move',
    ),
    says: '$1 lives in the standard library, which has a namespace of its own: write std::$1.',
  },
  {
    message: /^use of undeclared identifier '(\w+)'/,
    line: /^\s*(\w+)\s*=[^=]/,
    says: 'The first time, a variable is given a type: auto $1 = …;',
  },
  {
    message: /^no member named '(append|add)' in 'std::/,
    says: 'A std::vector grows with push_back(x).',
  },
  {
    message: /^no member named '(len|length|count)' in 'std::vector/,
    says: 'The length of a std::vector is size().',
  },
  {
    message:
      /non-void \w+ does not return a value|without a return statement|non-void (lambda )?.*should return a value/,
    says: 'Python would give back None. In C++ every way through this function must end in return with a value, or throw.',
  },
  {
    message: /^using the result of an assignment as a condition/,
    says: 'A single = stores a value. To compare, write ==.',
  },
  {
    message: /^expression is not assignable/,
    line: /\b(if|while)\b/,
    says: 'A single = stores a value. To compare, write ==.',
  },
  {
    message: /must be called/,
    says: 'A call has its brackets even when they are empty: shape.size().',
  },
  {
    message: /^expected unqualified-id/,
    line: /^\s*(for|while|if|return|switch|\})/,
    says: 'Statements stand only inside a function. Has a } above ended it too early?',
  },
  {
    message: /^chained comparison|^comparisons like/,
    says: 'Comparisons do not chain as in Python: write a <= b && b <= c.',
  },
  {
    message:
      /^cannot assign to (?:variable|return value|a variable).* const|const-qualified|drops 'const' qualifier|not marked const/,
    says: 'const means that this is only looked at. Make a copy of your own to change it.',
  },
  {
    message: /^member reference type .* is a pointer/,
    says: 'A pointer leads to the object: write -> instead of a dot.',
  },
];

/** The message in plain words, or null where we have none. `line` is the line it speaks of. */
export function inPlainWords(message: string, line: string): string | null {
  const rule = RULES.find((each) => each.message.test(message) && (each.line?.test(line) ?? true));
  if (rule === undefined) return null;
  const parts = rule.message.exec(message) ?? [];
  return rule.says.replace(/\$(\d)/g, (_, index: string) => parts[Number(index)] ?? '');
}
