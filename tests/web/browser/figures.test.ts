/** The figures on the live engine, in its worker: by keyboard, on a phone, in light and in dark. */
import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import type { CourseIndex, Section } from '../../../wasm/toolchain/types.ts';
import { PATIENCE, Site, type Visit } from './visit.ts';

jest.setTimeout(PATIENCE);

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site?.close());

const EVERYTHING: Section[] = [
  {
    kind: 'figure',
    name: 'strides',
    props: {
      shape: '3,4',
      strides: '4,1',
      memory: '16',
      controls: 'shape strides offset transpose permute slice select expand view',
    },
    html: '<p>All that a figure of strides can do.</p>',
  },
  {
    kind: 'figure',
    name: 'broadcast',
    props: { a: '2,3', b: '3', show: 'cells' },
    html: '<p>All that a figure of broadcasting can do.</p>',
  },
];

/** Opens a lesson of nothing but these two. */
async function openFigures(options: Parameters<Site['visit']>[0] = {}): Promise<Visit> {
  const visit = await site.visit(options);
  await visit.withoutCompiler();
  const lesson = { ...(await site.lesson('shape')), sections: EVERYTHING };
  await visit.page.route('**/course/lessons/shape.json', (route) =>
    route.fulfill({ json: lesson }),
  );
  await visit.go('lesson/shape');
  await visit.sees('.explorer', /strides \(4, 1\)/);
  await visit.sees('.operands', /together \(2, 3\)/);
  return visit;
}

const focused = (visit: Visit) =>
  visit.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');

describe('a figure', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await openFigures();
  });
  afterAll(() => visit?.page.context().close());

  it('asks the engine in a worker, and the page itself has none', async () => {
    const workers = visit.page.workers().map((worker) => worker.url());
    expect(workers.filter((url) => /engine\.worker/.test(url))).toHaveLength(1);
    const loaded = await visit.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    expect(loaded).toContainEqual(expect.stringMatching(/engine\.worker/));
    expect(loaded).not.toContainEqual(expect.stringMatching(/engine\.(js|wasm)/));
  });

  it('is used with the keyboard alone', async () => {
    const { page } = visit;
    await page.getByRole('gridcell', { selected: true }).first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await focused(visit)).toBe('2,1 at offset 9');
    await page.getByRole('spinbutton', { name: 'stride of axis 0' }).focus();
    await page.keyboard.press('ArrowDown');
    await visit.sees('.explorer', /strides \(3, 1\).*12 elements read 10 of 16 floats/);
    await page.getByRole('radio', { name: 'transpose' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await visit.sees('.explorer', /shape \(4, 3\) strides \(1, 3\)/);
  });

  it('says in the engine’s words what is impossible, and goes back', async () => {
    const { page } = visit;
    await page.getByRole('spinbutton', { name: 'storage offset' }).fill('9');
    await visit.sees('.explorer .refusal', /\[as_strided\] got .* must stay in \[0, 16\)/);
    await page.getByRole('button', { name: 'Start over in the figure' }).click();
    await visit.sees('.explorer', /shape \(3, 4\) strides \(4, 1\)/);
    expect(await visit.text('.explorer .refusal')).toBe('');
  });

  it('breaks no rule of the policy', async () => {
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
  });
});

describe('axe finds nothing to complain about in the figures, and nothing is cut off,', () => {
  it.each([1440, 390])('%i pixels wide', async (width) => {
    const visit = await openFigures({ viewport: { width, height: 900 } });
    const found: Record<string, string[]> = {};
    const look = async (state: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await visit.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        found[`${state}, ${colorScheme}`] = await visit.violations();
      }
    };
    await look('at first');
    await visit.page.getByRole('spinbutton', { name: 'storage offset' }).fill('9');
    await visit.page.getByLabel('b', { exact: true }).fill('4');
    await visit.sees('.broadcast .refusal', /\[broadcast_shapes\]/);
    await look('after a refusal');
    const cutOff = await visit.page.evaluate(
      () =>
        [...document.querySelectorAll('.figure')].filter(
          (each) => each.scrollWidth > each.clientWidth,
        ).length,
    );
    await visit.page.context().close();
    const complaints = Object.entries(found).filter(([, violations]) => violations.length > 0);
    expect({ complaints, cutOff }).toEqual({ complaints: [], cutOff: 0 });
  });
});

describe('every figure of every lesson', () => {
  it('is drawn', async () => {
    const index = new URL('../../../dist/course/index.json', import.meta.url);
    const { lessons } = JSON.parse(await readFile(index, 'utf8')) as CourseIndex;
    const visit = await site.visit();
    await visit.withoutCompiler();
    for (const { slug } of lessons) {
      const { sections } = await site.lesson(slug);
      const figures = sections.filter((section) => section.kind === 'figure').length;
      await visit.go(`lesson/${slug}`);
      await visit.sees('.pane-read h1', /./);
      const drawn = visit.page.locator('.figure:has([role=grid], .graph-canvas, table)');
      await visit.until(
        `${String(figures)} figures in ${slug}`,
        async () => (await drawn.count()) === figures,
        20,
      );
      expect([slug, await visit.text('.figure .refusal')]).toEqual([slug, '']);
    }
    await visit.page.context().close();
  });
});
