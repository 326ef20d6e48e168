import { screen, within } from '@testing-library/react';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { engine, openLesson } from './fixtures/page.tsx';
import { BroadcastFigure } from '../../web/src/visualizers/broadcast/BroadcastFigure.tsx';
import { StridesFigure } from '../../web/src/visualizers/strides/StridesFigure.tsx';

const retype = async (label: string, text: string) => {
  const user = userEvent.setup();
  await user.clear(screen.getByLabelText(label));
  if (text) await user.type(screen.getByLabelText(label), text);
};

describe('strides', () => {
  it('stands in the lesson, on the engine', async () => {
    await openLesson();
    expect(screen.getByRole('gridcell', { name: '1,2 at offset 5' })).toBeVisible();
    expect(screen.getByText('Choose a cell.')).toBeVisible();
  });

  it('shows the chosen cell in memory, and the sum that leads there', async () => {
    render(<StridesFigure engine={engine} shape="2,3" />);
    await userEvent.click(screen.getByRole('gridcell', { name: '1,2 at offset 5' }));
    expect(screen.getByRole('status')).toHaveTextContent(
      'index (1, 2) lies at 1·3 + 2·1 = offset 5',
    );
    const memory = within(screen.getByRole('list', { name: 'Memory, 6 elements' }));
    expect(memory.getByText('5')).toHaveAttribute('aria-current', 'true');
  });

  it('walks the cells with arrow keys and stops at the edge', async () => {
    render(<StridesFigure engine={engine} shape="2,3" />);
    screen.getByRole('gridcell', { selected: true }).focus();
    await userEvent.keyboard('{ArrowUp}{ArrowRight}{ArrowRight}{ArrowRight}');
    expect(screen.getByRole('gridcell', { name: '0,2 at offset 2' })).toHaveFocus();
  });

  it('takes another shape, and says why it cannot draw one', async () => {
    render(<StridesFigure engine={engine} />);
    await retype('shape', '2, 2, 2');
    expect(screen.getAllByRole('grid')).toHaveLength(2);
    expect(screen.getByText('(4, 2, 1)')).toBeVisible();
    await retype('shape', '99, 99');
    expect(screen.getByText('At most 60 cells fit here')).toBeVisible();
    await retype('shape', 'two');
    expect(screen.getByText(/Write whole numbers/)).toBeVisible();
  });
});

describe('broadcast', () => {
  it('aligns the shapes at their last axes and gives the engine’s answer', () => {
    render(<BroadcastFigure engine={engine} a="4,1,3" b="5,1" />);
    const row = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}`) });
    expect(row('b')).toHaveTextContent('b1missing51stretches');
    expect(row('together')).toHaveTextContent('together453');
    expect(screen.getByText('(4, 1, 3) and (5, 1) broadcast to (4, 5, 3)')).toBeVisible();
  });

  it('shows the engine’s refusal', async () => {
    render(<BroadcastFigure engine={engine} />);
    await retype('a', '2, 3');
    await retype('b', '2');
    expect(screen.getByText('[broadcast_shapes] 3 meets 2')).toBeVisible();
  });

  it('takes the empty shape for a scalar', async () => {
    render(<BroadcastFigure engine={engine} a="2,3" />);
    await retype('b', '');
    expect(screen.getByText('(2, 3) and () broadcast to (2, 3)')).toBeVisible();
  });
});
