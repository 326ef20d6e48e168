/** The first and the second visit, each with the browser's own cache on disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { LessonData } from '../../wasm/toolchain/types.ts';
import { launchProfile } from '../chromium.ts';
import { answer, serve } from '../serve.mjs';
import type { Figure } from './figure.ts';
import { editToVerdict, ready, until, WATCH } from './page.ts';

const PORT = 5650;

/** The parts of a download, by the path of a file. */
const PARTS: [string, RegExp][] = [
  ['compiler', /\/files\/llvm-/],
  ['headers', /\/files\/sysroot-/],
  ['precompiled', /\/files\/std-/],
  ['lessons', /\/course\//],
  ['page', /./],
];

/** Counts the bytes of every answer's body as it leaves. */
class Meter {
  bytes: Record<string, number> = {};

  handler(folder: string) {
    const files = answer(folder);
    return (request: { url?: string }, response: ServerResponse) => {
      const part = PARTS.find(([, paths]) => paths.test(request.url ?? ''))?.[0] ?? 'page';
      const write = response.write.bind(response) as (chunk: Buffer) => boolean;
      response.write = ((chunk: Buffer) => {
        this.bytes[part] = (this.bytes[part] ?? 0) + chunk.length;
        return write(chunk);
      }) as typeof response.write;
      files(request, response);
    };
  }

  /** Megabytes of some parts, or of all. */
  megabytes(...parts: string[]): number {
    const counted = Object.entries(this.bytes).filter(
      ([part]) => parts.length === 0 || parts.includes(part),
    );
    return counted.reduce((sum, [, bytes]) => sum + bytes, 0) / 1e6;
  }
}

interface Visited {
  /** When the lesson's text stood there, and what had come by then. */
  readable: { seconds: number; kilobytes: number };
  ready: number;
  verdict: number;
}

/** Notes, in the page, what had come when the lesson's text first stood there. */
const WATCH_READING = `
  new MutationObserver((_, observer) => {
    if (document.querySelector('.pane-read h1') === null) return;
    observer.disconnect();
    const come = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const bytes = come.filter((each) => each.responseEnd > 0).map((each) => each.transferSize);
    window.readable = {
      seconds: performance.now() / 1000,
      kilobytes: bytes.reduce((sum, each) => sum + each, 0) / 1000,
    };
  }).observe(document, { subtree: true, childList: true });
`;

/** Opens a lesson and waits for its text, its compiler and a first verdict. Gives seconds. */
async function visit(context: BrowserContext, url: string, lesson: LessonData): Promise<Visited> {
  const page: Page = context.pages()[0] ?? (await context.newPage());
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  await page.addInitScript(WATCH_READING);
  await page.goto(url);
  await until(page, 'the text', () => 'readable' in window);
  const readable = await page.evaluate<Visited['readable']>('window.readable');
  await ready(page);
  const compiler = seconds();
  await page.evaluate(WATCH);
  await editToVerdict(page, lesson.reference, 0);
  return { readable, ready: compiler, verdict: seconds() };
}

/** A new browser profile comes twice. Needs the compressed page. */
export async function benchVisits(folder: string, lesson: LessonData): Promise<Figure[]> {
  const meter = new Meter();
  const server = await serve(folder, PORT, meter.handler(folder));
  const profile = await mkdtemp(path.join(tmpdir(), 'tinytorch-profile-'));
  const figures: Figure[] = [];
  for (const name of ['first-visit', 'second-visit']) {
    meter.bytes = {};
    const isFirst = name === 'first-visit';
    const context = await launchProfile(profile);
    const seconds = await visit(context, `${server.address}lesson/${lesson.slug}`, lesson);
    // A browser writes the machine code of a large program to its cache when it is idle.
    await context.pages()[0]?.waitForTimeout(5000);
    await context.close();
    const add = (what: string, value: number, unit: string, target: number | null = null) =>
      figures.push({ name: `${name}/${what}`, value, unit, target });
    add('seconds', seconds.ready, 's until the compiler is ready');
    add('readable-seconds', seconds.readable.seconds, 's');
    add('first-verdict-seconds', seconds.verdict, 's');
    add('megabytes', meter.megabytes(), 'MB', isFirst ? 27 : 0.5);
    for (const [part] of PARTS) {
      add(`megabytes/${part}`, meter.megabytes(part), 'MB');
    }
    if (isFirst) {
      add('kilobytes-until-readable', seconds.readable.kilobytes, 'kB', 150);
    }
  }
  server.close();
  await rm(profile, { recursive: true, force: true });
  return figures;
}
