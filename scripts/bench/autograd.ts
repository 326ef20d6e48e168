/** What recording an operation and differentiating it costs, beside PyTorch. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sirv from 'sirv';
import type { Course } from '../../wasm/toolchain/node.ts';
import { launchChromium } from '../chromium.ts';
import { serve } from '../serve.mjs';
import { inPyTorch } from './peers.ts';
import { type Figure, median, ROUNDS, WARM_UPS } from './figure.ts';
import { layPage, trainProgram } from './program.ts';

const SOURCES = fileURLToPath(new URL('autograd', import.meta.url));
const FOLDER = 'build/bench/autograd';
const FEW = 20_000;
const MANY = 1_000_000;
/** The graph of a million operations. */
const MEMORY_BYTES = 1 << 30;

/** Seconds forward and backward. */
type Round = [number, number];

function both(rounds: Round[]): number {
  return median(rounds.map(([forward, backward]) => forward + backward));
}

function inPage(page: Page, operations: number, warmUps: number, rounds: number): Promise<Round[]> {
  const call = `measure(${String(operations)}, ${String(warmUps)}, ${String(rounds)})`;
  return page.evaluate<Round[]>(call);
}

export async function benchAutograd(course: Course): Promise<Figure[]> {
  await mkdir(FOLDER, { recursive: true });
  const program = await trainProgram(
    course,
    'autograd',
    path.join(SOURCES, 'program.cpp'),
    MEMORY_BYTES,
  );
  await layPage(FOLDER, SOURCES, program);
  const server = await serve(FOLDER, 5670, sirv(FOLDER, { dev: true }));
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.address}page.html`);
    const ours = await inPage(page, FEW, WARM_UPS, ROUNDS);
    const script = path.join(SOURCES, 'peer.py');
    const theirs = inPyTorch(script, FEW, WARM_UPS, ROUNDS) as Round[] | null;
    const million = await inPage(page, MANY, 1, 3);
    const figures: Figure[] = [
      {
        name: 'autograd/op-overhead/microseconds',
        value: (both(ours) / FEW) * 1e6,
        unit: 'us',
        target: null,
      },
      {
        name: 'autograd/chain-1e6/seconds',
        value: median(million.map(([, backward]) => backward)),
        unit: 's',
        target: 1,
      },
      {
        name: 'autograd/chain-1e6/forward-seconds',
        value: median(million.map(([forward]) => forward)),
        unit: 's',
        target: null,
      },
    ];
    if (theirs !== null) {
      figures.push({
        name: 'autograd/op-overhead/ratio-to-pytorch',
        value: both(ours) / both(theirs),
        unit: 'ratio',
        target: 1,
      });
    }
    return figures;
  } finally {
    await browser.close();
    server.close();
  }
}
