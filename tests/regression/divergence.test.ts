/** First divergence: an engine of a student's that is wrong, and the node that is named for it. */
import { jest } from '@jest/globals';
import { play, type Recipe } from '../../wasm/session/play.ts';
import { type Kind, LIMITS } from '../../wasm/session/session.ts';
import type { LessonData } from '../../wasm/toolchain/types.ts';
import { firstDivergence } from '../../web/src/graph/divergence.ts';
import { graphPlayed } from '../../web/src/graph/model.ts';
import { presets } from '../../web/src/graph/presets.ts';
import { type Mistake, mistakes, scalarMistakes, withMistake } from './mistakes.ts';
import { linked, type Open, reference } from './sessions.ts';
import { PATIENCE } from './toolchain.ts';

jest.setTimeout(PATIENCE);

let right: Open;
beforeAll(async () => {
  right = await reference();
});

function run(open: Open, recipe: Recipe) {
  const session = open(LIMITS, recipe.kind);
  try {
    return graphPlayed(play(session, recipe));
  } finally {
    session.close();
  }
}

function compare(own: Open, preset: string, kind: Kind = 'tensors') {
  const recipe = { ...presets[preset]!.recipe, kind };
  const model = run(right, recipe);
  const found = firstDivergence(model, run(own, recipe));
  return found && { ...found, node: model.nodes.get(found.node)!.label };
}

const mistaken = (mistake: Mistake) =>
  linked(({ reference: source }: LessonData) => withMistake(source, mistake), mistake.slug);

describe('the first divergence', () => {
  it('of an engine that is right is none', async () => {
    const own = await linked((lesson) => lesson.reference);
    expect(Object.keys(presets).map((preset) => compare(own, preset))).toEqual(
      Object.keys(presets).map(() => null),
    );
  });

  it.each([
    {
      mistake: 'a contribution that overwrites the one before',
      preset: 'diamond',
      found: { node: 'b', what: 'gradient' },
      says: /The gradient of b should be 14, and is (2|12)\. .* must be added\. Look at pass_on/,
    },
    {
      mistake: 'a walk in the wrong order',
      preset: 'diamond',
      found: { node: 'b', what: 'gradient' },
      says: /b handed its gradient on before all of it had arrived: 2 of 14\. .* order of the walk/,
    },
    {
      mistake: 'a gradient that is not summed back to a broadcast shape',
      preset: 'mlp',
      found: { what: 'refusal' },
      says: /\[(sub|add|mean)\] the derivative in input \d gave shape/,
    },
    {
      mistake: 'a sign',
      preset: 'mlp',
      found: { node: 'layer1.sum', what: 'contribution' },
      says: /tanh\(layer1.sum\) should hand layer1.sum the gradient .* Look at the derivative of tanh in its input 0/,
    },
    {
      mistake: 'a saved value that is changed',
      preset: 'mlp',
      found: { node: 'layer1.sum', what: 'contribution' },
      says: /tanh\(layer1.sum\) should hand layer1.sum the gradient/,
    },
    {
      mistake: 'a leaf that keeps the last gradient only',
      preset: 'polynomial',
      found: { node: 'x', what: 'gradient' },
      says: /The gradient of x should be 7, and is 0/,
    },
  ])('of $mistake is found', async ({ mistake, preset, found, says }) => {
    const result = compare(await mistaken(mistakes[mistake]!), preset);
    expect(result).toMatchObject(found);
    expect(result!.message).toMatch(says);
  });

  it('of an engine of single numbers that is right is none', async () => {
    const own = await linked((lesson) => lesson.reference, 'scalar');
    for (const preset of ['polynomial', 'formula', 'diamond']) {
      expect(compare(own, preset, 'scalars')).toBeNull();
    }
  });

  it.each([
    {
      mistake: 'a product whose derivatives are exchanged',
      found: { node: 'a', what: 'contribution' },
      says: /mul\(a, b\) should hand a the gradient 3, and hands 2\. Look at how mul grows/,
    },
    {
      mistake: 'a contribution that overwrites the one before',
      found: { node: 'a', what: 'gradient' },
      says: /The gradient of a should be 4, and is [13]\. .* Look at pass_on and backward in engine\/autograd\/scalar.cpp/,
    },
    {
      mistake: 'a result that hands on before it has its gradient',
      found: { node: 'a', what: 'contribution' },
      says: /mul\(a, b\) should hand a the gradient 3, and hands 0/,
    },
  ])('of single numbers, $mistake, is found', async ({ mistake, found, says }) => {
    const result = compare(await mistaken(scalarMistakes[mistake]!), 'formula', 'scalars');
    expect(result).toMatchObject(found);
    expect(result!.message).toMatch(says);
  });
});
