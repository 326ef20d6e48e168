/** The editor with the real compiler: names while writing, a change, the reference, an old version. */
import { jest } from '@jest/globals';
import type { LessonData } from '../../../wasm/toolchain/types.ts';
import { PATIENCE, Site, type Visit } from './visit.ts';

jest.setTimeout(PATIENCE);

let site: Site;
let lesson: LessonData;
let visit: Visit;

beforeAll(async () => {
  site = await Site.open();
  lesson = await site.lesson('shape');
  visit = await site.visit();
  await visit.go('lesson/shape');
  await visit.compilerIsReady();
});
afterAll(() => site?.close());

const FIRST = 'std::int64_t product = 1;';

/** Fills in the reference, and begins a new line in `numel`, behind its first. */
async function beginLine(): Promise<void> {
  const lines = lesson.reference.slice(0, lesson.reference.indexOf(FIRST)).split('\n').length;
  await visit.write(lesson.reference);
  await visit.page.keyboard.press('Control+Home');
  for (let each = 1; each < lines; each++) {
    await visit.page.keyboard.press('ArrowDown');
  }
  await visit.page.keyboard.press('End');
  await visit.page.keyboard.press('Enter');
}

const line = async () => (await visit.text('.cm-activeLine')).trim();
const list = () => visit.text('.cm-tooltip-autocomplete');

describe('while a student writes, the compiler', () => {
  beforeEach(beginLine);

  it('offers the lesson’s functions, with signature and doc comment', async () => {
    await visit.page.keyboard.type('conti');
    await visit.sees(
      '.cm-tooltip-autocomplete',
      /contiguous_strides ?\(const Shape &shape\) → Strides/,
    );
    await visit.sees('.cm-completionInfo', /Gives the strides, in elements/);
    expect(await visit.violations()).toEqual([]);
    await visit.page.keyboard.press('Enter');
    await visit.page.keyboard.type('shape);');
    expect(await line()).toBe('contiguous_strides(shape);');
  });

  it('offers the members of what stands before a dot', async () => {
    await visit.page.keyboard.type('shape.');
    await visit.sees('.cm-tooltip-autocomplete', /size ?\(\) const → size_type/);
    expect(await list()).not.toMatch(/numel|__/);
    await visit.page.keyboard.press('Escape');
  });

  it('offers names of std, and nothing that is only there by our making', async () => {
    await visit.page.keyboard.type('std::vec');
    await visit.sees('.cm-tooltip-autocomplete', /^vector/);
    await visit.page.keyboard.press('Escape');
    await visit.page.keyboard.type(' tt_');
    await visit.page.waitForTimeout(1500);
    expect(await list()).toBe('');
  });

  it('keeps no grading waiting', async () => {
    await visit.page.keyboard.type('shape.');
    const results = await visit.test();
    expect(results).toMatch(/Does not compile/);
  });

  it('mends a misspelt name at a key’s press', async () => {
    await visit.page.keyboard.type('product = numl(shape);');
    await visit.page.keyboard.press('Escape');
    const mended = async () => {
      await visit.page.keyboard.press('Control+.');
      return (await line()) === 'product = numel(shape);';
    };
    await visit.until('the change', mended, 30);
  });

  it('says in plain words what a Python programmer forgets, and offers it', async () => {
    await visit.page.keyboard.type('product = 2');
    await visit.page.getByRole('tab', { name: /^Problems/ }).click();
    await visit.sees('#results-panel', /expected ';'.*Every statement ends with a semicolon/);
    await visit.page.getByRole('button', { name: 'Insert ;' }).click();
    expect(await line()).toBe('product = 2;');
  });
});

describe('a name', () => {
  it('shows its declaration and doc comment under the pointer, and leads to the header', async () => {
    await visit.write(lesson.starter);
    const name = visit.page.locator('.cm-line', { hasText: 'Strides contiguous_strides(' });
    await name.getByText('contiguous_strides').hover();
    await visit.sees('.peek', /Strides contiguous_strides\(const Shape& shape\);.*row after row/);
    await visit.page.locator('.peek button').click();
    await visit.sees('.cm-activeLine', /Strides contiguous_strides/);
    await visit.sees('.file-tabs [aria-selected=true]', /shape\.h/);
    await visit.openFile('shape.cpp');
  });
});

describe('the reference', () => {
  it('appears beside one’s own code after a second thought, and changes nothing', async () => {
    await visit.write(lesson.starter);
    await visit.page.getByRole('button', { name: 'Solution' }).click();
    await visit.sees('dialog', /has not passed yet/);
    const passedBefore = /Compare with the reference/.test(await visit.text('#results-panel'));
    expect(passedBefore).toBe(false);
    await visit.page.getByRole('button', { name: 'Show the reference' }).click();
    await visit.sees('.cm-merge-a', /TODO/);
    await visit.sees('.cm-merge-b', /product \*= extent/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await visit.page.emulateMedia({ colorScheme });
      expect(await visit.violations()).toEqual([]);
    }
    await visit.page.keyboard.press('Escape');
    await visit.sees('.cm-content', /todo\("numel/);
  });
});

describe('an earlier version', () => {
  it('is there after a reload, and comes back', async () => {
    await visit.write(`// my first try\n${lesson.starter}`);
    await visit.test();
    await visit.write(`// my second try\n${lesson.starter}`);
    await visit.sees('.status-save', /Saved/);
    await visit.page.reload();
    await visit.beginsWith(/my second try/);
    await visit.page.getByRole('tab', { name: 'History' }).click();
    await visit.page
      .getByRole('button', { name: /^Go back to .* 0 of \d+ tests/ })
      .first()
      .click();
    await visit.beginsWith(/my first try/);
    expect(await visit.violations()).toEqual([]);
    await visit.page.getByRole('button', { name: /^Go back to .*Before going back/ }).click();
    await visit.beginsWith(/my second try/);
  });
});

describe('in all this time', () => {
  it('nothing went wrong and nothing was refused by the policy', async () => {
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
  });
});
