/** The playground's graph on the live engine: stepped by keyboard, in light and dark, wide and narrow. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { jest } from '@jest/globals';
import { embindSession, type SessionEngine } from '../../../wasm/session/embind.ts';
import { play } from '../../../wasm/session/play.ts';
import { readTrace } from '../../../wasm/session/trace.ts';
import { type GraphModel, graphOf } from '../../../web/src/graph/model.ts';
import { presets } from '../../../web/src/graph/presets.ts';
import { sentence, valueText } from '../../../web/src/graph/words.ts';
import { mistakes, scalarMistakes, withMistake } from '../../regression/mistakes.ts';
import { PATIENCE, Site, type Visit } from './visit.ts';

jest.setTimeout(PATIENCE);

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site?.close());

/** What the same engine says outside of the page. */
async function expected(preset: string): Promise<GraphModel> {
  const script = path.resolve('build/wasm/engine.js');
  const { default: create } = (await import(pathToFileURL(script).href)) as {
    default: (options: { wasmBinary: Uint8Array }) => Promise<SessionEngine>;
  };
  const engine = await create({ wasmBinary: await readFile(script.replace(/js$/, 'wasm')) });
  const session = embindSession(engine);
  const { trace, names } = play(session, { ...presets[preset]!.recipe, descend: 0.1 });
  session.close();
  return graphOf(readTrace(trace), names);
}

describe('the network of two layers', () => {
  let visit: Visit;
  let model: GraphModel;
  beforeAll(async () => {
    [visit, model] = await Promise.all([site.visit(), expected('mlp')]);
    await visit.go('playground?preset=mlp');
    await visit.sees('.graph-count', new RegExp(`of ${String(model.steps.length)}$`));
    await visit.until('the picture', () => visit.page.locator('.graph-stage').isVisible());
  });
  afterAll(() => visit?.page.context().close());

  it('is stepped by keyboard, forward and back, with the engine’s numbers', async () => {
    await visit.page.locator('.graph-stage').focus();
    await visit.page.keyboard.press('Home');
    const said = async () => (await visit.page.locator('.graph-sentence').textContent()) ?? '';
    const forward = [await said()];
    for (let i = 1; i < model.steps.length; i++) {
      await visit.page.keyboard.press('ArrowRight');
      forward.push(await said());
    }
    expect(forward).toEqual(model.steps.map((step) => sentence(model, step)));
    const back = [forward.at(-1)!];
    for (let i = 1; i < model.steps.length; i++) {
      await visit.page.keyboard.press('ArrowLeft');
      back.push(await said());
    }
    expect(back).toEqual([...forward].reverse());
  });

  it('shows in its table the gradients that the engine has', async () => {
    await visit.page.getByRole('button', { name: 'Last step' }).click();
    await visit.page.getByRole('button', { name: 'As a table' }).click();
    const rows = await visit.page.locator('.graph-table tbody tr').evaluateAll((all) =>
      all.map((row) => {
        const [name, , , , gradient] = [...row.children].map((cell) => cell.textContent);
        return [name, gradient];
      }),
    );
    const wanted = [...model.nodes.values()].map(({ label, gradient }) => [
      label,
      gradient === null ? '' : valueText(gradient.value),
    ]);
    expect(rows).toEqual(wanted);
    await visit.page.getByRole('button', { name: 'As a table' }).click();
  });

  it('follows a slider, and stays where it is', async () => {
    const boxes = () =>
      visit.page
        .locator('.graph-box')
        .evaluateAll((all) => all.map((box) => box.getAttribute('transform')));
    const before = await boxes();
    const loss = visit.page.getByRole('img', { name: /^loss, / });
    const old = await loss.getAttribute('aria-label');
    await visit.page.getByRole('slider', { name: 'layer1.weight[0]' }).focus();
    await visit.page.keyboard.press('ArrowRight');
    await visit.until('another loss', async () => (await loss.getAttribute('aria-label')) !== old);
    expect(await boxes()).toEqual(before);
    await visit.until('its address', async () => visit.page.url().includes('values='));
  });
});

describe.each([
  ['light, wide', 'light', 1440],
  ['dark, wide', 'dark', 1440],
  ['light, on a phone', 'light', 360],
  ['dark, on a phone', 'dark', 360],
] as const)('in %s', (_, colorScheme, width) => {
  it('nothing overflows, axe has no complaint, and the policy refuses nothing', async () => {
    const visit = await site.visit({ colorScheme, viewport: { width, height: 800 } });
    await visit.go('playground?preset=logarithm');
    await visit.sees('.graph-broken', /comes out of log_p = log\(p\)/);
    await visit.until('the picture', () => visit.page.locator('.graph-stage').isVisible());
    expect(await visit.violations()).toEqual([]);
    const overflow = await visit.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
    await visit.page.context().close();
  });
});

describe('the student’s own engine', () => {
  it('plays in the playground once a lesson was passed, and differs in nothing', async () => {
    const [visit, model] = await Promise.all([site.visit(), expected('diamond')]);
    const lesson = await site.lesson('autograd');
    await visit.go('lesson/autograd');
    await visit.compilerIsReady();
    await visit.write(lesson.reference);
    expect(await visit.test()).toMatch(/All \d+ tests passed/);
    await visit.sees('.status-save', /Saved/);
    await visit.go('playground?preset=diamond&engine=mine');
    await visit.sees('.playground-engine', /Yours: autograd/);
    await visit.sees('.graph-sentence', /All 2 have arrived at c/);
    const c = [...model.nodes.values()].find(({ label }) => label === 'c')!;
    const shown = visit.page.getByRole('img', { name: /^c, / });
    expect(await shown.getAttribute('aria-label')).toContain(
      `gradient ${valueText(c.gradient!.value)}`,
    );
    expect(await visit.text('main')).not.toMatch(/first differs/);
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
    await visit.page.context().close();
  });
});

describe('a failed test', () => {
  const causes: Record<string, RegExp> = {
    'a product whose derivatives are exchanged': /Look at how mul grows with its input/,
    'a result that hands on before it has its gradient': /should hand .* and hands 0/,
    'a contribution that overwrites the one before': /must be added\. Look at \w+/,
    'a walk in the wrong order': /order of the walk/,
    'a leaf that keeps the last gradient only': /Look at .*keep_grad/,
    'a gradient that is not summed back to a broadcast shape': /gave shape/,
    'a sign': /Look at the derivative of tanh in its input 0/,
    'a saved value that is changed': /Look at the derivative of tanh in its input 0/,
  };

  it.each([
    ['scalar', scalarMistakes],
    ['derivatives', mistakes],
    ['autograd', mistakes],
  ])('of %s shows where each mistake is', async (slug, known) => {
    const visit = await site.visit();
    const { reference } = await site.lesson(slug);
    await visit.go(`lesson/${slug}`);
    await visit.compilerIsReady();
    const mine = Object.entries(known).filter(([, mistake]) => mistake.slug === slug);
    for (const [index, [name, mistake]] of mine.entries()) {
      await visit.write(withMistake(reference, mistake));
      if (index === 0) expect(await visit.test()).toMatch(/of \d+ tests passed/);
      await visit.page.getByRole('button', { name: 'Show me where' }).click();
      await visit.sees('.show-where > [role=status]', causes[name]!);
      const lit = visit.page.locator('.graph-box.is-lit');
      await visit.until('the node', () => lit.isVisible());
      const node = /^[^,]+/.exec((await lit.getAttribute('aria-label'))!)![0];
      expect(await visit.text('.show-where > [role=status]')).toContain(node.split(' of shape')[0]);
      await visit.page.getByRole('button', { name: 'Close' }).click();
    }
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
    await visit.page.context().close();
  });
});
