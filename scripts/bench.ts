/**
 * `npm run -s bench [-- --json] [name...]`: figures that are measured side by side in one run; with
 * names, only those groups. Each is the median of 5 after 3 warm-ups; the very first one is reported
 * too.
 */
import { parseArgs } from 'node:util';
import { Course } from '../wasm/toolchain/node.ts';
import { benchAutograd } from './bench/autograd.ts';
import { benchEditToVerdict } from './bench/editToVerdict.ts';
import type { Figure } from './bench/figure.ts';
import { benchGraph } from './bench/graph.ts';
import { benchLongestTasks, benchTraining } from './bench/mainThread.ts';
import { benchMatmul } from './bench/matmul.ts';
import { benchTrainStep } from './bench/trainStep.ts';
import { benchVisits } from './bench/visits.ts';
import { launchChromium } from './chromium.ts';
import { compress } from './compress.mjs';
import { serve } from './serve.mjs';
import { say } from './setup.mjs';

const PAGE = 'dist';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});

await compress(PAGE, say);
const course = await Course.open('build/course');
const lessons = await Promise.all(course.index.lessons.map(({ slug }) => course.lesson(slug)));
const [first] = lessons;
if (first === undefined) {
  throw new Error('The course has no lesson to measure.');
}

const groups: Record<string, () => Promise<Figure[]>> = {
  'edit-to-verdict': async () => {
    const figures: Figure[] = [];
    for (const lesson of lessons) {
      figures.push(...(await inPage((page, address) => benchEditToVerdict(page, address, lesson))));
    }
    return figures;
  },
  autograd: () => benchAutograd(course),
  graph: () => inPage(benchGraph),
  'main-thread': () =>
    inPage(async (page, address) => [
      ...(await benchLongestTasks(page, address, first)),
      ...(await benchTraining(page, address)),
    ]),
  matmul: () => benchMatmul(course),
  'train-step': () => benchTrainStep(course),
  visits: () => benchVisits(PAGE, first),
};

type Body = (page: Parameters<typeof benchLongestTasks>[0], address: string) => Promise<Figure[]>;

async function inPage(body: Body): Promise<Figure[]> {
  const server = await serve(PAGE, 5600);
  const browser = await launchChromium();
  try {
    return await body(
      await browser.newPage({ viewport: { width: 1440, height: 900 } }),
      server.address,
    );
  } finally {
    await browser.close();
    server.close();
  }
}

const unknown = positionals.filter((name) => !(name in groups));
if (unknown.length > 0) {
  say(`There is no group ${unknown.join(', ')}; the groups are ${Object.keys(groups).join(', ')}.`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(groups)) {
  if (positionals.length === 0 || positionals.includes(name)) {
    figures.push(...(await measure()));
  }
}
if (values.json) {
  console.log(JSON.stringify(figures));
} else {
  for (const { name, value, unit, target } of figures) {
    const goal = target === null ? '' : `  (target: at most ${String(target)})`;
    console.log(`${name.padEnd(44)} ${value.toFixed(3)} ${unit}${goal}`);
  }
}
process.exit(0);
