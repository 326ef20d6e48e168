import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { axe } from 'jest-axe';
import type { ReactElement } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { loadEngine } from './fixtures/engine.ts';
import { openLesson, openPage } from './fixtures/page.tsx';
import type { Engine } from '../../web/src/engine/engine.ts';
import { createEngineSource } from '../../web/src/engine/source.ts';
import { BroadcastFigure } from '../../web/src/visualizers/broadcast/BroadcastFigure.tsx';
import { StridesFigure } from '../../web/src/visualizers/strides/StridesFigure.tsx';
import type { Words } from '../../web/src/visualizers/words.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** In the page, a figure's faults end at a boundary of its own. */
const draw = (figure: ReactElement) =>
  render(<ErrorBoundary fallback="broken">{figure}</ErrorBoundary>);

const retype = async (label: string, text: string) => {
  const user = userEvent.setup();
  const field = screen.getByLabelText(label, { selector: 'input' });
  await user.clear(field);
  if (text) await user.type(field, text);
};

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

/** The numbers in the grid, row by row. */
const grid = () =>
  within(screen.getByRole('grid'))
    .getAllByRole('row')
    .map((row) =>
      within(row)
        .getAllByRole('gridcell')
        .map((cell) => cell.textContent),
    );

describe('strides', () => {
  const open = async (words: Words = {}, on = engine) => {
    const view = draw(<StridesFigure engine={on} words={words} />);
    await screen.findByRole('button', { name: 'Undo in the figure' });
    return view;
  };
  const fact = (name: string) => screen.getByText(name, { selector: 'dt' }).nextSibling;
  const place = (number: string) =>
    within(screen.getByRole('list', { name: /^Memory/ })).getByText(number, { selector: '.cell' });

  it('stands in the lesson, on the engine', async () => {
    await openLesson();
    expect(screen.getByRole('gridcell', { name: '1,2 at offset 5' })).toBeVisible();
    expect(screen.getByText('Choose a cell.')).toBeVisible();
  });

  it('shows the chosen cell in memory, and the sum that leads there', async () => {
    await open({ shape: '2,3' });
    await userEvent.click(screen.getByRole('gridcell', { name: '1,2 at offset 5' }));
    expect(screen.getByText(/^index/)).toHaveTextContent(
      'index (1, 2) lies at 1·3 + 2·1 = offset 5',
    );
    expect(place('5').closest('li')).toHaveAttribute('aria-current', 'true');
    expect(place('4').closest('li')).not.toHaveAttribute('aria-current');
  });

  it('shows where one step along each axis leads', async () => {
    await open({ shape: '2,3' });
    await userEvent.click(screen.getByRole('gridcell', { name: '0,0 at offset 0' }));
    const steps = (number: string) => place(number).nextSibling?.textContent;
    expect([steps('1'), steps('3'), steps('2')]).toEqual(['→\u200a+1', '↓\u200a+3', '']);
  });

  it('walks the cells with arrow keys and stops at the edge', async () => {
    await open({ shape: '2,2,3' });
    screen.getAllByRole('gridcell', { selected: true })[0]!.focus();
    await userEvent.keyboard('{ArrowUp}{ArrowUp}{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('gridcell', { name: '0,0,2 at offset 2' })).toHaveFocus();
    await userEvent.keyboard('{PageDown}{PageDown}{ArrowDown}{ArrowLeft}');
    expect(screen.getByRole('gridcell', { name: '1,1,1 at offset 10' })).toHaveFocus();
  });

  it('takes another shape, and says why it cannot draw one', async () => {
    await open();
    await retype('shape', '2, 2, 2');
    await waitFor(() => expect(screen.getAllByRole('grid')).toHaveLength(2));
    expect(fact('strides')).toHaveTextContent('(4, 2, 1)');
    await retype('shape', '99, 99');
    expect(await screen.findByText(/has 9,801 elements; .* at most 64/)).toBeVisible();
    await retype('shape', '2, 2, 2, 2');
    expect(await screen.findByText(/has 4 axes/)).toBeVisible();
    await retype('shape', '2, -1');
    expect(await screen.findByText(/\[numel\] got shape \(2, -1\)/)).toBeVisible();
    await retype('shape', 'two');
    expect(screen.getByRole('alert')).toHaveTextContent(/Write whole numbers/);
  });

  it('takes back what was typed', async () => {
    await open();
    await retype('shape', '4');
    expect(await screen.findByText(/4 elements|^4$/, { selector: 'dd' })).toBeVisible();
    await press('Start over in the figure');
    await waitFor(() => expect(screen.getByLabelText('shape')).toHaveValue('2, 3'));
    expect(grid()).toEqual([
      ['0', '1', '2'],
      ['3', '4', '5'],
    ]);
  });

  it('shows a scalar, and a tensor without any element', async () => {
    await open();
    await retype('shape', '');
    await userEvent.click(await screen.findByRole('gridcell', { name: '() at offset 0' }));
    await retype('shape', '2, 0');
    expect(await screen.findByText(/No element/)).toBeVisible();
    expect(fact('strides')).toHaveTextContent('(1, 1)');
  });

  const layout = { shape: '2,3', strides: '3,1', memory: '8', controls: 'shape strides offset' };

  it('reads memory with any strides', async () => {
    await open(layout);
    await press('stride of axis 0, less');
    await press('stride of axis 0, less');
    await waitFor(() =>
      expect(grid()).toEqual([
        ['0', '1', '2'],
        ['1', '2', '3'],
      ]),
    );
    expect(place('1')).toHaveTextContent('1×2 elements read it');
    expect(place('7')).toHaveTextContent('7, not read');
    expect(screen.getByText(/elements read/, { selector: 'p' })).toHaveTextContent(
      /6 elements read 4 of 8 floats: 16 of 32 bytes/,
    );
    expect(fact('contiguous')).toHaveTextContent('no');
  });

  it('says in the engine’s words which layout is impossible, and shows the last that was not', async () => {
    await open(layout);
    await retype('storage offset', '3');
    const words = /\[as_strided\] got shape \(2, 3\), strides \(3, 1\) and offset 3: .* \[0, 8\)/;
    expect(await screen.findByText(words)).toBeVisible();
    expect(fact('storage offset')).toHaveTextContent('0');
    await press('Undo in the figure');
    await waitFor(() => expect(screen.queryByText(words)).toBeNull());
    expect(screen.getByRole('spinbutton', { name: 'storage offset' })).toHaveValue(0);
  });

  it('adds and drops an axis', async () => {
    await open({ ...layout, shape: '2', strides: '1' });
    await press('Add an axis');
    await waitFor(() => expect(fact('shape')).toHaveTextContent('(2, 1)'));
    await press('Drop the last axis');
    await press('Drop the last axis');
    await waitFor(() => expect(fact('shape')).toHaveTextContent('()'));
    expect(screen.getByRole('button', { name: 'Drop the last axis' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
  });

  it('makes one change after the other, however late the engine answers', async () => {
    const late: Engine = {
      ...engine,
      view: (program) =>
        new Promise((resolve) => setTimeout(() => resolve(engine.view(program)), 30)),
    };
    await open(layout, late);
    const less = screen.getByRole('button', { name: 'stride of axis 0, less' });
    await userEvent.dblClick(less);
    await waitFor(() => expect(fact('strides')).toHaveTextContent('(1, 1)'));
  });

  const calls = { shape: '2,3', controls: 'transpose slice expand' };

  it('takes views, and writes them down', async () => {
    await open(calls);
    await press('Apply');
    await waitFor(() =>
      expect(grid()).toEqual([
        ['0', '3'],
        ['1', '4'],
        ['2', '5'],
      ]),
    );
    await userEvent.click(screen.getByRole('radio', { name: 'slice' }));
    await press('Apply');
    await waitFor(() => expect(fact('storage offset')).toHaveTextContent('1'));
    const lines = within(screen.getByRole('list', { name: 'The views so far' }));
    expect(lines.getAllByRole('listitem').map((line) => line.textContent)).toEqual([
      'x = arange(6).view({2, 3})',
      '.transpose(0, 1)',
      '.slice(0, 1, slice_end, 1)',
    ]);
  });

  it('keeps the choice on the same place in memory', async () => {
    await open(calls);
    await userEvent.click(screen.getByRole('gridcell', { name: '1,2 at offset 5' }));
    await press('Apply');
    expect(await screen.findByRole('gridcell', { selected: true, name: '2,1 at offset 5' }));
  });

  it('takes back one view after the other, a refused one first', async () => {
    await open(calls);
    await press('Apply');
    await userEvent.click(screen.getByRole('radio', { name: 'expand' }));
    await retype('shape', '4, 4');
    await press('Apply');
    expect(await screen.findByText(/\[broadcast_strides\]/)).toBeVisible();
    await press('Undo in the figure');
    await waitFor(() => expect(screen.queryByText(/\[broadcast_strides\]/)).toBeNull());
    expect(fact('shape')).toHaveTextContent('(3, 2)');
    await press('Undo in the figure');
    await waitFor(() => expect(fact('shape')).toHaveTextContent('(2, 3)'));
    expect(screen.getByRole('button', { name: 'Undo in the figure' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
  });

  it('asks again for an argument that is no number', async () => {
    await open(calls);
    await retype('dim1', 'one');
    await press('Apply');
    expect(screen.getByRole('alert')).toHaveTextContent('dim1 must be a whole number');
    expect(screen.getByLabelText('dim1')).toBeInvalid();
    expect(fact('shape')).toHaveTextContent('(2, 3)');
  });

  it('begins with the views of its directive', async () => {
    await open({ shape: '3,1', views: 'expand(3, 2).transpose(0, 1)', controls: 'transpose' });
    expect(grid()).toEqual([
      ['0', '1', '2'],
      ['0', '1', '2'],
    ]);
  });

  const mistakes: [Words, string][] = [
    [{ shap: '2' }, "knows no 'shap'"],
    [{ shape: 'two' }, 'no list of whole numbers'],
    [{ controls: 'rotate' }, "controls has 'rotate'"],
    [{ views: 'rotate(1)' }, "views has 'rotate'"],
    [{ strides: '3,1' }, 'strides and memory together'],
  ];
  it.each(mistakes)('refuses the directive %j', (words, reason) => {
    const silent = jest.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => render(<StridesFigure engine={engine} words={words} />)).toThrow(reason);
    silent.mockRestore();
  });

  it('has nothing that axe complains about', async () => {
    const { container } = await open({
      ...layout,
      controls: 'shape strides offset transpose permute slice select expand view',
    });
    await retype('storage offset', '7');
    await screen.findByText(/\[as_strided\]/);
    expect(await axe(container)).toHaveNoViolations();
  });
});

describe('broadcast', () => {
  const open = async (words: Words = {}, on = engine) => {
    const view = draw(<BroadcastFigure engine={on} words={words} />);
    await screen.findByRole('table');
    return view;
  };
  const row = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}`) });

  it('aligns the shapes at their last axes and gives the engine’s answer', async () => {
    await open({ a: '4,1,3', b: '5,1' });
    expect(row('b')).toHaveTextContent('b1missing51stretches');
    expect(row('together')).toHaveTextContent('together453');
    expect(screen.getByText(/broadcast to/)).toHaveTextContent(
      '(4, 1, 3) and (5, 1) broadcast to (4, 5, 3)',
    );
  });

  it('shows the engine’s refusal, and which axis is to blame', async () => {
    await open();
    await retype('a', '2, 3');
    await retype('b', '2');
    expect(
      await screen.findByText('[broadcast_shapes] got (2, 3) and (2,)', { exact: false }),
    ).toBeVisible();
    expect(row('together')).toHaveTextContent('together2✗clash');
  });

  it('takes the empty shape for a scalar', async () => {
    await open({ a: '2,3' });
    await retype('b', '');
    await waitFor(() =>
      expect(screen.getByText(/broadcast to/)).toHaveTextContent(
        '(2, 3) and () broadcast to (2, 3)',
      ),
    );
  });

  it('shows the answer to the newest question, whichever comes last', async () => {
    let waiting = 0;
    const slow: Engine = {
      ...engine,
      broadcast: async (a, b) => {
        const delay = b.length === 1 ? 80 : 0;
        waiting += 1;
        await new Promise((resolve) => setTimeout(resolve, delay));
        waiting -= 1;
        return engine.broadcast(a, b);
      },
    };
    await open({ a: '2,3', b: '2,3' }, slow);
    await retype('b', '3');
    await retype('b', '1, 3');
    await waitFor(() => expect(waiting).toBe(0));
    expect(screen.getByText(/broadcast to/)).toHaveTextContent('(2, 3) and (1, 3)');
  });

  it('draws which elements meet, from either side', async () => {
    await open({ a: '2,1', b: '3', show: 'cells' });
    await userEvent.click(
      screen.getByRole('gridcell', { name: '1,2 reads a at offset 1, b at offset 2' }),
    );
    const sum = () => screen.getByText(/^index/);
    expect(sum()).toHaveTextContent('index (1, 2) reads a at 1·1 + 2·0 = 1 and b at 1·0 + 2·1 = 2');
    await userEvent.click(screen.getByRole('gridcell', { name: 'b at offset 1' }));
    expect(sum()).toHaveTextContent(/^index \(0, 1\)/);
  });

  it('draws no cells where there are too many or none', async () => {
    await open({ a: '9,9', b: '9', show: 'cells' });
    expect(screen.getByText(/more cells or axes than the figure can draw/)).toBeVisible();
    await retype('a', '0');
    await retype('b', '1');
    expect(await screen.findByText(/No element/)).toBeVisible();
  });

  it('has nothing that axe complains about', async () => {
    const { container } = await open({ a: '2,3', b: '3', show: 'cells' });
    expect(await axe(container)).toHaveNoViolations();
    await retype('b', '4');
    await screen.findByText(/engine refuses/);
    expect(await axe(container)).toHaveNoViolations();
  });
});

describe('an engine that does not come', () => {
  it('leaves the text, says why, and can be asked again', async () => {
    const silent = jest.spyOn(console, 'error').mockImplementation(() => {});
    const start = jest.fn<Promise<Engine>, []>().mockRejectedValueOnce(new Error('No network.'));
    start.mockResolvedValue(engine);
    const { user } = await openPage({ engine: createEngineSource(start) });
    expect(await screen.findByText(/No network\./)).toBeVisible();
    expect(screen.getByText('Choose a cell.')).toBeVisible();
    await act(() => user.click(screen.getByRole('button', { name: 'Try again' })));
    expect(await screen.findByRole('gridcell', { name: '1,2 at offset 5' })).toBeVisible();
    expect(start).toHaveBeenCalledTimes(2);
    silent.mockRestore();
  });
});
