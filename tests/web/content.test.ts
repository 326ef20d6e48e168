import { compileContent } from '../../wasm/pack/content.ts';

const matter = `---
title: Shapes
part: Foundations
summary: A grid in a row.
unit: engine/shape.cpp
---
`;

const hints = ':::hint\none\n:::\n:::hint\ntwo\n:::\n:::hint\nthree\n:::\n';
const step = `::::step{name="numel" title="Count"}\nMultiply.\n\n${hints}::::\n`;
const predict = `::::predict{measure="lines" unit="cache lines"}
How many?

:::explain
Because.
:::
::::
`;
const question = `:::question
Which?

- [ ] \`a\`

  Not a.
- [x] b

  Yes, b.
:::
`;

const compile = (body: string) => compileContent(`${matter}\n${body}`, 'lessons/01/lesson.md');
const prose = (body: string) => {
  const [section] = compile(body).sections;
  return section?.kind === 'prose' ? section.html : '';
};

/** The line of the first line of a body. */
const FIRST = 8;

describe('a lesson', () => {
  it('has the words of its front matter', () => {
    expect(compile('text')).toMatchObject({
      title: 'Shapes',
      part: 'Foundations',
      summary: 'A grid in a row.',
      unit: 'engine/shape.cpp',
    });
  });

  it('keeps its sections in reading order', () => {
    const { sections, steps, measures } = compile(
      `before\n\n${step}\nbetween\n\n${predict}\n${question}\n::figure{name="strides"}\n`,
    );
    expect(sections.map((section) => section.kind)).toEqual([
      'prose',
      'step',
      'prose',
      'predict',
      'question',
      'figure',
    ]);
    expect(steps).toEqual([{ name: 'numel', title: 'Count' }]);
    expect(measures).toEqual(['lines']);
  });

  it('may be written with CRLF', () => {
    expect(compileContent(`${matter}\n${step}`.replaceAll('\n', '\r\n'), 'x').steps).toHaveLength(
      1,
    );
  });
});

describe('a directive', () => {
  it('step holds its text and three hints', () => {
    expect(compile(step).sections[0]).toEqual({
      kind: 'step',
      name: 'numel',
      title: 'Count',
      html: '<p>Multiply.</p>',
      hints: ['<p>one</p>', '<p>two</p>', '<p>three</p>'],
    });
  });

  it('predict holds a question and what explains the answer', () => {
    expect(compile(predict).sections[0]).toEqual({
      kind: 'predict',
      measure: 'lines',
      unit: 'cache lines',
      html: '<p>How many?</p>',
      explain: '<p>Because.</p>',
    });
  });

  it('question holds choices that fit inside a button, each explained', () => {
    expect(compile(question).sections[0]).toEqual({
      kind: 'question',
      html: '<p>Which?</p>',
      choices: [
        { html: '<code>a</code>', right: false, explain: '<p>Not a.</p>' },
        { html: 'b', right: true, explain: '<p>Yes, b.</p>' },
      ],
    });
  });

  it('figure passes on its other attributes and its caption', () => {
    expect(compile('::figure[See *this*.]{name="strides" shape="2,3"}').sections[0]).toEqual({
      kind: 'figure',
      name: 'strides',
      props: { shape: '2,3' },
      html: 'See <em>this</em>.',
    });
    expect(compile(':::figure{name="strides"}\nSee.\n:::').sections[0]).toMatchObject({
      html: '<p>See.</p>',
    });
  });

  it('compare lays Python beside C++', () => {
    const html = prose(
      ':::compare\n```python\nx = 1\n```\n```cpp\nint x = 1;\n```\nOne has a type.\n:::',
    );
    expect(html).toMatch(/class="compare-label">Python.*class="compare-label">C\+\+/s);
    expect(html).toContain('<div class="compare-note">');
  });
});

describe('prose', () => {
  it('carries mathematics for eyes and for screen readers', () => {
    const html = prose('The offset is $i_k s_k$.');
    expect(html).toContain('class="katex-html" aria-hidden="true"');
    expect(html).toContain('<math ');
  });

  it('has its C++ and Python coloured, its text left alone', () => {
    expect(prose('```cpp\nreturn 1;\n```')).toContain('<span class="tok-keyword">return</span>');
    expect(prose('```python\ndef f(): pass\n```')).toContain(
      '<span class="tok-keyword">def</span>',
    );
    expect(prose('```text\nreturn 1;\n```')).not.toContain('tok-');
  });

  it('keeps every character of its code', () => {
    const code = 'template <class T>\n\nvoid f(T&& t) { g("<b>"); }';
    const text = prose(`\`\`\`cpp\n${code}\n\`\`\``)
      .replace(/<[^>]+>/g, '')
      .replaceAll('&#x3C;', '<')
      .replaceAll('&#x26;', '&');
    expect(text).toBe(code);
  });

  it('drops a link that would run a script', () => {
    expect(prose('[x](javascript:alert(1))')).toBe('<p><a>x</a></p>');
  });

  it('opens other sites beside the lesson', () => {
    expect(prose('[x](https://a.example)')).toContain('target="_blank" rel="noreferrer"');
  });

  it('is not disturbed by :: inside a sentence', () => {
    expect(prose('Use std::vector at 10:30.')).toBe('<p>Use std::vector at 10:30.</p>');
  });
});

describe('a mistake is refused with its line:', () => {
  const cases: [string, string, number, RegExp][] = [
    ['an unknown directive', '::grpah{name="x"}', FIRST, /unknown directive grpah/],
    ['an unknown directive in a sentence', 'see :this[x]', FIRST, /unknown directive :this/],
    ['two hints', step.replace(':::hint\none\n:::\n', ''), FIRST, /'numel' has 2 hints/],
    ['a step without a title', step.replace(' title="Count"', ''), FIRST, /step needs title/],
    ['an unknown attribute', step.replace('title', 'titel="x" title'), FIRST, /'titel'/],
    ['an empty hint', step.replace('two\n', ''), FIRST + 6, /hint is empty/],
    ['one name for two steps', step + step, FIRST + 13, /'numel' is used twice/],
    ['no right choice', question.replace('[x]', '[ ]'), FIRST + 3, /exactly one right choice/],
    ['two right choices', question.replace('[ ]', '[x]'), FIRST + 3, /exactly one right choice/],
    ['a choice without reason', question.replace('\n  Not a.\n', ''), FIRST + 3, /explanation/],
    ['a question without choices', ':::question\nWhich?\n:::', FIRST, /task list/],
    ['a predict without reason', predict.replace(/:::explain[^]*?:::\n/, ''), FIRST, /one explain/],
    ['a hint on its own', hints, FIRST, /hint must stand inside a step/],
    [
      'an explain in a step',
      step.replace('Multiply.', ':::explain\nx\n:::'),
      FIRST + 1,
      /cannot stand here/,
    ],
    [
      'a figure in a step',
      step.replace('Multiply.', '::figure{name="x"}'),
      FIRST + 1,
      /inside a block/,
    ],
    ['a block never closed', step.replace(/::::\n$/, ''), FIRST, /never closed/],
    ['a close too many', `${step}\n:::`, FIRST + 14, /closes nothing/],
    ['a h1', 'text\n\n# Title', FIRST + 2, /only h1/],
    ['raw HTML', 'text\n\n<b>bold</b>', FIRST + 2, /raw HTML/],
    ['an image', '![x](y.png)', FIRST, /images/],
    ['code of no language', '```\nx\n```', FIRST, /name the language/],
    ['code of an unknown language', '```rust\nx\n```', FIRST, /unknown language 'rust'/],
    ['mathematics that KaTeX refuses', 'text\n\n$\\frac{$', FIRST + 2, /KaTeX/],
    [
      'a compare the wrong way round',
      ':::compare\n```cpp\nx\n```\n:::',
      FIRST,
      /python block and then/,
    ],
  ];
  it.each(cases)('%s', (_, body, line, reason) => {
    expect(() => compile(body)).toThrow(reason);
    expect(() => compile(body)).toThrow(new RegExp(`^lessons/01/lesson\\.md:${line}: `));
  });

  const matters: [string, string, number, RegExp][] = [
    ['no front matter', 'text', 1, /begins with front matter/],
    ['a missing key', matter.replace('part: Foundations\n', ''), 1, /'part' is missing/],
    ['an unknown key', matter.replace('part:', 'prat: x\npart:'), 3, /'prat' is not a known key/],
    ['a unit that is no unit', matter.replace('.cpp', '.h'), 5, /'unit' must be a path/],
    ['broken YAML', matter.replace('Shapes', '"Shapes'), 5, /front matter:/],
  ];
  it.each(matters)('%s', (_, text, line, reason) => {
    expect(() => compileContent(text, 'lesson.md')).toThrow(reason);
    expect(() => compileContent(text, 'lesson.md')).toThrow(new RegExp(`^lesson\\.md:${line}: `));
  });
});
