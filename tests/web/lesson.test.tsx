import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import type { Grade } from '../../wasm/toolchain/types.ts';
import { ended, passed } from './fixtures/grades.ts';
import {
  button,
  editorText,
  fakeLab,
  openLesson,
  openPage,
  record,
  type,
} from './fixtures/page.tsx';
import { lesson } from './fixtures/lesson.ts';
import { media } from './setup.ts';

const step = (name: string) => within(screen.getByRole('region', { name }));

afterEach(() => jest.useRealTimers());

describe('testing', () => {
  it('grades what is in the editor and marks the steps', async () => {
    const lab = fakeLab();
    lab.grade.mockResolvedValue(ended('failed'));
    const { user } = await openLesson({ lab });
    type('// mine');
    await user.click(button('Test'));
    await screen.findByText(/^Attempt 1 ·/);
    expect(lab.grade.mock.calls[0]![1]).toBe(`${lesson.starter}// mine`);
    expect(step('Count the elements').getByText('Failing')).toBeVisible();
    expect(step('Find the strides').getByText('Passed')).toBeVisible();
  });

  it('keeps the last results until the next grading ends', async () => {
    const lab = fakeLab();
    lab.grade.mockResolvedValueOnce(ended('failed'));
    let end: (grade: Grade) => void = () => {};
    lab.grade.mockReturnValueOnce(new Promise((resolve) => (end = resolve)));
    const { user } = await openLesson({ lab });
    await user.click(button('Test'));
    await screen.findByText('2 of 3 tests passed');
    await user.click(button('Test'));
    expect(screen.getByText('2 of 3 tests passed')).toBeVisible();
    await act(async () => end(passed));
    expect(screen.getByText('All 3 tests passed')).toBeVisible();
  });

  it('links the accepted units of earlier lessons', async () => {
    const lab = fakeLab();
    const records = [record({ accepted: 'int numel();' })];
    const { user } = await openPage({ path: '/lesson/tensor', lab, records });
    await user.click(await screen.findByRole('button', { name: 'Test' }));
    await screen.findByText('All 3 tests passed');
    expect(lab.grade.mock.calls[0]![2].studentUnits).toEqual({ shape: 'int numel();' });
  });

  it('counts finished tests in the status', async () => {
    const lab = fakeLab();
    let end: (grade: Grade) => void = () => {};
    lab.grade.mockImplementation((_, __, { onPhase, onTest }) => {
      onPhase?.('running');
      onTest?.(passed.tests[0]!);
      return new Promise((resolve) => (end = resolve));
    });
    const { user } = await openLesson({ lab });
    await user.click(button('Test'));
    expect(await screen.findByText('Testing: 1 of 3')).toBeVisible();
    await act(async () => end(passed));
    expect(screen.getByText('Compiler ready')).toBeVisible();
  });

  it('shows Stop only while something runs, and Stop ends it', async () => {
    const lab = fakeLab();
    lab.grade.mockImplementation(
      (_, __, { signal }) =>
        new Promise((resolve) => {
          const cancelled = { ...passed, verdict: 'cancelled' as const, tests: [] };
          signal.addEventListener('abort', () => resolve(cancelled));
        }),
    );
    const { user } = await openLesson({ lab });
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
    await user.click(button('Test'));
    await user.click(await screen.findByRole('button', { name: 'Stop' }));
    expect(await screen.findByRole('heading', { name: 'Stopped' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
    expect(button('Test')).toHaveFocus();
  });

  it('sends a fault of the page itself to the one error boundary', async () => {
    const silence = jest.spyOn(console, 'error').mockImplementation(() => {});
    const lab = fakeLab();
    lab.grade.mockRejectedValue(new Error('worker lost'));
    const { user } = await openLesson({ lab });
    await user.click(button('Test'));
    expect(await screen.findByText('The page itself failed')).toBeVisible();
    expect(screen.getByText(/worker lost/)).toBeVisible();
    silence.mockRestore();
  });
});

describe('running', () => {
  it('streams what the example prints and says how it ended', async () => {
    const lab = fakeLab();
    lab.run.mockImplementation(async (_, __, ___, { onOutput }) => {
      onOutput('shape (2, 3)\n');
      onOutput('strides (3, 1)\n');
      return { verdict: 'passed', message: '', diagnostics: [], location: null, stack: [] };
    });
    const { user } = await openLesson({ lab });
    await user.click(button('Run'));
    expect(await screen.findByText('The program ended normally.')).toBeVisible();
    expect(screen.getByText(/shape \(2, 3\)\s+strides \(3, 1\)/)).toBeVisible();
  });

  it('shows the line on which the example crashed', async () => {
    const lab = fakeLab();
    lab.run.mockResolvedValue({
      verdict: 'crashed',
      message: 'It divided by zero.',
      diagnostics: [],
      location: { file: 'example.cpp', line: 1 },
      stack: [],
    });
    const { user } = await openLesson({ lab });
    await user.click(button('Run'));
    await user.click(await screen.findByRole('button', { name: 'example.cpp:1' }));
    expect(screen.getByRole('tab', { name: 'example.cpp' })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    expect(editorText()).toBe('int main() {}\n');
  });
});

describe('keys', () => {
  it('tests with Ctrl+Enter, even while the student types', async () => {
    const { lab } = await openLesson();
    const before = editorText();
    const content = document.querySelector('.cm-content')!;
    fireEvent.keyDown(content, { key: 'Enter', ctrlKey: true });
    await screen.findByText('All 3 tests passed');
    expect(lab.grade).toHaveBeenCalledTimes(1);
    expect(editorText()).toBe(before);
  });

  it('runs with Ctrl+Shift+Enter', async () => {
    const { lab } = await openLesson();
    fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true, shiftKey: true });
    await screen.findByText('The program ended normally.');
    expect(lab.run).toHaveBeenCalledTimes(1);
  });

  it('ignores single letters in text fields, and everywhere once they are switched off', async () => {
    const { user } = await openLesson();
    fireEvent.keyDown(screen.getByLabelText('shape'), { key: 'h' });
    fireEvent.keyDown(document.querySelector('.cm-content')!, { key: 'h' });
    expect(screen.queryByText('Hint 1 of 3')).toBeNull();
    fireEvent.keyDown(document.body, { key: '?' });
    await user.click(screen.getByLabelText(/Single-letter keys/));
    await user.click(button('Close'));
    fireEvent.keyDown(document.body, { key: 'h' });
    expect(screen.queryByText('Hint 1 of 3')).toBeNull();
  });

  it('goes to the next lesson with n', async () => {
    await openLesson();
    await act(async () => void fireEvent.keyDown(document.body, { key: 'n' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Tensors' })).toBeVisible();
  });
});

describe('hints', () => {
  it('open one at a time, on the card and from the bar', async () => {
    const { user } = await openLesson();
    const card = step('Count the elements');
    await user.click(card.getByRole('button', { name: 'Show a hint (1 of 3)' }));
    expect(card.getByText('What is an empty product?')).toBeVisible();
    expect(card.queryByText('It is 1.')).toBeNull();
    await user.click(button('Hint (1/3)'));
    expect(card.getByText('It is 1.')).toBeVisible();
    fireEvent.keyDown(document.body, { key: 'h' });
    expect(card.getByText('Write a loop.')).toBeVisible();
    expect(card.queryByRole('button', { name: /hint/ })).toBeNull();
  });

  it('in the bar belong to the first step that has not passed', async () => {
    const grade = { ...ended('failed'), steps: [{ name: 'numel', passed: true }] };
    const { user } = await openLesson({ records: [record({ grade })] });
    await user.click(button('Hint (0/3)'));
    expect(step('Find the strides').getByText('Which is 1?')).toBeVisible();
  });
});

describe('predictions', () => {
  const measure = async (user: Awaited<ReturnType<typeof openLesson>>['user']) => {
    await user.type(screen.getByLabelText('Your prediction'), '4');
    await user.click(button('Measure'));
  };

  it('ask for a number before they measure', async () => {
    const { lab, user } = await openLesson({ records: [record({ accepted: 'mine' })] });
    await user.click(button('Measure'));
    expect(lab.measure).not.toHaveBeenCalled();
  });

  it('show the count of the accepted unit beside the number, and then why', async () => {
    const { lab, user } = await openLesson({ records: [record({ accepted: 'mine' })] });
    expect(screen.queryByText('Each row has a line of its own.')).toBeNull();
    await measure(user);
    expect(await screen.findByText('Each row has a line of its own.')).toBeVisible();
    expect(lab.measure).toHaveBeenCalledWith(lesson, 'mine', 'column-lines');
    expect(screen.getByText('You predicted').nextSibling).toHaveTextContent('4 cache lines');
    expect(screen.getByText('Your code').nextSibling).toHaveTextContent('64 cache lines');
  });

  it('keep the number and name the next step while the unit does not pass', async () => {
    const { lab, user } = await openLesson();
    await measure(user);
    expect(screen.getByText(/Next: Count the elements/)).toBeVisible();
    expect(lab.measure).not.toHaveBeenCalled();
    expect(screen.getByLabelText('Your prediction')).toHaveValue('4');
  });
});

describe('questions', () => {
  it('explain the choice that was made, wrong or right', async () => {
    const { user } = await openLesson();
    const card = within(screen.getByRole('region', { name: 'Question 1' }));
    await user.click(card.getByRole('button', { name: 'the first' }));
    expect(card.getByText('Not this one.')).toBeVisible();
    expect(card.getByText('That is the largest.')).toBeVisible();
    await user.click(card.getByRole('button', { name: 'the last' }));
    expect(card.getByText('Right.')).toBeVisible();
    expect(card.queryByText('That is the largest.')).toBeNull();
  });
});

describe('reset', () => {
  it('asks, puts the starter back, and can be undone for ten seconds', async () => {
    const { user } = await openLesson();
    type('// mine');
    await user.click(button('Reset'));
    await user.click(button('Reset the file'));
    expect(editorText()).toBe(lesson.starter);
    await user.click(button('Undo'));
    expect(editorText()).toBe(`${lesson.starter}// mine`);

    jest.useFakeTimers();
    fireEvent.click(button('Reset'));
    fireEvent.click(button('Reset the file'));
    act(() => jest.advanceTimersByTime(10_000));
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
    jest.useRealTimers();
  });

  it('changes nothing when the student keeps their code', async () => {
    const { user } = await openLesson();
    type('// mine');
    await user.click(button('Reset'));
    await user.click(button('Keep my code'));
    expect(editorText()).toBe(`${lesson.starter}// mine`);
  });
});

describe('files', () => {
  it('shows given headers to read, not to edit', async () => {
    const { user } = await openLesson();
    await user.click(screen.getByRole('tab', { name: /shape.h/ }));
    expect(screen.getByRole('textbox', { name: 'engine/shape.h, to read' })).toBeVisible();
    expect(editorText()).toBe('#pragma once\nint numel();\n');
  });

  it('keeps each file’s text while another is shown', async () => {
    const { user } = await openLesson();
    type('// mine');
    await user.click(screen.getByRole('tab', { name: 'example.cpp' }));
    await user.click(screen.getByRole('tab', { name: 'shape.cpp' }));
    expect(editorText()).toBe(`${lesson.starter}// mine`);
  });
});

describe('checking', () => {
  it('asks the compiler 600 ms after the last key, once', async () => {
    const { lab, toolchain } = await openLesson();
    await waitFor(() => expect(toolchain.store.getState().kind).toBe('ready'));
    jest.useFakeTimers();
    type('a');
    act(() => jest.advanceTimersByTime(599));
    type('b');
    act(() => jest.advanceTimersByTime(599));
    expect(lab.check).not.toHaveBeenCalled();
    act(() => jest.advanceTimersByTime(1));
    jest.useRealTimers();
    expect(lab.check.mock.calls.map(([, source]) => source)).toEqual([`${lesson.starter}ab`]);
    await act(async () => {});
  });

  it('underlines what the compiler refuses', async () => {
    const lab = fakeLab();
    const location = { file: 'engine/shape.cpp', line: 4, column: 3, endColumn: 7 };
    lab.check.mockResolvedValue([{ severity: 'error', message: 'no such name', location }]);
    await openLesson({ lab });
    fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
    await waitFor(() =>
      expect(document.querySelector('.cm-lintRange-error')).toHaveTextContent('todo'),
    );
  });
});

describe('on a narrow screen', () => {
  beforeEach(() => media.add('max-width: 799px'));

  it('shows one pane at a time, chosen below', async () => {
    const { user } = await openPage();
    const panes = within(await screen.findByRole('tablist', { name: 'Panes' }));
    expect(screen.getByText('Memory has one dimension.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Test' })).toBeNull();
    await user.click(panes.getByRole('tab', { name: 'Code' }));
    expect(screen.getByText('Memory has one dimension.')).not.toBeVisible();
    await user.click(button('Test'));
    expect(await screen.findByText('All 3 tests passed')).toBeVisible();
    const tests = panes.getByRole('tab', { name: /^Tests/ });
    expect(tests).toHaveAttribute('aria-selected', 'true');
    expect(tests).toHaveTextContent('3/3');
  });

  it('moves between panes with arrow keys', async () => {
    const { user } = await openPage();
    const panes = within(await screen.findByRole('tablist', { name: 'Panes' }));
    panes.getByRole('tab', { name: 'Read' }).focus();
    await user.keyboard('{ArrowLeft}');
    expect(panes.getByRole('tab', { name: 'Tests' })).toHaveFocus();
  });
});
