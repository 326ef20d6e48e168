/** A visitor of the built course in a real Chromium. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../../../scripts/chromium.ts';
import { serve } from '../../../scripts/serve.mjs';
import type { LessonData } from '../../../wasm/toolchain/types.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
export const DIST = path.join(ROOT, 'dist');

/** Milliseconds that one test may take on a busy machine. */
export const PATIENCE = 180_000;

/** What a page tells its tests. */
declare global {
  interface Window {
    told: {
      /** How many gradings and runs have ended. */
      jobsEnded: number;
      /** What the Content-Security-Policy refused. */
      refused: string[];
      /** Each text of the progress bar. */
      progress: string[];
      /** What a screen reader was told of the gradings. */
      announced: string[];
    };
  }
}

/** Runs in every page before its own scripts. */
function listen(): void {
  const told: Window['told'] = { jobsEnded: 0, refused: [], progress: [], announced: [] };
  window.told = told;
  document.addEventListener('securitypolicyviolation', (event) => {
    told.refused.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });
  let busy = false;
  new MutationObserver(() => {
    const isBusy = document.querySelector('button.stop') !== null;
    if (busy && !isBusy) {
      told.jobsEnded += 1;
    }
    busy = isBusy;
    const note = (texts: string[], text: string | null | undefined) => {
      if (text && text !== texts.at(-1)) {
        texts.push(text);
      }
    };
    const bar = document.querySelector('[role=progressbar]');
    note(told.progress, bar?.getAttribute('aria-valuetext'));
    note(told.announced, document.querySelector('.results-pane > [aria-live]')?.textContent);
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}

/** The course on a server of its own, and a browser that has never seen it. */
export class Site {
  private constructor(
    readonly address: string,
    private readonly browser: Browser,
    private readonly stop: () => void,
  ) {}

  /** Answers as the real server does, or through `handler`. */
  static async open(handler?: RequestListener): Promise<Site> {
    if (!existsSync(path.join(DIST, 'course/index.json'))) {
      throw new Error('The page is not built yet: run `npm start` or `npm test` once.');
    }
    const { address, close } = await serve(DIST, 5700, handler);
    return new Site(address, await launchChromium(), close);
  }

  async lesson(slug: string): Promise<LessonData> {
    const text = await readFile(path.join(DIST, `course/lessons/${slug}.json`), 'utf8');
    return JSON.parse(text) as LessonData;
  }

  /** A visitor with a profile of their own. */
  async visit(options: BrowserContextOptions = {}): Promise<Visit> {
    const viewport = { width: 1440, height: 900 };
    const context = await this.browser.newContext({ viewport, ...options });
    await context.addInitScript(listen);
    return new Visit(await context.newPage(), this.address);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.stop();
  }
}

export class Visit {
  /** Errors that the page wrote to the console or did not catch. */
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    private readonly address: string,
  ) {
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        this.errors.push(message.text());
      }
    });
  }

  /** Lets the compiler never arrive, so that its warming up does not take the processor. */
  async withoutCompiler(): Promise<void> {
    await this.page.route('**/course/files/**', () => undefined);
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.address + path);
  }

  /** Polls from outside: the page's Content-Security-Policy forbids Playwright's way to wait. */
  async until<T>(what: string, look: () => Promise<T>, seconds = 120): Promise<NonNullable<T>> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await look();
      if (seen) {
        return seen;
      }
      if (Date.now() > deadline) {
        throw new Error(`not seen in ${String(seconds)} s: ${what}`);
      }
      await this.page.waitForTimeout(25);
    }
  }

  /** The text of the first element, empty where there is none. */
  text(selector: string): Promise<string> {
    return this.page.evaluate((each) => {
      const element = document.querySelector<HTMLElement>(each);
      return element?.innerText.replace(/\s+/g, ' ') ?? '';
    }, selector);
  }

  async sees(selector: string, wanted: RegExp, seconds?: number): Promise<void> {
    let seen = '';
    const look = async () => wanted.test((seen = await this.text(selector)));
    await this.until(`${String(wanted)} in ${selector}`, look, seconds).catch((error: Error) => {
      throw new Error(`${error.message}, which reads: ${seen.slice(0, 500)}`);
    });
  }

  told(): Promise<Window['told']> {
    return this.page.evaluate(() => window.told);
  }

  compilerIsReady(): Promise<void> {
    return this.sees('.status', /Compiler ready/);
  }

  async openFile(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  /** Replaces the text of the file that is open, by pasting. */
  async write(text: string): Promise<void> {
    await this.page.locator('.cm-content').click();
    await this.page.keyboard.press('Control+a');
    await this.page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(paste);
    }, text);
  }

  /** Waits until the file that is open begins so; the editor draws only the lines in view. */
  async beginsWith(wanted: RegExp): Promise<void> {
    await this.until(`${String(wanted)} in the first lines of the file`, async () => {
      await this.page.locator('.cm-content').press('Control+Home');
      return wanted.test(await this.text('.cm-content'));
    });
  }

  /** Does what begins a grading or a run, and waits for its end. */
  async job(begin: () => Promise<void>): Promise<string> {
    const before = (await this.told()).jobsEnded;
    await begin();
    await this.until('the end of the job', async () => (await this.told()).jobsEnded > before);
    return this.text('#results-panel');
  }

  test(): Promise<string> {
    return this.job(() => this.page.keyboard.press('Control+Enter'));
  }

  /** What axe complains about, with the elements. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    return this.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
      const { violations } = await axe.run();
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
      );
    });
  }
}
