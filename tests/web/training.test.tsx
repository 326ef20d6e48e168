import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import type { ExperimentOptions } from '../../wasm/session/experiment.ts';
import { Boundary, extentOf, gridInputs } from '../../web/src/training/Boundary.tsx';
import { colourOf, marginsOf, zeroLines } from '../../web/src/training/boundary.ts';
import { lossScale, type Series, spread } from '../../web/src/training/chart.ts';
import { Controls } from '../../web/src/training/Controls.tsx';
import { Curves } from '../../web/src/training/Curves.tsx';
import { csvOf, type CurvePoint, thinned } from '../../web/src/training/curves.ts';
import { DigitGrid } from '../../web/src/training/DigitGrid.tsx';
import { DrawPad, prepare } from '../../web/src/training/DrawPad.tsx';
import { Histograms } from '../../web/src/training/Histograms.tsx';
import { differing, optionText } from '../../web/src/training/options.ts';
import { RunTable } from '../../web/src/training/RunTable.tsx';
import { softmax } from '../../web/src/training/scores.ts';
import { PAD, stroke } from '../../web/src/training/strokes.ts';

const options: ExperimentOptions = {
  data: 'moons',
  examples: 400,
  noise: 0.1,
  hidden: [16],
  activation: 'relu',
  loss: 'cross_entropy',
  optimizer: 'sgd',
  lr: 0.1,
  momentum: 0,
  weightDecay: 0,
  batchSize: 32,
  seed: 0,
};

const batch = (step: number, trainLoss: number): CurvePoint => ({
  ...{ step, epoch: 0, trainLoss, testLoss: null, trainAccuracy: null, testAccuracy: null },
  ...{ lr: 0.1, gradNorm: 2 },
});

const evaluation = (step: number, loss: number, accuracy: number): CurvePoint => ({
  ...batch(step, loss),
  ...{ testLoss: loss + 0.1, trainAccuracy: accuracy, testAccuracy: accuracy - 0.05 },
});

const examples = (data: number[], target: number[]) => ({
  data: Float32Array.from(data),
  target: Float32Array.from(target),
});

beforeAll(() => {
  // jsdom has no canvas.
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
});

describe('the curves of a run', () => {
  it('are thinned to means of batches; evaluations stay', () => {
    const points = [
      ...[batch(1, 4), batch(2, 2), batch(3, 3), batch(4, 1)],
      ...[evaluation(4, 1, 0.5), batch(5, 5)],
    ];
    const few = thinned(points, 4);
    expect(few.map(({ step, trainLoss }) => [step, trainLoss])).toEqual([
      [2, 3],
      [4, 2],
      [4, 1],
      [5, 5],
    ]);
    expect(thinned(points, 6)).toBe(points);
  });

  it('keep their shape when they grow: a mean is of as many batches as before', () => {
    const points = Array.from({ length: 900 }, (_, at) => batch(at + 1, Math.sin(at)));
    const before = thinned(points, 200);
    const after = thinned([...points, batch(901, 0)], 200);
    expect(before.length).toBeLessThanOrEqual(200);
    expect(after.slice(0, 100)).toEqual(before.slice(0, 100));
  });

  it('become CSV that a table reads: quoted names, nothing for what is not known', () => {
    const runs = [{ name: 'moons, "wide"', points: [batch(1, 0.5), evaluation(2, NaN, 0.5)] }];
    expect(csvOf(runs)).toBe(
      'run,step,epoch,train_loss,test_loss,train_accuracy,test_accuracy,learning_rate,gradient_norm\r\n' +
        '"moons, ""wide""",1,0,0.5,,,,0.1,2\r\n' +
        '"moons, ""wide""",2,0,NaN,NaN,0.5,0.45,0.1,2\r\n',
    );
  });

  it('are drawn against a scale that holds every finite loss', () => {
    const series = (...values: number[]): Series[] => [
      { label: '', kind: 'batch', run: 0, at: values.map((value, step) => ({ step, value })) },
    ];
    expect(lossScale(series(2, NaN, Infinity, 3), false).domain()).toEqual([0, 3]);
    expect(lossScale(series(0, 0.02, 3), true).domain()).toEqual([0.01, 10]);
    expect(lossScale(series(), true)(1)).toBe(1);
  });

  it('have labels that are not written over each other', () => {
    expect(spread([50, 52, 10], 15, 100)).toEqual([50, 65, 10]);
    expect(spread([100, 99], 15, 100)).toEqual([100, 85]);
  });

  it('say their last values, the goal, and where a loss stopped being a number', async () => {
    const runs = [
      { name: 'first', points: [evaluation(10, 0.6, 0.7)] },
      { name: 'second', points: [evaluation(10, 0.5, 0.8), batch(11, NaN)] },
    ];
    const { container } = render(<Curves runs={runs} goal={{ accuracy: 0.95 }} />);
    expect(
      screen.getByRole('img', { name: /second, at step 10: train 80%, test 75%/ }),
    ).toBeInTheDocument();
    expect(screen.getByText('goal: at least 95%')).toBeInTheDocument();
    expect(screen.getByText(/second: from step 11 on the loss is not/)).toBeInTheDocument();
    expect(screen.getAllByText('2 test')).toHaveLength(2);
    expect(await axe(container)).toHaveNoViolations();
  });

  it('are drawn before there is a first point', () => {
    render(<Curves runs={[{ name: 'new', points: [] }]} />);
    expect(screen.getByRole('img', { name: /^Loss .* not evaluated yet/ })).toBeInTheDocument();
  });
});

describe('the decision boundary', () => {
  it('asks about the centres of cells, from the top left', () => {
    expect([...gridInputs(2, [-1, 1])]).toEqual([-0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5, -0.5]);
  });

  it('is looked for where the points are, and a little around them', () => {
    const [low, high] = extentOf(examples([0, 10, 3, 4], [0, 1]), examples([-5, 1], [0]));
    expect(low).toBeLessThan(-5);
    expect(low).toBeGreaterThan(-8);
    expect(high).toBeGreaterThan(10);
    expect(extentOf(examples([], []))).toEqual([-1, 1]);
  });

  it('runs where both classes are equally likely, with one score or two', () => {
    const one = marginsOf(Float32Array.of(-1, 3, -1, 3), 1);
    expect(zeroLines(one, 2)).toEqual([[0.75, 0.5, 0.75, 1.5]]);
    const two = marginsOf(Float32Array.of(2, 1, 0, 3, 1, 0, 5, 8), 2);
    expect([...two]).toEqual([-1, 3, -1, 3]);
  });

  it('is not drawn where the network gives no number', () => {
    expect(zeroLines(Float32Array.of(NaN, 1, NaN, 1), 2)).toEqual([]);
    expect(colourOf(NaN)).not.toEqual(colourOf(0));
    expect(colourOf(9)[3]).toBeGreaterThan(colourOf(0.5)[3]);
  });

  it('says how many points are wrong', async () => {
    const test = examples([0, 1, 1, 0], [0, 1]);
    const { container } = render(
      <Boundary
        points={{ train: test, test }}
        scores={Float32Array.of(-1, 3, -1, 3)}
        {...{ side: 2, outputs: 1, extent: [-1, 1] }}
        wrong={new Set([1])}
      />,
    );
    expect(
      screen.getByRole('img', { name: /class 1 in 50% of it, and has 1 of 2 test points wrong/ }),
    ).toBeInTheDocument();
    expect(await axe(container)).toHaveNoViolations();
  });
});

describe('the controls of a run', () => {
  const open = (more: Partial<Parameters<typeof Controls>[0]> = {}) => {
    const onChange = jest.fn();
    const onNext = jest.fn();
    const props = { options, next: options, busy: false, onChange, onNext, ...more };
    return { ...render(<Controls {...props} />), onChange, onNext, user: userEvent.setup() };
  };
  const type = async (user: ReturnType<typeof userEvent.setup>, name: string, text: string) => {
    const field = screen.getByRole('textbox', { name });
    await user.clear(field);
    await user.type(field, text);
    expect(field).toHaveValue(text);
    await user.tab();
    return field;
  };

  it('change the learning rate at once, and leave the rest as it is', async () => {
    const { user, onChange, container } = open();
    await type(user, 'Learning rate', '3e-2');
    // Nothing of 3, 3e and 3e-, which stood there on the way.
    expect(onChange.mock.calls).toEqual([[{ lr: 0.03, momentum: 0, batchSize: 32 }]]);
    expect(await axe(container)).toHaveNoViolations();
  });

  it.each([
    ['Learning rate', 'abc', /Write a number/],
    ['Learning rate', '0', /above 0/],
    ['Momentum', '1.5', /from 0 to/],
    ['Batch size', '-3', /whole number/],
    ['Width of layer 1', '0', /from 1 to 4,096/],
  ])('refuse %s of %s at the field, and do not apply it', async (name, text, words) => {
    const { user, onChange, onNext } = open();
    const field = await type(user, name, text);
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription(words);
    expect(onChange).not.toHaveBeenCalled();
    expect(onNext).not.toHaveBeenCalled();
  });

  it('add and remove layers for the next reset', async () => {
    const { user, onNext, onChange } = open();
    await user.click(screen.getByRole('button', { name: 'Add a layer' }));
    expect(onNext).toHaveBeenLastCalledWith({ ...options, hidden: [16, 16] });
    await user.click(screen.getByRole('button', { name: 'Remove layer 1' }));
    expect(onNext).toHaveBeenLastCalledWith({ ...options, hidden: [] });
    expect(onChange).not.toHaveBeenCalled();
  });

  it('say what waits for the reset', () => {
    open({ next: { ...options, hidden: [], activation: 'tanh' } });
    expect(screen.getByRole('status')).toHaveTextContent(
      'waiting for a reset: hidden layers (none, now 16); activation (tanh, now relu)',
    );
  });

  it('take the one loss that digits can have', async () => {
    const next = { ...options, loss: 'perceptron' };
    const { user, onNext } = open({ next });
    await user.selectOptions(screen.getByRole('combobox', { name: 'Data' }), 'digits');
    expect(onNext).toHaveBeenLastCalledWith({ ...next, data: 'digits', loss: 'cross_entropy' });
  });

  it('are only text where they are fixed', async () => {
    const { container } = open({ fixed: true });
    expect(screen.queryByRole('textbox')).toBeNull();
    expect(within(container).getByText('cross entropy')).toBeInTheDocument();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('name the options that differ', () => {
    const other = { ...options, hidden: [8, 8], lr: 0.5 };
    expect(differing([options, other])).toEqual(['hidden', 'lr']);
    expect(optionText(other, 'hidden')).toBe('8, 8');
  });
});

/** The rows and columns that have ink, and where its centre of mass lies. */
function inkOf(picture: Float32Array) {
  const at = [...picture].flatMap((ink, place) =>
    ink > 0.02 ? [{ ink, x: place % 28, y: Math.floor(place / 28) }] : [],
  );
  const sum = at.reduce((all, { ink }) => all + ink, 0);
  const span = (places: number[]) => Math.max(...places) - Math.min(...places) + 1;
  return {
    ...{ width: span(at.map(({ x }) => x)), height: span(at.map(({ y }) => y)) },
    x: at.reduce((all, { ink, x }) => all + ink * (x + 0.5), 0) / sum,
    y: at.reduce((all, { ink, y }) => all + ink * (y + 0.5), 0) / sum,
  };
}

describe('what is drawn', () => {
  it('is scaled to 20 pixels and centred by its mass, wherever and however large it was', () => {
    const drawn = (x: number, y: number, height: number) => {
      const ink = new Float32Array(PAD * PAD);
      stroke(ink, { x, y }, { x, y: y + height });
      stroke(ink, { x, y }, { x: x + height / 3, y });
      return inkOf(prepare(ink, PAD, PAD));
    };
    for (const { height, x, y } of [drawn(20, 20, 40), drawn(70, 30, 90), drawn(10, 80, 45)]) {
      expect(height).toBeGreaterThanOrEqual(20);
      expect(height).toBeLessThanOrEqual(21); // its edges may cut through pixels
      expect(Math.abs(x - 14)).toBeLessThan(0.3);
      expect(Math.abs(y - 14)).toBeLessThan(0.3);
    }
  });

  it('keeps its proportions and its blackness', () => {
    const ink = new Float32Array(60 * 30).fill(1); // twice as wide as high
    const picture = prepare(ink, 60, 30);
    expect(inkOf(picture)).toMatchObject({ width: 20, height: 10 });
    expect(picture[14 * 28 + 14]).toBe(1);
    expect(picture.reduce((sum, each) => sum + each, 0)).toBeCloseTo(200, 3);
  });

  it('is nothing before something is drawn', () => {
    expect(prepare(new Float32Array(100), 10, 10)).toEqual(new Float32Array(784));
  });

  it('has smooth edges and round ends', () => {
    const ink = new Float32Array(PAD * PAD);
    stroke(ink, { x: 50, y: 70 }, { x: 90, y: 70.3 });
    expect(ink[70 * PAD + 70]).toBe(1);
    expect(ink[90 * PAD + 70]).toBe(0);
    expect(ink.some((each) => each > 0.1 && each < 0.9)).toBe(true);
    expect(ink[70 * PAD + 46]).toBe(1); // the round end reaches beyond the line
  });
});

describe('the pad', () => {
  it('is drawn on with the keyboard, and cleared', async () => {
    const onDraw = jest.fn();
    const user = userEvent.setup();
    const { container, rerender } = render(<DrawPad onDraw={onDraw} scores={null} />);
    const pad = screen.getByRole('application', { name: 'Pad to draw a digit on' });
    expect(screen.getByText('Nothing drawn yet.')).toBeInTheDocument();
    pad.focus();
    await user.keyboard('{ArrowUp}');
    expect(onDraw).not.toHaveBeenCalled();
    await user.keyboard(' {ArrowUp}{ArrowUp}{ArrowUp}{ArrowUp}');
    expect(onDraw).toHaveBeenCalledTimes(5);
    const last = onDraw.mock.lastCall[0] as Float32Array;
    expect(last).toHaveLength(784);
    expect(inkOf(last).height).toBeGreaterThan(inkOf(last).width);

    rerender(<DrawPad onDraw={onDraw} scores={Float32Array.of(0, 9, 0, 0, 0, 0, 0, 0, 0, 0)} />);
    expect(screen.getByText(/It says/)).toHaveTextContent('It says 1 (99.9%).');
    expect(await axe(container)).toHaveNoViolations();
    await user.click(screen.getByRole('button', { name: 'Clear' }));
    expect(screen.queryByText(/It says/)).toBeNull();
  });

  it('is drawn on with a pointer as long as it is down', () => {
    const onDraw = jest.fn();
    render(<DrawPad onDraw={onDraw} scores={null} />);
    const pad = screen.getByRole('application');
    pad.setPointerCapture = () => {};
    pad.getBoundingClientRect = () => ({ left: 0, top: 0, width: PAD, height: PAD }) as DOMRect;
    // jsdom's pointer events have no button and no place.
    const point = (type: string, clientX = 0, clientY = 0) =>
      fireEvent(pad, new MouseEvent(`pointer${type}`, { bubbles: true, clientX, clientY }));
    point('move', 10, 10);
    expect(onDraw).not.toHaveBeenCalled();
    point('down', 40, 70);
    point('move', 100, 70);
    point('up');
    point('move', 100, 10);
    expect(onDraw).toHaveBeenCalledTimes(2);
    expect(screen.getByRole('img', { name: 'What the network sees' })).toBeInTheDocument();
  });
});

describe('pictures of digits', () => {
  it('say what the network says, and what is right where it is wrong', async () => {
    const scores = new Float32Array(20);
    scores[7] = 1;
    scores[10 + 3] = 1;
    const digits = { data: new Float32Array(2 * 784), target: Float32Array.of(7, 5) };
    const { container } = render(<DigitGrid digits={digits} scores={scores} outputs={10} />);
    expect(screen.getByRole('status')).toHaveTextContent('1 of 2 wrong');
    const [right, wrong] = screen.getAllByRole('listitem');
    expect(right).toHaveTextContent(/^says 7$/);
    expect(wrong).toHaveTextContent('wrong: says 3, is 5');
    expect(await axe(container)).toHaveNoViolations();
  });

  it('have shares that sum to 1, of large scores too', () => {
    const shares = softmax(Float32Array.of(1000, 1000, -1000));
    expect(shares).toEqual([0.5, 0.5, 0]);
  });
});

describe('the histograms of layers', () => {
  /** As many values in the part where a size or a value lies. */
  const histogram = (name: string, place: number, count: number, zeros = 0, broken = 0) => {
    const [low, high] = name.endsWith('activation') ? [-4, 4] : [-9, 1];
    const counts = new Array<number>(40).fill(0);
    counts[Math.floor(((place - low) / (high - low)) * 40)] = count;
    return { name, low, high, zeros, broken, counts };
  };
  const open = (...histograms: ReturnType<typeof histogram>[]) =>
    render(<Histograms series={[{ step: 5, histograms }]} />);

  it('say how many outputs are dead and how far weights move', async () => {
    const { container } = open(
      histogram('0.activation', 0, 10, 4),
      histogram('0.weight.gradient', -2, 10),
      histogram('0.weight.update', -3.1, 10),
      histogram('0.bias.update', 0.5, 1),
    );
    expect(screen.getByText('dead: 40% exactly 0')).toBeInTheDocument();
    expect(screen.getByText('updates about 1/1,000 of the weights')).toBeInTheDocument();
    expect(screen.queryByText(/⚠/)).toBeNull();
    expect(await axe(container)).toHaveNoViolations();
  });

  it('mark gradients that vanish on their way back', () => {
    open(
      histogram('0.weight.gradient', -6, 10),
      histogram('2.weight.gradient', -4, 10),
      histogram('4.weight.gradient', -2, 10),
    );
    const [first, second] = screen.getAllByRole('region');
    expect(first).toHaveTextContent('⚠ vanishing');
    expect(second).not.toHaveTextContent('⚠');
  });

  it.each([
    ['gradients that explode', histogram('0.weight.gradient', 0.6, 10), 'exploding'],
    ['numbers that are none', histogram('0.activation', 0, 9, 0, 1), 'not finite'],
    ['layers that are dead', histogram('0.activation', 0, 10, 10), 'nearly all dead'],
    ['weights that stand still', histogram('0.weight.update', 0, 1, 9), 'no update'],
    ['steps that are too large', histogram('0.weight.update', 0.1, 9), 'very large steps'],
  ])('mark %s', (_, each, words) => {
    open(each);
    expect(screen.getByText(`⚠ ${words}`)).toBeInTheDocument();
  });

  it('say when nothing has been observed', () => {
    render(<Histograms series={[]} />);
    expect(screen.getByText('Nothing observed yet.')).toBeInTheDocument();
  });
});

describe('the table of runs', () => {
  it('puts first what differs, and shows and removes runs', async () => {
    const onShow = jest.fn();
    const onRemove = jest.fn();
    const user = userEvent.setup();
    const row = { steps: 100, testAccuracy: 0.9, testLoss: null, shown: true };
    const runs = [
      { id: 'a', name: 'first', options, ...row },
      { id: 'b', name: 'second', options: { ...options, lr: 0.5 }, ...row },
    ];
    const { container } = render(<RunTable {...{ runs, onShow, onRemove }} />);
    const titles = screen.getAllByRole('columnheader').map(({ textContent }) => textContent);
    expect(titles.slice(0, 4)).toEqual(['Shown', 'Run', 'Learning rate', 'Test accuracy']);
    expect(screen.getByText(/The same in all: data moons/)).not.toHaveTextContent('learning rate');
    await user.click(screen.getByRole('checkbox', { name: 'Show second' }));
    await user.click(screen.getByRole('button', { name: 'Remove first' }));
    expect(onShow).toHaveBeenCalledWith('b', false);
    expect(onRemove).toHaveBeenCalledWith('a');
    expect(await axe(container)).toHaveNoViolations();
  });
});
