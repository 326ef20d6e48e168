import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import { ErrorBoundary } from 'react-error-boundary';
import { loadEngine } from './fixtures/engine.ts';
import { ended } from './fixtures/grades.ts';
import { nextLesson } from './fixtures/lesson.ts';
import { fakeLab, openPage, record, rightHost } from './fixtures/page.tsx';
import { newRecord } from '../../web/src/progress/records.ts';
import type { Recipe } from '../../wasm/session/play.ts';
import { readTrace } from '../../wasm/session/trace.ts';
import { OwnEngine, type OwnHost } from '../../web/src/engine/own.ts';
import { GraphExplorer } from '../../web/src/graph/GraphExplorer.tsx';
import { heat, placeOf } from '../../web/src/graph/heat.ts';
import { BOX, layOut } from '../../web/src/graph/layout.ts';
import { createLayouts } from '../../web/src/graph/layouts.ts';
import {
  firstBroken,
  type GraphModel,
  graphOf,
  graphPlayed,
  phaseAt,
  stateAt,
} from '../../web/src/graph/model.ts';
import { presets } from '../../web/src/graph/presets.ts';
import { programOf } from '../../web/src/graph/program.ts';
import { jsonOf } from '../../web/src/graph/save.ts';
import { graphShown, modulesOf } from '../../web/src/graph/shown.ts';
import { numberText, sentence, valueText } from '../../web/src/graph/words.ts';
import { ExpressionError, recipeOf } from '../../web/src/playground/expression.ts';
import { type Services, ServicesContext } from '../../web/src/shell/services.ts';

const played = async (recipe: Recipe) => {
  const engine = await loadEngine();
  const { trace, names, refusal } = await engine.play(recipe);
  return { model: graphOf(readTrace(trace), names), refusal };
};

const preset = async (name: string) => (await played(presets[name]!.recipe)).model;

const shownOf = (model: GraphModel, ...closed: string[]) => graphShown(model, new Set(closed));

const called = (model: Awaited<ReturnType<typeof preset>>, label: string) =>
  [...model.nodes.values()].find((node) => node.label === label)!;

/** The DOM of these tests has no `Blob.text`. */
const textOf = (blob: Blob) =>
  new Promise<string>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.readAsText(blob);
  });

const first = { tensors: [], operations: [], backward: null } satisfies Recipe;

describe('a graph made of a trace', () => {
  it('has the gradients that calculus gives', async () => {
    const model = await preset('polynomial'); // x² + 3x + 1 at 2: 11, slope 7
    expect(called(model, 'y').value.first[0]).toBe(11);
    expect(called(model, 'x').gradient?.value.first[0]).toBe(7);
    expect(called(model, 'three').gradient).toBeNull();
  });

  it.each(Object.keys(presets))(
    'of the preset %s has a step for all that happens',
    async (name) => {
      const model = await preset(name);
      for (const node of model.nodes.values()) {
        expect(model.steps[node.made]).toEqual({ kind: 'value', node: node.number });
        expect(node.requiresGrad).toBe(node.gradient !== null);
      }
      const texts = model.steps.map((step) => sentence(model, step));
      expect(texts.join('\n')).not.toMatch(/undefined|\[object/);
    },
  );

  it('collects what arrives at a value that is used twice, and then its sum', async () => {
    const model = await preset('diamond');
    const b = called(model, 'b'); // 6: from its square 12, from b * c 2
    const steps = model.steps.flatMap((step, i) =>
      'node' in step && step.node === b.number && step.kind !== 'value' ? [i] : [],
    );
    const states = steps.map((step) => stateAt(b, step));
    expect(states.map(({ arrived }) => arrived)).toEqual([1, 2, 2]);
    expect(states.map(({ gradient }) => gradient?.first[0])).toEqual([undefined, undefined, 14]);
    expect(sentence(model, model.steps[steps.at(-1)!]!)).toBe(
      'All 2 have arrived at b: 2 + 12 = 14.',
    );
  });

  it('says where a broadcast gradient was summed', async () => {
    const model = await preset('mlp');
    const bias = called(model, 'layer1.bias');
    const arrival = model.steps[bias.contributions[0]!.step]!;
    expect(sentence(model, arrival)).toMatch(
      /layer1.bias was stretched from \(3,\) to \(4, 3\), so its gradient is summed back/,
    );
  });

  it('names the first operation whose result is not a number', async () => {
    const model = await preset('logarithm');
    expect(model.nodes.get(firstBroken(model)!.node)!.label).toBe('log_p');
    expect(firstBroken(await preset('diamond'))).toBeNull();
  });

  it('ends where the engine refuses, with its words', async () => {
    const tensor = (name: string, shape: number[]) => ({
      ...{ name, shape, requiresGrad: false },
      values: Array.from({ length: shape[0]! }, () => 1),
    });
    const { model, refusal } = await played({
      tensors: [tensor('a', [2]), tensor('b', [3])],
      operations: [{ result: 'c', op: 'add', inputs: ['a', 'b'] }],
      backward: null,
    });
    expect(refusal).toMatch(/broadcast/);
    expect(model.nodes.size).toBe(2);
  });

  it('can be empty', async () => {
    const { model } = await played(first);
    expect(model).toMatchObject({ edges: [], steps: [], dropped: 0 });
  });
});

describe('a step of gradient descent', () => {
  it('changes what learns, each in a step of its own, and nothing before that', async () => {
    const { model } = await played({ ...presets.diamond!.recipe, descend: 0.5 });
    const a = called(model, 'a'); // 3, with gradient 28
    const { step } = a.updated!;
    expect(model.steps.filter(({ kind }) => kind === 'update')).toHaveLength(2);
    expect(stateAt(a, step - 1).value?.first[0]).toBe(3);
    expect(stateAt(a, step).value?.first[0]).toBe(-11);
    expect(sentence(model, model.steps[step]!)).toBe(
      'A step down the gradient: a was 3, and is −11.',
    );
    const seed = model.steps.findIndex(({ kind }) => kind === 'seed');
    const phases = [seed - 1, seed, step - 1, step].map((each) => phaseAt(model, each));
    expect(phases).toEqual(['Forward', 'Backward', 'Backward', 'Update']);
  });
});

describe('modules', () => {
  it('are what stands before the last dot', async () => {
    expect(modulesOf(await preset('mlp'))).toEqual(['layer1', 'layer2']);
    expect(modulesOf(await preset('diamond'))).toEqual([]);
  });

  it('that are closed are one box, which shows what they end with', async () => {
    const model = await preset('mlp');
    const shown = shownOf(model, 'layer1');
    const end = called(model, 'layer1.sum').number;
    expect(shown.modules).toEqual(new Map([[end, { name: 'layer1', count: 4 }]]));
    expect(shown.nodes).toHaveLength(model.nodes.size - 3);
    const inside = ['weight', 'bias', 'product'].map((each) => called(model, `layer1.${each}`));
    expect(inside.map(({ number }) => shown.boxOf.get(number))).toEqual([end, end, end]);
    const around = shown.edges.filter(({ from, to }) => from === end || to === end);
    const names = around.map(({ from, to }) =>
      [from, to].map((each) => model.nodes.get(each)!.label),
    );
    expect(names).toEqual([
      ['x', 'layer1.sum'],
      ['layer1.sum', 'hidden'],
    ]);
  });
});

describe('the C++ of a graph', () => {
  it('has a line for each value, for the pass and for each update', async () => {
    const { model } = await played({ ...presets.weights!.recipe, descend: 0.5 });
    const program = programOf(model);
    expect(program.lines.map(({ text }) => text)).toEqual([
      'Tensor w = from_vector({2, 3}, {2}).requires_grad_();',
      'Tensor x = from_vector({5, 7}, {2});',
      'Tensor p = mul(w, x);',
      'Tensor q = add(p, w);',
      'Tensor loss = sum(q);  // dims (), keepdim 0',
      'loss.backward();',
      'w.copy_(sub(w, mul(rate, w.grad())));',
    ]);
    const lines = model.steps.map((step) => program.lineOf(step));
    expect(lines.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(lines.slice(5, -1))).toEqual(new Set([5]));
    expect(lines.at(-1)).toBe(6);
  });

  it('calls nothing by a name that C++ does not take, or twice', async () => {
    const { model } = await played({
      tensors: ['3x', 'a.b', 'a_b'].map((name) => ({
        ...{ name, shape: [], values: [1], requiresGrad: false },
      })),
      operations: [],
      backward: null,
    });
    const names = programOf(model).lines.map(({ text }) => text.split(' ')[1]);
    expect(names).toEqual(['_3x', 'a_b', 'a_b_3']);
  });
});

describe('a formula', () => {
  const value = async (text: string) => {
    const { model } = await played(recipeOf(text));
    return [...model.nodes.values()].at(-1)!.value.first[0];
  };

  it.each([
    ['a*b + a', 2],
    ['2 - 3 - 4', -5],
    ['-(x^2)', -1],
    ['pow(-x, 2)', 1],
    ['2 * x ** 3', 2],
    ['-(x + 1) / 4', -0.5],
    ['maximum(x, 5) - relu(-3)', 5],
    ['pow(3, -1) * 6', 2],
    ['exp(0*x) + sqrt(4)', 3],
  ])('%s is computed', async (text, wanted) => {
    expect(await value(text)).toBeCloseTo(wanted, 6);
  });

  it('reads a name once, however often it is written', () => {
    const { tensors, operations, backward } = recipeOf('x*x + x');
    expect(tensors).toEqual([{ name: 'x', shape: [], values: [1], requiresGrad: true }]);
    expect(operations.map(({ op, inputs }) => [op, inputs])).toEqual([
      ['mul', ['x', 'x']],
      ['add', ['mul1', 'x']],
    ]);
    expect(backward).toBe('add2');
  });

  it('of numbers alone has no backward pass', () => {
    expect(recipeOf('1 + 2').backward).toBeNull();
  });

  it.each([
    ['', /computes nothing/],
    ['x', /computes nothing: write/],
    ['a +', /This is no formula: .*character 3/],
    ['a b', /numbers, names/],
    ['sin(x)', /no function sin: there are abs, exp/],
    ['exp(x, y)', /exp has 2 of 1 numbers: write exp\(x\)/],
    ['a % b', /no operator %: there are \+ - \* \/ and \^/],
    ['-x^2', /two ways: write -\(x\^2\)/],
    ['x^y', /exponent must be a number/],
    ['a.b', /numbers, names/],
    ['"a"', /numbers, names/],
    [Array.from({ length: 300 }, () => 'x').join('+'), /more than 200 operations/],
  ])('%s is refused in words', (text, words) => {
    expect(() => recipeOf(text)).toThrow(ExpressionError);
    expect(() => recipeOf(text)).toThrow(words);
  });
});

describe('a saved graph', () => {
  it('is JSON, also with numbers that JSON does not have', async () => {
    const saved = JSON.parse(jsonOf(await preset('logarithm'))) as {
      nodes: { label: string; value: { first: unknown[] } }[];
    };
    const log = saved.nodes.find(({ label }) => label === 'log_p')!;
    expect(log.value.first).toEqual(['NaN']);
  });
});

describe('numbers', () => {
  it('are written so that they can be read', () => {
    const texts = [0, 2, -1.5, 1 / 3, 1e-9, 2e8, NaN, Infinity, -Infinity].map((each) =>
      numberText(each),
    );
    expect(texts).toEqual(['0', '2', '−1.5', '0.3333', '1.00e−9', '2.00e8', 'NaN', '∞', '−∞']);
  });

  it('of many are told by their range', async () => {
    const model = await preset('mlp');
    expect(valueText(called(model, 'x').value)).toBe('−0.8 to 1.7, mean 0.3125');
    expect(valueText(called(model, 'layer1.bias').value)).toMatch(/^[−\d.]+, [−\d.]+, [−\d.]+$/);
  });

  it('have a place on the scale of colours', async () => {
    expect([1e-9, 1e-7, 1e-2, 1e3, 1e5].map(placeOf)).toEqual([0, 0, 0.5, 1, 1]);
    const model = await preset('diamond');
    expect(heat(called(model, 'b').value)).toMatch(/^rgb/);
  });
});

describe('a layout', () => {
  const plan = {
    boxes: [1, 2, 3],
    arrows: [
      [1, 2],
      [1, 2],
      [2, 3],
    ] as [number, number][],
  };

  it('goes from left to right and lays no box on another', () => {
    const { boxes, arrows, width, height } = layOut(plan);
    const x = [1, 2, 3].map((box) => boxes.get(box)!.x);
    expect(x[1]! - x[0]!).toBeGreaterThan(BOX.width);
    expect(x[2]! - x[1]!).toBeGreaterThan(BOX.width);
    expect(arrows).toHaveLength(3);
    expect([width, height].every((side) => side > 0)).toBe(true);
  });

  it('of a large graph is made in bands, each to the right of the one before', () => {
    const count = 700;
    const boxes = Array.from({ length: count }, (_, i) => i + 1);
    const arrows = boxes.slice(2).map((box): [number, number] => [box - 1, box]);
    arrows.push([1, count]); // made first, read last
    const layout = layOut({ boxes, arrows });
    const x = boxes.map((box) => layout.boxes.get(box)!.x);
    expect(layout.boxes.size).toBe(count);
    expect(x[699]!).toBeGreaterThan(x[300]!);
    expect(x[300]!).toBeGreaterThan(x[100]!);
    expect(x[0]!).toBeGreaterThan(x[600]!); // it stands near what reads it
    expect(Math.max(...x)).toBeLessThan(layout.width);
    const places = [...layout.boxes.values()].map(({ x, y }) => `${String(x)} ${String(y)}`);
    expect(new Set(places).size).toBe(count);
  });

  it('is made once for a graph whose values change', async () => {
    const layOutOnce = jest.fn(async () => layOut(plan));
    const layouts = createLayouts(layOutOnce);
    const recipe = presets.diamond!.recipe;
    const tensors = recipe.tensors.map((tensor) => ({ ...tensor, values: [7] }));
    await layouts.of(shownOf((await played(recipe)).model));
    await layouts.of(shownOf((await played({ ...recipe, tensors })).model));
    expect(layOutOnce).toHaveBeenCalledTimes(1);
    await layouts.of(shownOf(await preset('polynomial')));
    expect(layOutOnce).toHaveBeenCalledTimes(2);
  });
});

describe('the graph on the page', () => {
  const open = async (name: string, start = 0) => {
    const model = await preset(name);
    const view = await show(model, start);
    return { ...view, model, graph: screen.getByRole('application') };
  };
  const show = async (model: GraphModel, start: number) => {
    const services = { layouts: createLayouts(async (plan) => layOut(plan)) };
    const view = await act(async () =>
      render(
        <ServicesContext value={services as Services}>
          <ErrorBoundary fallback="broken">
            <GraphExplorer model={model} start={start} />
          </ErrorBoundary>
        </ServicesContext>,
      ),
    );
    return view;
  };

  it('steps by keyboard, forward and back, to the same numbers', async () => {
    const { graph, model } = await open('diamond');
    const said = () => screen.getByRole('status').textContent;
    const texts = [said()];
    for (let i = 1; i < model.steps.length; i++) {
      fireEvent.keyDown(graph, { key: 'ArrowRight' });
      texts.push(said());
    }
    expect(texts).toEqual(model.steps.map((step) => sentence(model, step)));
    fireEvent.keyDown(graph, { key: 'ArrowRight' });
    expect(said()).toBe(texts.at(-1));
    expect(screen.getByRole('img', { name: /^a, .*gradient 28$/ })).toBeInTheDocument();
    fireEvent.keyDown(graph, { key: 'Home' });
    expect(said()).toBe(texts[0]);
    expect(screen.getByRole('img', { name: /^y, .*not computed yet$/ })).toBeInTheDocument();
    fireEvent.keyDown(graph, { key: 'End' });
    fireEvent.keyDown(graph, { key: 'ArrowLeft' });
    expect(said()).toBe(texts.at(-2));
  });

  it('goes from a value to what it was made of', async () => {
    const { graph } = await open('diamond', 99);
    fireEvent.click(screen.getByRole('img', { name: /^y, / }));
    const about = (name: string) => screen.getByRole('region', { name: `About ${name}` });
    expect(within(about('y')).getByText('engine/ops/elementwise.cpp')).toBeVisible();
    fireEvent.keyDown(graph, { key: 'ArrowUp' });
    expect(about('left')).toBeVisible();
    fireEvent.keyDown(graph, { key: 'ArrowDown' });
    expect(about('y')).toBeVisible();
  });

  it('shows a module as one box, and opens it again by keyboard', async () => {
    const { graph } = await open('mlp', 99);
    const boxes = () => screen.getAllByRole('img').length;
    const all = boxes();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: 'layer1' })));
    expect(boxes()).toBe(all - 3);
    fireEvent.click(
      screen.getByRole('img', { name: /^Module layer1, which ends with layer1.sum/ }),
    );
    await act(async () => fireEvent.keyDown(graph, { key: 'Enter' }));
    expect(boxes()).toBe(all);
  });

  it('finds a tensor by its name or its operation', async () => {
    await open('mlp', 99);
    const field = screen.getByRole('combobox', { name: 'Find a tensor' });
    await userEvent.type(field, 'tanh{Enter}');
    expect(screen.getByRole('region', { name: 'About hidden' })).toBeVisible();
    await userEvent.clear(field);
    await userEvent.type(field, 'nothing like it');
    expect(screen.getByText('No tensor is called that.')).toBeVisible();
  });

  it('tells of the tensor under the pointer, and of the step again when it has left', async () => {
    await open('diamond', 0);
    const box = screen.getByRole('img', { name: /^c, / });
    fireEvent.pointerEnter(box);
    expect(screen.getByRole('region', { name: 'About c' })).toBeVisible();
    fireEvent.pointerLeave(box);
    expect(screen.getByRole('region', { name: 'About a' })).toBeVisible();
  });

  it('marks the line of C++ that a step belongs to', async () => {
    const { container } = await open('diamond', 3);
    const marked = () => container.querySelector('.graph-program [aria-current]')?.textContent;
    expect(marked()).toBe('Tensor left = square(b);');
    fireEvent.click(screen.getByRole('button', { name: 'Last step' }));
    expect(marked()).toBe('y.backward();');
  });

  it('that is large is drawn where it is seen, and saved whole', async () => {
    const width = jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
    const height = jest.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
    const saved: Blob[] = [];
    URL.createObjectURL = (blob) => `blob:${String(saved.push(blob as Blob))}`;
    HTMLAnchorElement.prototype.click = () => {};
    try {
      const chain = Array.from({ length: 600 }, (_, i) => String(i));
      const { model } = await played({
        tensors: [{ name: 't', shape: [], values: [1], requiresGrad: false }],
        operations: chain.map((i) => ({
          ...{
            result: `u${i}`,
            op: 'neg',
            inputs: [i === '0' ? 't' : `u${String(Number(i) - 1)}`],
          },
        })),
        backward: null,
      });
      await show(model, 300);
      const drawn = () => document.querySelectorAll('.graph-canvas .graph-box').length;
      const box = (name: string) => screen.queryByRole('img', { name: new RegExp(`^${name} ?,`) });
      expect(drawn()).toBeGreaterThan(2);
      expect(drawn()).toBeLessThan(50);
      expect([box('u299'), box('u0')]).toEqual([expect.anything(), null]);
      fireEvent.keyDown(screen.getByRole('application'), { key: 'Home' });
      expect([box('u299'), box('u0')]).toEqual([null, expect.anything()]);
      expect(drawn()).toBeLessThan(50);
      await act(async () => fireEvent.click(screen.getByRole('button', { name: 'Save as SVG' })));
      expect((await textOf(saved[0]!)).match(/class="graph-box/g)).toHaveLength(601);
      expect(drawn()).toBeLessThan(50);
      const scale = () => {
        const moved = document.querySelector('.graph-canvas > g')!.getAttribute('transform')!;
        return Number(/scale\((.*)\)/.exec(moved)![1]);
      };
      fireEvent.click(screen.getByRole('button', { name: 'Fit' }));
      expect(drawn()).toBe(601);
      const fitted = scale();
      fireEvent.click(screen.getByRole('button', { name: 'Smaller' }));
      expect(scale()).toBe(fitted);
    } finally {
      width.mockRestore();
      height.mockRestore();
    }
  });

  it('that is too large to be drawn is a table, whose rows follow the step', async () => {
    const names = Array.from({ length: 4500 }, (_, i) => `t${String(i)}`);
    const tensors = names.map((name) => ({
      ...{ name, shape: [], values: [1], requiresGrad: false },
    }));
    const { model } = await played({ tensors, operations: [], backward: null });
    await show(model, 2000);
    expect(screen.getByText(/^4,500 boxes are more than can be drawn/)).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'As a table' }));
    expect(screen.getByRole('row', { name: /^t2000 / })).toHaveAttribute('aria-current', 'step');
    expect(screen.getAllByRole('row')).toHaveLength(401);
    expect(screen.getByText(/^Rows 1801 to 2200 of 4,500/)).toBeVisible();
  });

  it.each([
    ['nothing', []],
    ['no trace', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['another version', [...new TextEncoder().encode('TTRC'), 99, 0, 0, 0]],
    [
      'a record that does not end',
      [...new TextEncoder().encode('TTRC'), 2, 0, 0, 0, 4, 99, 0, 0, 0],
    ],
    [
      'a tensor that there is not',
      [...new TextEncoder().encode('TTRC'), 2, 0, 0, 0, 4, 4, 0, 0, 0, 7, 0, 0, 0],
    ],
  ])('of an engine that tells %s says so', async (_, bytes) => {
    await show(graphPlayed({ trace: Uint8Array.from(bytes), names: {}, refusal: null }), 0);
    expect(
      screen.getByText(/^The engine refused: What the engine told cannot be read\./),
    ).toBeVisible();
  });

  it('plays by itself, and stops at a touch', async () => {
    jest.useFakeTimers();
    try {
      await open('polynomial');
      fireEvent.click(screen.getByRole('button', { name: 'Play' }));
      await act(async () => jest.advanceTimersByTime(1000));
      expect(screen.getByRole('slider', { name: 'Step' })).toHaveValue('1');
      fireEvent.click(screen.getByRole('button', { name: 'Pause' }));
      await act(async () => jest.advanceTimersByTime(5000));
      expect(screen.getByRole('slider', { name: 'Step' })).toHaveValue('1');
    } finally {
      jest.useRealTimers();
    }
  });

  it('marks a gradient that vanishes in words', async () => {
    await open('sigmoids', 99);
    expect(screen.getByRole('img', { name: /^x, .*vanishing$/ })).toBeInTheDocument();
  });

  it('is also a table, with nothing for axe to complain about', async () => {
    const { container } = await open('softmax', 99);
    expect(await axe(container)).toHaveNoViolations();
    await userEvent.click(screen.getByRole('button', { name: 'As a table' }));
    const row = screen.getByRole('row', { name: /^scores / });
    expect(row).toHaveTextContent('(2, 3)');
    expect(await axe(container)).toHaveNoViolations();
  });
});

describe('the playground', () => {
  it('runs the engine again when a number moves, and keeps it in the address', async () => {
    await openPage({ path: '/playground?preset=polynomial' });
    expect(await screen.findByRole('img', { name: /^x, .*gradient 7$/ })).toBeInTheDocument();
    fireEvent.change(screen.getByRole('slider', { name: 'x' }), { target: { value: '-1' } });
    expect(await screen.findByRole('img', { name: /^x, .*gradient 1$/ })).toBeInTheDocument();
    await waitFor(() => expect(location.search).toBe('?preset=polynomial&values=-1'));
  });

  it('goes down the gradient, a step at a time or on and on', async () => {
    const { user } = await openPage({ path: '/playground?preset=polynomial&rate=0.3' });
    const take = await screen.findByRole('button', { name: 'Take the step' });
    await waitFor(() => expect(take).toBeEnabled());
    await user.click(take); // 2 - 0.3 * 7
    expect(await screen.findByText('1 step taken')).toBeVisible();
    expect(screen.getByText('-0.1', { selector: 'output' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Keep going' }));
    // The lowest point of x² + 3x + 1 is at -1.5.
    expect(
      await screen.findByText('-1.5', { selector: 'output' }, { timeout: 15_000 }),
    ).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Stop' }));
  }, 20_000);

  it('stops where the numbers would no longer be finite, and begins again', async () => {
    const path = '/playground?expression=x*x*x*x&values=1e10&rate=1';
    const { user } = await openPage({ path });
    await user.click(await screen.findByRole('button', { name: 'Keep going' }));
    expect(await screen.findByText(/would leave the finite numbers/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Take the step' })).toBeDisabled();
    await user.click(screen.getByRole('button', { name: 'Start over' }));
    expect(await screen.findByRole('img', { name: /^x, .*gradient 4$/ })).toBeInTheDocument();
  });

  it('draws a formula, and keeps the last one where it cannot', async () => {
    const { user } = await openPage({ path: '/playground' });
    const field = await screen.findByRole('textbox', { name: 'Or write a formula' });
    await user.type(field, 'square(w) * 3{Enter}');
    expect(await screen.findByRole('img', { name: /^w, .*gradient 6$/ })).toBeInTheDocument();
    expect(location.search).toBe('?expression=square%28w%29+*+3');
    const again = screen.getByRole('textbox', { name: 'Or write a formula' });
    await user.type(again, ' +{Enter}');
    expect(screen.getByRole('alert')).toHaveTextContent(/This is no formula/);
    expect(again).toHaveValue('square(w) * 3 +');
    expect(screen.getByRole('img', { name: /^w, / })).toBeInTheDocument();
  });

  it('opens as its address says, whatever that is', async () => {
    await openPage({ path: '/playground?preset=polynomial&values=3,oops' });
    expect(await screen.findByRole('img', { name: /^x, .*gradient 9$/ })).toBeInTheDocument();
  });

  it('takes another computation', async () => {
    const { user } = await openPage({ path: '/playground?preset=nonsense' });
    await user.click(await screen.findByRole('button', { name: 'A gradient that vanishes' }));
    expect(await screen.findByRole('img', { name: /^s12, / })).toBeInTheDocument();
  });
});

describe('on my engine', () => {
  const passed = [record({ accepted: 'mine' })];
  const path = '/playground?preset=polynomial&engine=mine';
  const host = (play: OwnHost['play']): OwnHost => ({
    load: async () => {},
    play,
    terminate: jest.fn(),
  });
  const right = rightHost().play;

  it('the playground says whose units run, and finds no difference to the reference', async () => {
    const { lab } = await openPage({ path, records: passed, ownHost: () => host(right) });
    expect(await screen.findByText(/^Yours: shape\./)).toBeVisible();
    expect(await screen.findByRole('img', { name: /^x, .*gradient 7$/ })).toBeInTheDocument();
    expect(screen.queryByText(/first differs/)).toBeNull();
    expect(lab.live.mock.calls[0]![2]).toEqual({ shape: 'mine' });
  });

  it('the first difference is told, and its node pointed at', async () => {
    const wrong: OwnHost['play'] = async (recipe) =>
      right({
        ...recipe,
        operations: recipe.operations.map((each) =>
          each.op === 'square' ? { ...each, op: 'neg' } : each,
        ),
      });
    const { container } = await openPage({ path, records: passed, ownHost: () => host(wrong) });
    expect(await screen.findByText(/x² = square\(x\) should be 4, and is −2/)).toBeVisible();
    await waitFor(() => expect(container.querySelector('.is-lit')).toHaveAccessibleName(/^x², /));
  });

  it('a crash is told in its words', async () => {
    const crash: OwnHost['play'] = () => Promise.reject(new Error('memory access out of bounds'));
    await openPage({ path, records: passed, ownHost: () => host(crash) });
    const words = await screen.findAllByText(/Your engine crashed: memory access out of bounds/);
    expect(words.length).toBeGreaterThan(0);
  });

  it('a figure of a lesson runs on it once the lesson has passed, and back on the course’s', async () => {
    const play = jest.fn(right);
    const lab = fakeLab();
    const records = [record({ ...newRecord(nextLesson), accepted: 'mine' })];
    const { user } = await openPage({
      ...{ path: '/lesson/tensor', records, lab },
      ownHost: () => host(play),
    });
    expect(await screen.findByText(/^Yours: tensor\./)).toBeVisible();
    expect(play).toHaveBeenCalledWith(presets.polynomial!.recipe);
    await user.click(screen.getByRole('checkbox', { name: 'On my engine' }));
    expect(await screen.findByText('The course’s engine runs.')).toBeVisible();
    expect(screen.getByRole('img', { name: /^x, / })).toBeInTheDocument();
  });

  it('a figure of a lesson that has not passed says nothing of it', async () => {
    await openPage({ path: '/lesson/tensor' });
    expect(await screen.findByRole('img', { name: /^x, / })).toBeInTheDocument();
    expect(screen.queryByRole('checkbox', { name: 'On my engine' })).toBeNull();
  });

  it('a failed test leads to the first node that differs, in the file as it is written', async () => {
    const wrong: OwnHost['play'] = async (recipe) =>
      right({
        ...recipe,
        operations: recipe.operations.map((each) =>
          each.op === 'square' ? { ...each, op: 'neg' } : each,
        ),
      });
    const lab = fakeLab();
    lab.grade.mockResolvedValue(ended('failed'));
    const { user } = await openPage({ path: '/lesson/tensor', lab, ownHost: () => host(wrong) });
    await user.click(await screen.findByRole('button', { name: 'Test' }));
    await user.click(await screen.findByRole('button', { name: 'Show me where' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Where it first differs' }));
    expect(await dialog.findByText(/x² = square\(x\) should be 4, and is −2/)).toBeVisible();
    expect(await dialog.findByText('x² = neg(x): −2.')).toBeVisible();
    expect(lab.live.mock.calls.at(-1)![2]).toEqual({ tensor: nextLesson.starter });
    expect(await axe(document.body)).toHaveNoViolations();
  });

  it('where nothing differs the message of the test is pointed to', async () => {
    const lab = fakeLab();
    lab.grade.mockResolvedValue(ended('failed'));
    const { user } = await openPage({ path: '/lesson/tensor', lab, ownHost: () => host(right) });
    await user.click(await screen.findByRole('button', { name: 'Test' }));
    await user.click(await screen.findByRole('button', { name: 'Show me where' }));
    expect(await screen.findByText(/your engine does what the reference does/)).toBeVisible();
  });

  it('one that does not end is stopped, and the next recipe has a new one', async () => {
    jest.useFakeTimers();
    try {
      const hosts = [host(() => new Promise(() => {})), host(right)];
      const engine = new OwnEngine(new Uint8Array(), () => hosts.shift()!);
      const [endless] = hosts;
      const answer = engine.play(first);
      await jest.advanceTimersByTimeAsync(5000);
      expect((await answer).refusal).toMatch(/did not end within 5 s/);
      expect(endless!.terminate).toHaveBeenCalled();
      expect((await engine.play(first)).refusal).toBeNull();
    } finally {
      jest.useRealTimers();
    }
  });

  it('needs a lesson that was passed', async () => {
    await openPage({ path });
    expect(await screen.findByText(/You have passed no lesson yet/)).toBeVisible();
    expect(await screen.findByRole('img', { name: /^x, .*gradient 7$/ })).toBeInTheDocument();
  });
});
