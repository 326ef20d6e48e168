/** The graph view with a large graph, and how often a small one follows its numbers. */
import type { Page } from 'playwright-core';
import { type Figure, median, ROUNDS } from './figure.ts';
import { longestTask } from './mainThread.ts';
import { until } from './page.ts';

const STEPS = 30;
const SECONDS = 3;

/** Seconds between the pictures that the page shows while `body` runs. */
async function frames(page: Page, body: () => Promise<void>): Promise<number[]> {
  await page.evaluate(`
    window.frames_seen = [];
    const note = (now) => { window.frames_seen.push(now); window.frame = requestAnimationFrame(note); };
    window.frame = requestAnimationFrame(note);
  `);
  await body();
  const seen = await page.evaluate<number[]>(
    'cancelAnimationFrame(window.frame), window.frames_seen',
  );
  return seen.slice(1).map((each, i) => (each - seen[i]!) / 1000);
}

/** Of a large graph only what is seen is drawn; its name says how many boxes it has. */
const isDrawn = () => {
  const name = document.querySelector('.graph-canvas')?.getAttribute('aria-label') ?? '';
  return Number(name.replace(/\D/g, '')) > 2000;
};

/** Drags the graph to and fro. */
async function framesOfPanning(page: Page): Promise<number[]> {
  const stage = (await page.locator('.graph-canvas').boundingBox())!;
  const middle = { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 };
  return frames(page, async () => {
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    for (let i = 0; i < 4 * STEPS; i++) {
      await page.mouse.move(middle.x + 300 * Math.sin(i / 10), middle.y);
    }
    await page.mouse.up();
  });
}

export async function benchGraph(page: Page, address: string): Promise<Figure[]> {
  const layouts: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto(`${address}playground?preset=deep`);
    await until(page, 'the graph', () => document.querySelector('.graph-box') !== null);
    await page.getByRole('button', { name: 'None' }).click();
    await until(page, '2,000 boxes', isDrawn);
    const spans = await page.evaluate(() =>
      performance.getEntriesByName('layout').map((each) => each.duration / 1000),
    );
    layouts.push(spans.at(-1)!);
  }
  const near = median(await framesOfPanning(page));
  await page.getByRole('button', { name: 'Fit' }).click();
  await until(page, 'every box', () => document.querySelectorAll('.graph-box').length > 2000);
  const far = median(await framesOfPanning(page));
  const stepping: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.locator('.graph-stage').focus();
    stepping.push(
      await longestTask(page, async () => {
        for (let i = 0; i < STEPS; i++) await page.keyboard.press('ArrowLeft');
      }),
    );
  }
  await page.goto(`${address}playground?preset=mlp`);
  const taken = () =>
    Number(/([\d,]+) steps? taken/.exec(document.body.textContent)![1]!.replace(',', ''));
  await until(page, 'the network', () => document.querySelector('.graph-box') !== null);
  await page.getByRole('button', { name: 'Keep going' }).click();
  const before = await page.evaluate(taken);
  const started = performance.now();
  await page.waitForTimeout(SECONDS * 1000);
  const after = await page.evaluate(taken);
  const updates = ((after - before) * 1000) / (performance.now() - started);
  return [
    { name: 'graph/2000/layout-seconds', value: median(layouts), unit: 's', target: 2 },
    { name: 'graph/2000/seconds-a-frame', value: near, unit: 's', target: 1 / 50 },
    { name: 'graph/2000/frames-per-second', value: 1 / near, unit: '/s', target: null },
    { name: 'graph/2000/seconds-a-frame-all-seen', value: far, unit: 's', target: 1 / 50 },
    {
      name: 'graph/2000/stepping',
      value: median(stepping),
      unit: 'ms in its longest task',
      target: 100,
    },
    { name: 'graph/mlp/updates-per-second', value: updates, unit: '/s', target: null },
  ];
}
