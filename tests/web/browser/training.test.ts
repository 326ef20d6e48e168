/** Networks that learn in the page: milestones and their gates, on the course's units and others. */
import { jest } from '@jest/globals';
import { readLessons } from '../../../wasm/pack/lessons.ts';
import { knockOut, readMilestones } from '../../../wasm/pack/milestones.ts';
import { newRecord } from '../../../web/src/progress/records.ts';
import { packWork } from '../../../web/src/progress/work.ts';
import { PATIENCE, Site, type Visit } from './visit.ts';

jest.setTimeout(2 * PATIENCE);

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site?.close());

/** Brings in a file of work in which these units have passed. */
async function withUnits(visit: Visit, units: Record<string, string>): Promise<void> {
  const records = await Promise.all(
    Object.entries(units).map(async ([slug, accepted]) => {
      const record = newRecord(await site.lesson(slug));
      return { ...record, files: { ...record.files }, accepted };
    }),
  );
  await visit.go('');
  await visit.page.locator('input[type=file]').setInputFiles({
    name: 'work.tar',
    mimeType: 'application/x-tar',
    buffer: Buffer.from(packWork({ at: Date.now(), records })),
  });
  await visit.sees('main', /Imported 1 lesson/);
}

const button = (visit: Visit, name: string | RegExp) =>
  visit.page.getByRole('button', { name, exact: typeof name === 'string' });

async function train(visit: Visit): Promise<void> {
  await visit.until('a button to train', () => button(visit, '▶ Train').isEnabled());
  await button(visit, '▶ Train').click();
}

/** Trains to the end, goes through the gate, and gives what it says. */
async function throughGate(visit: Visit): Promise<string> {
  await visit.sees('.run-status', /Done|Stopped/, 200);
  await button(visit, 'Go through the gate').click();
  await visit.sees('.gate', /passed/i);
  await visit.page.locator('.gate summary').click();
  return visit.text('.gate');
}

async function expectNothingRefused(visit: Visit): Promise<void> {
  const { refused } = await visit.told();
  expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
}

describe('exclusive or', () => {
  it('is too much for one layer and not for two, and then the milestone is passed', async () => {
    const visit = await site.visit();
    await visit.go('milestone/1969-xor');
    await train(visit);
    expect(await throughGate(visit)).toMatch(/^✓ Passed\. [4-7]\d\.\d%/);
    await button(visit, /2\. Two layers/).click();
    await train(visit);
    expect(await throughGate(visit)).toMatch(/^✓ Passed\. (9[4-9]|100)\.\d%/);
    await visit.sees('.milestone-passed', /✓ Passed on .*, on the course’s engine/);
    await visit.go('');
    await visit.sees('main', /1969.*✓|✓.*1969/);
    await expectNothingRefused(visit);
    await visit.page.context().close();
  });
});

describe('handwritten digits, with one unit of the student’s', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await site.visit();
    const { reference } = await site.lesson('optimizers');
    await withUnits(visit, { optimizers: reference });
    await visit.go('milestone/1986-mlp');
    await visit.sees('.provenance summary', /Runs on your engine: 1 of \d+ units/);
  });
  afterAll(() => visit?.page.context().close());

  const steps = async () => Number(/step ([\d,]+)/.exec(await visit.text('.run-status'))?.[1] ?? 0);

  /** The last step of the run that the browser keeps, if it keeps one. */
  const keptStep = () =>
    visit.page.evaluate(
      () =>
        new Promise<number | undefined>((resolve) => {
          const open = indexedDB.open('tinytorch-runs');
          open.onsuccess = () => {
            const get = open.result.transaction('saved').objectStore('saved').getAll();
            get.onsuccess = () => {
              const [run] = get.result as { points: { step: number }[] }[];
              resolve(run?.points.at(-1)?.step);
              open.result.close();
            };
          };
        }),
    );

  it('stop, and go on after a reload where they were', async () => {
    await train(visit);
    await visit.until('some steps', async () => (await steps()) > 100);
    await button(visit, '⏸ Stop').click();
    await visit.sees('.run-status', /Waiting/);
    // A run is kept now and then while it trains, too: what counts is where it was stopped.
    await visit.until('the run to be kept', async () => (await keptStep()) === (await steps()));
    const stopped = await steps();
    expect(stopped).toBeLessThan(1250);
    await visit.page.reload();
    await visit.sees('.run-status', /Waiting/);
    expect(await steps()).toBe(stopped);
    await button(visit, '▶ Go on').click();
  });

  it('are learned: at least 94% of those that the network has never seen', async () => {
    const said = await throughGate(visit);
    expect(said).toMatch(/^✓ Passed\. 9[4-9]\.\d% of 2,004 test examples/);
    await visit.sees('.milestone-passed', /with 1 units? of your own/);
  });

  it('can be drawn, and the network says what it sees', async () => {
    const pad = visit.page.getByRole('application', { name: 'Pad to draw a digit on' });
    await pad.scrollIntoViewIfNeeded();
    const box = (await pad.boundingBox())!;
    const at = (x: number, y: number): [number, number] => [
      box.x + x * box.width,
      box.y + y * box.height,
    ];
    await visit.page.mouse.move(...at(0.5, 0.15));
    await visit.page.mouse.down();
    for (let i = 1; i <= 20; i++) await visit.page.mouse.move(...at(0.5, 0.15 + 0.035 * i));
    await visit.page.mouse.up();
    await visit.sees('.draw-pad', /It says 1 \(/);
    await expectNothingRefused(visit);
  });
});

describe('an engine with something knocked out', () => {
  const wanted = [
    ['1958-perceptron', 'an optimizer that moves nothing', /every parameter has moved/],
    ['1969-xor', 'a loss that is always 0', /the loss is that of its definition/],
    ['1986-mlp', 'a hidden layer that is frozen', /every parameter has moved/],
  ] as const;

  it.each(wanted)('%s: %s', async (slug, name, reason) => {
    const milestone = (await readMilestones('.')).find((each) => each.slug === slug)!;
    const knockout = milestone.knockouts.find((each) => each.name === name)!;
    const visit = await site.visit();
    const broken = knockOut(milestone, knockout, await readLessons('.'));
    await withUnits(visit, { [knockout.unit]: broken });
    await visit.go(`milestone/${slug}`);
    await visit.sees('.provenance summary', /Runs on your engine: 1 of/);
    const index = milestone.runs.findIndex((run) => run.name === knockout.run);
    if (index > 0) await button(visit, new RegExp(`^${String(index + 1)}\\. `)).click();
    await train(visit);
    const said = await throughGate(visit);
    expect(said).toMatch(/^✗ Not passed\./);
    expect(said).toMatch(reason);
    expect(await visit.text('.milestone-passed')).toBe('');
    await visit.page.context().close();
  });
});
