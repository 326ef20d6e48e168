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
async function longestTask(page: Page, body: () => Promise<void>): Promise<number> {
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
