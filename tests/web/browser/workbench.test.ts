/** One student at work: one page and one compiler, from the starter to the last hostile program. */
import { jest } from '@jest/globals';
import type { LessonData } from '../../../wasm/toolchain/types.ts';
import { verdicts } from '../../../web/src/run/verdicts.ts';
import { HOSTILE } from '../../regression/hostile.ts';
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

const focused = () =>
  visit.page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });

describe('a newcomer', () => {
  it('fails with the starter: nothing is written yet', async () => {
    const results = await visit.test();
    expect(results).toContain(`0 of ${String(lesson.tests.length)} tests passed`);
    expect(results).toMatch(/Not written yet/i);
  });

  it('opens hints one at a time', async () => {
    await visit.page.getByRole('button', { name: /^Hint/ }).click();
    await visit.sees('.pane-read', /Hint 1 of 3/);
    expect(await visit.text('.pane-read')).not.toContain('Hint 2 of 3');
    await visit.page.getByRole('button', { name: /^Hint/ }).click();
    await visit.sees('.pane-read', /Hint 2 of 3/);
  });

  it('sees an error at its place while typing', async () => {
    await visit.write(lesson.starter.replace('todo("numel', 'const char* s = "ä€𝄞"; oops; todo("'));
    const marked = () =>
      visit.page.evaluate(() => document.querySelector('.cm-lintRange-error')?.textContent);
    expect(await visit.until('a marked error', marked, 30)).toBe('oops');
    await visit.page.getByRole('tab', { name: /^Problems/ }).click();
    const lines = lesson.starter.split('\n');
    const line = lines.findIndex((text) => text.includes('todo("numel'));
    const column = (lines[line] ?? '').indexOf('todo(') + 'const char* s = "ä€𝄞"; '.length;
    const place = `shape.cpp:${String(line + 1)}:${String(column + 1)}`;
    await visit.sees('#results-panel', new RegExp(`${place} .*oops`));
  });

  it('passes with the reference', async () => {
    await visit.write(lesson.reference);
    const results = await visit.test();
    expect(results).toContain(`All ${String(lesson.tests.length)} tests passed`);
    expect(results).toContain('shape.cpp is yours');
  });

  it('is told aloud how each attempt ended, when it has', async () => {
    const { announced } = await visit.told();
    expect(announced).toEqual([
      expect.stringMatching(/^Attempt 1: 0 of \d+ tests passed/),
      expect.stringMatching(/^Attempt 2: All \d+ tests passed/),
    ]);
  });
});

describe('with the keyboard alone, a student', () => {
  it('writes and tests, and leaves the editor', async () => {
    await visit.page.locator('#reading').focus();
    await visit.page.keyboard.press('e');
    await visit.until('focus in the editor', async () => /your code/.test(await focused()));
    await visit.page.keyboard.press('Control+Home');
    await visit.page.keyboard.type('// typed\n');
    await visit.page.keyboard.press('Tab');
    expect(await focused()).toMatch(/your code/);
    await visit.page.keyboard.press('Control+z');
    expect(await visit.test()).toMatch(/All \d+ tests passed/);
    await visit.page.keyboard.press('Escape');
    await visit.page.keyboard.press('Tab');
    expect(await focused()).toBe('Test');
    await visit.page.keyboard.press('Shift+Tab');
    expect(await focused()).toMatch(/your code/);
  });

  it('reaches every part of the page with Tab, in reading order', async () => {
    await visit.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await visit.page.locator('.brand').focus();
    const order = [await focused()];
    while (order.length < 80 && !order.at(-1)?.startsWith('Reset')) {
      await visit.page.keyboard.press((await focused()).includes('code') ? 'Escape' : 'Shift');
      await visit.page.keyboard.press('Tab');
      order.push(await focused());
    }
    const parts = [
      /course map/,
      /Theme/,
      /Lesson text/,
      /shape\.cpp/,
      /your code/,
      /^Test/,
      /^Run/,
    ];
    const places = parts.map((part) => order.findIndex((name) => part.test(name)));
    expect({ order, places }).toEqual({ order, places: places.toSorted((a, b) => a - b) });
    expect(places).not.toContain(-1);
  });

  it('starts and stops a run', async () => {
    await visit.openFile('example.cpp');
    await visit.write(
      '#include <cstdio>\nint main() { std::printf("begun\\n"); volatile int x = 0; while (x == 0) {} }\n',
    );
    await visit.page.keyboard.press('Control+Shift+Enter');
    await visit.sees('.output', /begun/);
    const results = await visit.job(() => visit.page.keyboard.press('Control+.'));
    expect(results).toMatch(/begun.*Stopped/);
  });
});

describe('Run', () => {
  it('shows what the example prints, from the student’s own unit', async () => {
    await visit.write(lesson.example);
    const run = visit.page.getByRole('button', { name: 'Run', exact: true });
    const results = await visit.job(() => run.click());
    expect(results).toMatch(/elements 24/);
    expect(results).toMatch(/ended normally/);
  });

  it('shows output while the program still runs, and Stop ends it', async () => {
    await visit.write(
      '#include <cstdio>\nint main() { for (long i = 0;; ++i) { if (i % 400000000 == 0) { std::printf("line %ld\\n", i / 400000000); } } }\n',
    );
    await visit.page.getByRole('button', { name: 'Run', exact: true }).click();
    await visit.sees('.output', /line 0 line 1/);
    const stop = visit.page.getByRole('button', { name: 'Stop', exact: true });
    expect(await visit.job(() => stop.click())).toMatch(/Stopped/);
    await visit.openFile('shape.cpp');
    expect(await visit.test()).toMatch(/All \d+ tests passed/);
  });

  it('says why a program that crashed did, and where', async () => {
    await visit.openFile('example.cpp');
    await visit.write('int main() { int* p = nullptr; *p = 3; }\n');
    const run = visit.page.getByRole('button', { name: 'Run', exact: true });
    expect(await visit.job(() => run.click())).toMatch(/Crashed.*example\.cpp:1.*null/);
    await visit.write(lesson.example);
    await visit.openFile('shape.cpp');
  });
});

describe('Stop', () => {
  it('ends a grading that would not end, and the next one works', async () => {
    const endless = 'volatile int x = 0; while (x == 0) {}\n  std::int64_t product = 1;';
    await visit.write(lesson.reference.replace('std::int64_t product = 1;', endless));
    await visit.page.keyboard.press('Control+Enter');
    await visit.sees('.status', /Testing: 0 of/);
    const stop = visit.page.getByRole('button', { name: 'Stop', exact: true });
    expect(await visit.job(() => stop.click())).toMatch(/Stopped/);
    await visit.write(lesson.starter);
    expect(await visit.test()).toMatch(/0 of \d+ tests passed/);
  });

  it('leaves results that axe finds nothing to complain about in', async () => {
    expect(await visit.violations()).toEqual([]);
  });
});

describe('a program with', () => {
  it.each(HOSTILE)('$name ends as $verdict', async ({ source, verdict, says }) => {
    await visit.write(source(lesson.reference));
    const results = await visit.test();
    expect(results).toContain(verdicts[verdict].title);
    expect(results).toMatch(says);
  });

  it('no malice passes after all of them', async () => {
    await visit.write(lesson.reference);
    expect(await visit.test()).toMatch(/All \d+ tests passed/);
  });
});

describe('in all this time', () => {
  it('nothing went wrong and nothing was refused by the policy', async () => {
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
  });
});

describe('after a reload', () => {
  it('the work and its result are there again', async () => {
    await visit.write(`// my own line\n${lesson.reference}`);
    await visit.sees('.status-save', /Saved/);
    const results = await visit.text('#results-panel');
    expect(results).toMatch(/Attempt \d+/);
    await visit.page.reload();
    await visit.beginsWith(/my own line/);
    expect(await visit.text('#results-panel')).toBe(results);
  });

  it('the course map knows that the lesson was passed', async () => {
    await visit.go('');
    await visit.sees('main', /1 of \d+ lessons? passed/);
  });
});
