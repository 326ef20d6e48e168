import 'fake-indexeddb/auto';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { openDisk } from '../../web/src/progress/disk.ts';
import { newRecord } from '../../web/src/progress/records.ts';
import { ended, passed } from './fixtures/grades.ts';
import { lesson } from './fixtures/lesson.ts';
import { button, editorLine, editorText, fakeDisk, fakeLab } from './fixtures/page.tsx';
import { openLesson, record, type } from './fixtures/page.tsx';

function hide(state: 'hidden' | 'visible') {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

afterEach(() => {
  jest.useRealTimers();
  hide('visible');
});

it('saves 400 ms after the last key, once', async () => {
  const disk = fakeDisk();
  await openLesson({ disk });
  jest.useFakeTimers();
  type('a');
  act(() => jest.advanceTimersByTime(399));
  type('b');
  act(() => jest.advanceTimersByTime(399));
  expect(disk.put).not.toHaveBeenCalled();
  await act(async () => jest.advanceTimersByTime(1));
  expect(disk.put).toHaveBeenCalledTimes(1);
  expect(disk.put.mock.calls[0][0].files['engine/shape.cpp']).toBe(`${lesson.starter}ab`);
  expect(screen.getByText(/^Saved \d\d:\d\d$/)).toBeVisible();
});

it('saves at once when the page is hidden', async () => {
  const disk = fakeDisk();
  await openLesson({ disk });
  type('a');
  await act(async () => hide('hidden'));
  expect(disk.put).toHaveBeenCalledTimes(1);
});

it('saves nothing for a student who only looks around', async () => {
  const disk = fakeDisk();
  const { library } = await openLesson({ disk });
  fireEvent.focus(document.querySelector('.cm-content')!);
  await act(() => library.flush());
  expect(disk.put).not.toHaveBeenCalled();
});

it('finds everything again after a reload', async () => {
  const lab = fakeLab();
  lab.grade.mockResolvedValue(ended('failed'));
  const first = await openLesson({ disk: await openDisk(), lab });
  type('// mine\n');
  await first.user.click(screen.getAllByRole('button', { name: /Show a hint/ })[0]!);
  await first.user.click(button('the last'));
  await first.user.type(screen.getByLabelText('Your prediction'), '12');
  await first.user.click(button('Measure'));
  await first.user.click(button('Test'));
  await screen.findByText('2 of 3 tests passed');
  await act(() => first.library.flush());
  first.close();

  const disk = await openDisk();
  await openLesson({ disk, records: await disk.all() });
  expect(editorText()).toBe(`${lesson.starter}// mine\n`);
  expect(screen.getByText('What is an empty product?')).toBeVisible();
  expect(screen.getByText('Neighbours lie side by side.')).toBeVisible();
  expect(screen.getByLabelText('Your prediction')).toHaveValue('12');
  expect(screen.getByText('2 of 3 tests passed')).toBeVisible();
  expect(screen.getByText(/^Attempt 1/)).toBeVisible();
  expect(screen.queryByText(/^Attempt 1: /)).toBeNull();
});

it('puts the cursor back where it was', async () => {
  await openLesson({ records: [record({ cursors: { 'engine/shape.cpp': 40 } })] });
  expect(editorLine()).toBe(lesson.starter.slice(0, 40).split('\n').length);
});

it('says that a passed unit was edited since', async () => {
  const lab = fakeLab();
  lab.grade.mockResolvedValue(passed);
  const { user, library } = await openLesson({ lab });
  await user.click(button('Test'));
  await screen.findByText('All 3 tests passed');
  expect(library.store.getState().records.shape!.accepted).toBe(lesson.starter);
  await user.click(button(/Shapes/));
  const picker = within(screen.getByRole('navigation', { name: 'Lessons' }));
  expect(picker.getByRole('img', { name: 'Passed' })).toBeVisible();
  type('// more');
  await waitFor(() =>
    expect(picker.getByRole('img', { name: 'Passed, then edited' })).toBeVisible(),
  );
});

it('keeps the code and drops the answers when the lesson itself has changed', async () => {
  const old = record({
    version: 'v0',
    files: { ...newRecord(lesson).files, 'engine/shape.cpp': '// old work' },
    answers: { 0: 1 },
  });
  await openLesson({ records: [old] });
  expect(editorText()).toBe('// old work');
  expect(screen.queryByText('Neighbours lie side by side.')).toBeNull();
});

it('says that nothing is kept where the browser refuses storage', async () => {
  const open = jest.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  const disk = await openDisk();
  open.mockRestore();
  await openLesson({ disk });
  expect(screen.getByText(/Not saved: the browser refused storage/)).toBeVisible();
  type('// mine');
  expect(editorText()).toBe(`${lesson.starter}// mine`);
});

it('says so when a save fails, and tries again with the next one', async () => {
  const disk = fakeDisk();
  disk.put.mockRejectedValueOnce(new Error('quota'));
  const { library } = await openLesson({ disk });
  type('a');
  await act(() => library.flush());
  expect(screen.getByText(/Not saved: the browser’s storage failed/)).toBeVisible();
  await act(() => library.flush());
  expect(disk.put).toHaveBeenCalledTimes(2);
  expect(screen.getByText(/^Saved/)).toBeVisible();
});
