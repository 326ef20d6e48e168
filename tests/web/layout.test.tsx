import { act, fireEvent, screen } from '@testing-library/react';
import { axe } from 'jest-axe';
import { ended } from './fixtures/grades.ts';
import { button, fakeLab, openLesson, openPage, record } from './fixtures/page.tsx';
import { media } from './setup.ts';

describe('the splitter', () => {
  const width = () => screen.getByRole('separator', { name: 'Width of the lesson' });

  it('moves with arrow keys, within its limits', async () => {
    const { user } = await openLesson();
    width().focus();
    await user.keyboard('{ArrowRight}');
    expect(width()).toHaveAttribute('aria-valuenow', '44');
    await user.keyboard('{Home}{ArrowLeft}');
    expect(width()).toHaveAttribute('aria-valuenow', '20');
    await user.keyboard('{End}');
    expect(width()).toHaveAttribute('aria-valuenow', '75');
  });

  it('gives the results more height with the up arrow', async () => {
    const { user } = await openLesson();
    const height = screen.getByRole('separator', { name: 'Height of the results' });
    height.focus();
    await user.keyboard('{ArrowUp}{ArrowLeft}');
    expect(height).toHaveAttribute('aria-valuenow', '42');
  });

  it('goes back to its usual place with a double click', async () => {
    await openLesson();
    fireEvent.keyDown(width(), { key: 'Home' });
    fireEvent.doubleClick(width());
    expect(width()).toHaveAttribute('aria-valuenow', '42');
  });

  it('remembers its place', async () => {
    const first = await openLesson();
    fireEvent.keyDown(width(), { key: 'Home' });
    first.close();
    await openLesson();
    expect(width()).toHaveAttribute('aria-valuenow', '20');
  });
});

describe('the theme', () => {
  it('goes from the system’s to light to dark, and is remembered', async () => {
    const { user } = await openPage({ path: '/' });
    await user.click(await screen.findByRole('button', { name: /^Theme: auto/ }));
    await user.click(button(/^Theme: light/));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(localStorage.getItem('theme')).toBe('dark');
    await user.click(button(/^Theme: dark/));
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });
});

// Colours need a real browser; jsdom can only tell names, roles and structure.
describe.each(['light', 'dark'])('axe finds nothing, in the %s theme,', (theme) => {
  beforeEach(() => {
    document.documentElement.dataset.theme = theme;
  });
  afterEach(() => {
    delete document.documentElement.dataset.theme;
  });

  it('on the course map', async () => {
    const { container } = await openPage({ path: '/', records: [record()] });
    await screen.findByRole('link', { name: /Continue/ });
    expect(await act(() => axe(container))).toHaveNoViolations();
  });

  it('on a lesson with hints, answers and failures', async () => {
    const lab = fakeLab();
    const place = { file: 'engine/shape.cpp', line: 4 };
    lab.grade.mockResolvedValue(
      ended('crashed', { location: place, stack: [{ function: 'numel', location: place }] }),
    );
    const { container, user } = await openLesson({
      lab,
      records: [record({ hints: { numel: 2 }, answers: { 0: 0 } })],
    });
    await user.click(button('Test'));
    await screen.findByText('2 of 3 tests passed');
    await user.click(button(/Shapes/));
    expect(await act(() => axe(container))).toHaveNoViolations();
  });

  it('on the help', async () => {
    const { container, user } = await openPage({ path: '/' });
    await user.click(await screen.findByRole('button', { name: 'Help and shortcuts' }));
    expect(await act(() => axe(container))).toHaveNoViolations();
  });

  it('on each pane of a narrow screen', async () => {
    media.add('max-width: 799px');
    const { container, user } = await openPage();
    for (const pane of ['Read', 'Code', 'Tests']) {
      await user.click(await screen.findByRole('tab', { name: pane }));
      expect(await act(() => axe(container))).toHaveNoViolations();
    }
  });
});
