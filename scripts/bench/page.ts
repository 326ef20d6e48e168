/** The built page, driven from outside. */
import type { Page } from 'playwright-core';

/** Polls in the page: its Content-Security-Policy forbids Playwright's own way to wait. */
export async function until(
  page: Page,
  what: string,
  holds: () => boolean,
  seconds = 180,
): Promise<void> {
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
export const WATCH = `
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
export async function editToVerdict(page: Page, source: string, round: number): Promise<number> {
  await edit(page, `${source}// ${String(round)}\n`);
  await page.keyboard.press('Control+Enter');
  await until(page, 'a verdict', () => window.bench.shown > 0);
  await until(page, 'a pass', () => /All \d+ tests passed/.test(document.body.textContent));
  return page.evaluate(() => (window.bench.shown - window.bench.pressed) / 1000);
}

export function ready(page: Page): Promise<void> {
  return until(page, 'a ready compiler', () =>
    [...document.querySelectorAll('[role=status]')].some((each) => /ready/i.test(each.textContent)),
  );
}
