/** How long the page does not answer. */
import type { Page } from 'playwright-core';
import type { LessonData } from '../../wasm/toolchain/types.ts';
import { type Figure, median, ROUNDS } from './figure.ts';
import { editToVerdict, ready, until, WATCH } from './page.ts';

/** The part of a trace that is used. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the thread's own time. */
  tdur?: number;
}

/** Milliseconds of the longest task of the page's own thread while `body` runs. */
export async function longestTask(page: Page, body: () => Promise<void>): Promise<number> {
  const browser = page.context().browser();
  await browser?.startTracing(page, { categories: ['toplevel', 'blink.user_timing'] });
  await body();
  await page.evaluate(() => performance.mark('this page'));
  const trace = String(await browser?.stopTracing());
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const thread = traceEvents.find(({ name }) => name === 'this page');
  const tasks = traceEvents.filter(({ pid, tid }) => pid === thread?.pid && tid === thread.tid);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}

/** How long the page does not answer: while a lesson opens, and while its file is pasted and graded. */
export async function benchLongestTasks(
  page: Page,
  address: string,
  lesson: LessonData,
): Promise<Figure[]> {
  const opening: number[] = [];
  const grading: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto(address);
    opening.push(
      await longestTask(page, async () => {
        await page.goto(`${address}lesson/${lesson.slug}`);
        await until(page, 'an editor', () => document.querySelector('.cm-line') !== null);
      }),
    );
    await ready(page);
    await page.evaluate(WATCH);
    grading.push(
      await longestTask(page, async () => {
        await editToVerdict(page, lesson.reference, round);
      }),
    );
  }
  return Object.entries({ opening, grading }).map(([name, tasks]) => ({
    name: `main-thread/${lesson.slug}/${name}`,
    value: median(tasks),
    unit: 'ms in its longest task',
    target: 100,
  }));
}

/** Milliseconds that a network trains while the page is watched. */
const TRAINING_MS = 3000;

/** How long the page does not answer while digits are learned and everything is drawn. */
export async function benchTraining(page: Page, address: string): Promise<Figure[]> {
  const training: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto(`${address}train?data=digits&hidden=128&activation=relu&batchSize=64`);
    const button = page.getByRole('button', { name: /^▶/ });
    await until(page, 'a network', () => {
      const all = [...document.querySelectorAll<HTMLButtonElement>('.run-bar button')];
      return all.some((each) => each.textContent.startsWith('▶') && !each.disabled);
    });
    training.push(
      await longestTask(page, async () => {
        await button.click();
        await page.waitForTimeout(TRAINING_MS);
      }),
    );
  }
  return [
    {
      name: 'main-thread/training/digits',
      value: median(training),
      unit: 'ms in its longest task',
      target: 50,
    },
  ];
}
