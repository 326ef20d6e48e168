/**
 * `npm run -s bench [-- --json]`: figures that are measured side by side in one run. Each is the
 * median of 5 after 3 warm-ups; the page's very first one is reported too.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { Course } from '../wasm/toolchain/node.ts';
import type { LessonData } from '../wasm/toolchain/types.ts';
import { launchChromium } from './chromium.ts';
import { serve } from './serve.mjs';
import { ensurePackages, FOR_BENCH, run } from './setup.mjs';

interface Figure {
  name: string;
  value: number;
  unit: string;
  target: number | null;
}

const WARM_UPS = 3;
const ROUNDS = 5;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Polls in the page: its Content-Security-Policy forbids Playwright's own way to wait. */
async function until(page: Page, what: string, holds: () => boolean, seconds = 180): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await page.evaluate(holds))) {
    if (Date.now() > deadline) {
      throw new Error(`the page did not get there in ${String(seconds)} s: ${what}`);
    }
    await page.waitForTimeout(50);
  }
}

/** What the page's own clock recorded between the key and the verdict on the screen. */
declare global {
  interface Window {
    bench: { pressed: number; shown: number };
  }
}

/** Notes, in the page, when Ctrl-Enter is pressed and when the job that it starts has ended. */
const WATCH = `
  window.bench = { pressed: 0, shown: 0 };
  const isRunning = () =>
    [...document.querySelectorAll('button')].some((each) => each.textContent === 'Stop');
  let wasRunning = false;
  addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.ctrlKey) {
      wasRunning = false;
      window.bench = { pressed: performance.now(), shown: 0 };
    }
  }, true);
  new MutationObserver(() => {
    const running = isRunning();
    if (window.bench.shown === 0 && wasRunning && !running) {
      window.bench.shown = performance.now();
    }
    wasRunning = running;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

/** Replaces the file by pasting, as a student would: what is typed by a machine comes as one key. */
async function edit(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('Control+a');
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(paste);
  }, text);
}

/** Changes the file, presses the key, and gives the seconds until the verdict is on the screen. */
async function editToVerdict(page: Page, source: string, round: number): Promise<number> {
  await edit(page, `${source}// ${String(round)}\n`);
  await page.keyboard.press('Control+Enter');
  await until(page, 'a verdict', () => window.bench.shown > 0);
  await until(page, 'a pass', () => /All \d+ tests passed/.test(document.body.textContent));
  return page.evaluate(() => (window.bench.shown - window.bench.pressed) / 1000);
}

/** What a student's own Makefile would do: compile the unit, link it with the rest, run the tests. */
class NativeToolchain {
  private constructor(
    private readonly folder: string,
    private readonly objects: string[],
    private readonly file: string,
  ) {}

  static async prepare(lesson: LessonData): Promise<NativeToolchain> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tinytorch-bench-'));
    const number = String(lesson.number).padStart(2, '0');
    const check = `lessons/${number}-${lesson.slug}/check.cpp`;
    const others = Object.values(lesson.link.units).map((unit) => unit.file);
    const given = [
      ...others.filter((file) => file !== lesson.unit),
      'wasm/runner/check.cpp',
      'wasm/runner/native.cpp',
    ];
    const objects = [check, ...given].map((source, index) => {
      const object = path.join(folder, `${String(index)}.o`);
      run('clang++', ['-std=c++20', '-O1', '-I.', '-c', source, '-o', object]);
      return object;
    });
    return new NativeToolchain(folder, objects, path.join(folder, 'unit.cpp'));
  }

  async editToVerdict(source: string, round: number): Promise<number> {
    await writeFile(this.file, `${source}// ${String(round)}\n`);
    const [object, program] = [path.join(this.folder, 'unit.o'), path.join(this.folder, 'program')];
    const started = performance.now();
    const steps: [string, string[]][] = [
      ['clang++', ['-std=c++20', '-O1', '-I.', '-c', this.file, '-o', object]],
      ['clang++', [object, ...this.objects, '-o', program]],
      [program, []],
    ];
    for (const [command, args] of steps) {
      if (spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
        throw new Error(`${command} ${args.join(' ')} failed`);
      }
    }
    return (performance.now() - started) / 1000;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

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
async function benchLongestTasks(
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

function ready(page: Page): Promise<void> {
  return until(page, 'a ready compiler', () =>
    [...document.querySelectorAll('[role=status]')].some((each) => /ready/i.test(each.textContent)),
  );
}

async function benchEditToVerdict(
  page: Page,
  address: string,
  lesson: LessonData,
): Promise<Figure[]> {
  await page.goto(`${address}lesson/${lesson.slug}`);
  await ready(page);
  await page.evaluate(WATCH);
  const native = await NativeToolchain.prepare(lesson);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < WARM_UPS + ROUNDS; round++) {
    ours.push(await editToVerdict(page, lesson.reference, round));
    theirs.push(await native.editToVerdict(lesson.reference, round));
  }
  await native.close();
  const seconds = median(ours.slice(WARM_UPS));
  const prefix = `edit-to-verdict/${lesson.slug}`;
  return [
    {
      name: `${prefix}/ratio-to-native`,
      value: seconds / median(theirs.slice(WARM_UPS)),
      unit: 'ratio',
      target: 1,
    },
    { name: `${prefix}/seconds`, value: seconds, unit: 's', target: null },
    { name: `${prefix}/first-seconds`, value: ours[0] ?? Number.NaN, unit: 's', target: null },
  ];
}

ensurePackages(FOR_BENCH);
const course = await Course.open('build/course');
const server = await serve('dist', 5600);
const browser = await launchChromium();
const figures: Figure[] = [];
for (const { slug } of course.index.lessons) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  figures.push(...(await benchEditToVerdict(page, server.address, await course.lesson(slug))));
  await page.close();
}
const [first] = course.index.lessons;
if (first !== undefined) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  figures.push(...(await benchLongestTasks(page, server.address, await course.lesson(first.slug))));
  await page.close();
}
await browser.close();
server.close();
if (values.json) {
  console.log(JSON.stringify(figures));
} else {
  for (const { name, value, unit, target } of figures) {
    const goal = target === null ? '' : `  (target: at most ${String(target)})`;
    console.log(`${name.padEnd(44)} ${value.toFixed(3)} ${unit}${goal}`);
  }
}
process.exit(0);
