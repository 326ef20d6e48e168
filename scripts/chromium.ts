import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const OPTIONS = {
  executablePath: '/usr/bin/chromium',
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ],
};

/** Debian's Chromium, quiet and without a display. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch(OPTIONS);
}

/** The same with a profile on disk, whose caches outlive it. */
export function launchProfile(folder: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, OPTIONS);
}
