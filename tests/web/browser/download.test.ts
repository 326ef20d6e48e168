/** The compiler's way to the page over a network that breaks. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer } from '../../../scripts/serve.mjs';
import { DIST, PATIENCE, Site, type Visit } from './visit.ts';

jest.setTimeout(PATIENCE);

/** Breaks the first answer for the compiler after so many bytes. */
const BROKEN_AFTER = 5_000_000;

interface Asked {
  path: string;
  range: string | undefined;
}

const asked: Asked[] = [];
let site: Site;
let visit: Visit;

function breakOnce(response: ServerResponse): void {
  const write = response.write.bind(response) as (chunk: Buffer) => boolean;
  let sent = 0;
  response.write = ((chunk: Buffer) => {
    if (sent > BROKEN_AFTER) {
      response.destroy();
      return false;
    }
    sent += chunk.length;
    return write(chunk);
  }) as typeof response.write;
}

beforeAll(async () => {
  const files = answer(DIST);
  site = await Site.open((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    if (path.includes('/llvm-')) {
      asked.push({ path, range: request.headers.range });
      if (asked.length === 1) {
        breakOnce(response);
      }
    }
    files(request, response);
  });
  visit = await site.visit();
  await visit.go('lesson/shape');
});
afterAll(() => site?.close());

it('goes on where it broke, and the compiler gets ready', async () => {
  await visit.compilerIsReady();
  expect(asked.length).toBeGreaterThan(1);
  const from = Number(/bytes=(\d+)-/.exec(asked[1]?.range ?? '')?.[1] ?? 0);
  expect(from).toBeGreaterThan(BROKEN_AFTER / 2);
});
