import { acceptCompletion, currentCompletions, startCompletion } from '@codemirror/autocomplete';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { axe } from 'jest-axe';
import type { Completion, Diagnostic } from '../../wasm/toolchain/types.ts';
import type { LessonRecord } from '../../web/src/progress/records.ts';
import { newRecord } from '../../web/src/progress/records.ts';
import { openFile } from '../../web/src/run/files.ts';
import { Latest } from '../../web/src/run/latest.ts';
import type { Lab } from '../../web/src/run/lab.ts';
import type { CompilerHost } from '../../web/src/run/workerLab.ts';
import { forgetfulObjects } from '../../web/src/run/objectStore.ts';
import { WorkerLab } from '../../web/src/run/workerLab.ts';
import { ended, passed } from './fixtures/grades.ts';
import { index, lesson } from './fixtures/lesson.ts';
import {
  button,
  cursorBehind,
  editorLine,
  editorText,
  editorView,
  fakeLab,
  openLesson,
  openPage,
  record,
  type,
} from './fixtures/page.tsx';
import { media } from './setup.ts';

const UNIT = 'engine/shape.cpp';

/** A key in the editor, which the page hears first. */
const press = (key: string, options: KeyboardEventInit = {}) =>
  act(async () => void fireEvent.keyDown(editorView().contentDOM, { key, ...options }));

const offered: Completion[] = [
  {
    name: 'numel',
    kind: 'function',
    signatures: ['std::int64_t numel(const Shape &shape)'],
    comment: 'Gives the number of elements: `1` for a scalar.',
  },
  { name: 'now', kind: 'function', signatures: ['int now()'], comment: '' },
  { name: 'number', kind: 'variable', signatures: ['int number'], comment: '' },
];

async function openWith(options: { lab?: ReturnType<typeof fakeLab> } = {}) {
  const lab = options.lab ?? fakeLab();
  lab.complete.mockResolvedValue(offered);
  const page = await openLesson({ lab });
  await waitFor(() => expect(page.toolchain.store.getState().kind).toBe('ready'));
  return page;
}

async function ask(text: string) {
  type(text);
  act(() => editorView().dispatch({ selection: { anchor: editorView().state.doc.length } }));
  await act(async () => void startCompletion(editorView()));
}

const shownNames = () => currentCompletions(editorView().state).map(({ label }) => label);

/** CodeMirror takes no key for a list in the moment in which it appears. */
const aMoment = () => act(() => new Promise((resolve) => setTimeout(resolve, 100)));

const down = async () => {
  await aMoment();
  fireEvent.keyDown(editorView().contentDOM, { key: 'ArrowDown', code: 'ArrowDown', keyCode: 40 });
};
const accept = async () => {
  await aMoment();
  act(() => void acceptCompletion(editorView()));
};

it('opens a file at the first thing to write, or where it was left', () => {
  const text = '#include "a.h"\n\nint f() {\n  // TODO f: multiply\n}\n';
  const files = { [UNIT]: text };
  const at = text.indexOf('// TODO');
  expect(openFile(lesson, { ...newRecord(lesson), files }, UNIT).cursor).toBe(at);
  const left = { ...newRecord(lesson), files, cursors: { [UNIT]: 3 } };
  expect(openFile(lesson, left, UNIT).cursor).toBe(3);
  const done = { ...newRecord(lesson), files: { [UNIT]: 'int f();' } };
  expect(openFile(lesson, done, UNIT).cursor).toBe(0);
});

describe('completion', () => {
  it('shows the compiler’s names with their signatures and doc comments', async () => {
    const { container } = await openWith();
    await ask('nu');
    await waitFor(() => expect(shownNames()).toEqual(['number', 'numel']));
    const list = await screen.findByRole('listbox');
    expect(within(list).getByText('(const Shape &shape) → std::int64_t')).toBeInTheDocument();
    await down();
    await waitFor(() => expect(container.querySelector('.cm-completionInfo')).not.toBeNull());
    const info = container.querySelector<HTMLElement>('.cm-completionInfo')!;
    expect(info).toHaveTextContent('std::int64_t numel(const Shape &shape)');
    expect(within(info).getByText('1')).toHaveProperty('tagName', 'CODE');
    expect(await act(() => axe(container))).toHaveNoViolations();
  });

  it('asks at the place where the word begins', async () => {
    const { lab } = await openWith();
    await ask('  nu');
    await waitFor(() => expect(shownNames()).not.toEqual([]));
    const [asked, place] = lab.complete.mock.calls[0]!;
    expect(asked).toBe(lesson);
    expect(place).toMatchObject({ path: UNIT, text: `${lesson.starter}  nu`, column: 3 });
  });

  it('writes a call with its brackets, and none where one stands already', async () => {
    await openWith();
    await ask('num');
    await waitFor(() => expect(shownNames()).toContain('numel'));
    await down();
    await accept();
    expect(editorText()).toBe(`${lesson.starter}numel()`);
    expect(editorView().state.selection.main.head).toBe(editorView().state.doc.length - 1);

    act(() =>
      editorView().dispatch({
        changes: { from: lesson.starter.length, to: editorView().state.doc.length, insert: 'no(' },
      }),
    );
    act(() => editorView().dispatch({ selection: { anchor: lesson.starter.length + 2 } }));
    await act(async () => void startCompletion(editorView()));
    await waitFor(() => expect(shownNames()).toEqual(['now']));
    await accept();
    expect(editorText()).toBe(`${lesson.starter}now(`);
  });

  it('is silent in comments and texts', async () => {
    const { lab } = await openWith();
    await ask('// nu');
    await ask('\n"nu');
    expect(lab.complete).not.toHaveBeenCalled();
  });

  it('waits for a compiler without a word', async () => {
    const lab = fakeLab();
    lab.prepare.mockReturnValue(new Promise(() => {}));
    await openLesson({ lab });
    await ask('nu');
    expect(lab.complete).not.toHaveBeenCalled();
  });

  it('survives a fault of the compiler', async () => {
    const { lab } = await openWith();
    lab.complete.mockRejectedValue(new Error('worker lost'));
    await ask('nu');
    expect(shownNames()).toEqual([]);
    expect(screen.queryByText('The page itself failed')).toBeNull();
  });
});

describe('of several questions to the compiler, Latest', () => {
  const later = () => {
    let end: (value: number) => void = () => {};
    const call = jest.fn(() => new Promise<number>((resolve) => (end = resolve)));
    return { call, end: (value: number) => end(value) };
  };
  const never = new AbortController().signal;

  it('asks one at a time, and of those that wait only the newest', async () => {
    const latest = new Latest();
    const [first, second, third] = [later(), later(), later()];
    const answers = [first, second, third].map(({ call }) => latest.run(call, never));
    expect(second.call).not.toHaveBeenCalled();
    first.end(1);
    await answers[0];
    await Promise.resolve();
    third.end(3);
    expect(await Promise.all(answers)).toEqual([1, null, 3]);
    expect(second.call).not.toHaveBeenCalled();
  });

  it('never asks one that was given up while it waited', async () => {
    const latest = new Latest();
    const [first, second] = [later(), later()];
    const controller = new AbortController();
    void latest.run(first.call, never);
    const answer = latest.run(second.call, controller.signal);
    controller.abort();
    expect(await answer).toBeNull();
    first.end(1);
    await Promise.resolve();
    expect(second.call).not.toHaveBeenCalled();
  });
});

describe('a grading', () => {
  async function labWith(complete: CompilerHost['calls']['complete']) {
    const calls = { compile: async () => ({ object: null, diagnostics: [] }), complete };
    const load: CompilerHost['load'] = async (_toolchain, _base, tell) => {
      onBytes = tell;
    };
    const host = { calls, load, terminate: () => {} };
    jest.spyOn(globalThis, 'fetch' as never).mockImplementation((async (address: string) => ({
      ok: true,
      json: async () =>
        String(address).endsWith('index.json') ? { ...index, lessons: [] } : lesson,
    })) as never);
    const lab: Lab = new WorkerLab(
      '/',
      () => host as never,
      () => ({}) as never,
      forgetfulObjects(),
    );
    await lab.prepare(onProgress);
    return lab;
  }
  let onBytes: Parameters<CompilerHost['load']>[2];
  const onProgress = jest.fn();
  const place = { path: UNIT, text: 'nu', line: 1, column: 1 };
  const never = new AbortController().signal;

  beforeAll(() => {
    globalThis.fetch ??= (() => {}) as never;
  });
  afterEach(() => jest.restoreAllMocks());

  it('may need more files, and the compiler stays ready', async () => {
    await labWith(async () => []);
    onProgress.mockClear();
    onBytes(1_000_000, 900_000);
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('is never kept waiting by completion: what waits is dropped, and nothing new is asked', async () => {
    const complete = jest.fn(() => new Promise<Completion[]>(() => {}));
    const lab = await labWith(complete);
    void lab.complete(lesson, place, never);
    const waiting = lab.complete(lesson, place, never);
    const options = { signal: new AbortController().signal, studentUnits: {} };
    const grading = lab.grade(lesson, 'int x', options).catch(() => null);
    expect(await waiting).toBeNull();
    expect(await lab.complete(lesson, place, never)).toBeNull();
    expect(complete).toHaveBeenCalledTimes(1);
    await grading;
  });
});

const at = { file: UNIT, line: 4, column: 3, endLine: 4, endColumn: 7 };
const misspelt: Diagnostic = {
  severity: 'error',
  message: 'use of undeclared identifier',
  location: at,
  hint: 'In plain words.',
  fix: [{ ...at, text: 'tada' }],
};

async function openWithProblems(problems: Diagnostic[]) {
  const lab = fakeLab();
  lab.check.mockResolvedValue(problems);
  const page = await openLesson({ lab });
  await waitFor(() => expect(page.toolchain.store.getState().kind).toBe('ready'));
  fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
  await waitFor(() => expect(document.querySelector('.cm-lintRange-error')).not.toBeNull());
  return page;
}

const mended = lesson.starter.replace('todo', 'tada');

describe('a change that the compiler proposes', () => {
  it('is made by a key on its line, and by none on another', async () => {
    await openWithProblems([misspelt]);
    await press('.', { ctrlKey: true });
    expect(editorText()).toBe(lesson.starter);
    cursorBehind('todo(');
    await press('.', { ctrlKey: true });
    expect(editorText()).toBe(mended);
  });

  it('is made from the list of problems, which says it in plain words too', async () => {
    const { user, container } = await openWithProblems([misspelt]);
    await user.click(screen.getByRole('tab', { name: /^Problems/ }));
    expect(screen.getByText('use of undeclared identifier')).toBeVisible();
    expect(screen.getByText('In plain words.')).toBeVisible();
    expect(await act(() => axe(container))).toHaveNoViolations();
    await user.click(button('Change to tada'));
    expect(editorText()).toBe(mended);
  });

  it('moves with the text around it', async () => {
    await openWithProblems([misspelt]);
    act(() => editorView().dispatch({ changes: { from: 0, insert: '// new\n' } }));
    cursorBehind('todo(');
    await press('.', { ctrlKey: true });
    expect(editorText()).toBe(`// new\n${mended}`);
  });

  it('goes when the text that it would change has changed', async () => {
    const { user, lab } = await openWithProblems([misspelt]);
    lab.check.mockReturnValue(new Promise(() => {}));
    cursorBehind('to');
    act(() => editorView().dispatch(editorView().state.replaceSelection('XX')));
    const now = editorText();
    await press('.', { ctrlKey: true });
    await user.click(screen.getByRole('tab', { name: /^Problems/ }));
    await user.click(button('Change to tada'));
    expect(editorText()).toBe(now);
  });

  it('for a text that is no longer there is not made', async () => {
    const lab = fakeLab();
    let end: (problems: Diagnostic[]) => void = () => {};
    lab.check.mockReturnValue(new Promise((resolve) => (end = resolve)));
    const page = await openLesson({ lab });
    await waitFor(() => expect(page.toolchain.store.getState().kind).toBe('ready'));
    fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
    cursorBehind('\n  ');
    act(() => editorView().dispatch(editorView().state.replaceSelection('longer_')));
    const now = editorText();
    await act(async () => end([misspelt]));
    await press('.', { ctrlKey: true });
    expect(editorText()).toBe(now);
  });

  it('to silence a warning comes after one that changes its cause', async () => {
    const note = (message: string, text: string): Diagnostic => ({
      severity: 'note',
      message,
      location: at,
      fix: [{ ...at, text }],
    });
    const warning = { ...misspelt, fix: undefined };
    const notes = [note('… to silence this warning', 'quiet'), note('use this', 'tada')];
    await openWithProblems([{ ...warning, notes }]);
    cursorBehind('todo(');
    await press('.', { ctrlKey: true });
    expect(editorText()).toBe(mended);
  });

  it('is not offered for a header, which nobody may write', async () => {
    const location = { ...at, file: 'engine/shape.h', line: 2 };
    const { user } = await openWithProblems([
      misspelt,
      { ...misspelt, message: 'in the header', location, fix: [{ ...location, text: 'x' }] },
    ]);
    await user.click(screen.getByRole('tab', { name: /^Problems/ }));
    expect(screen.getByText('in the header')).toBeVisible();
    expect(screen.getAllByRole('button', { name: /^Change to/ })).toHaveLength(1);
  });

  it('leaves Ctrl+. to Stop while something runs', async () => {
    const { lab } = await openWithProblems([misspelt]);
    let stopped = false;
    lab.grade.mockImplementation(
      (_, __, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            stopped = true;
            resolve({ ...passed, verdict: 'cancelled', tests: [] });
          }),
        ),
    );
    fireEvent.keyDown(document.body, { key: 'Enter', ctrlKey: true });
    await screen.findByRole('button', { name: 'Stop' });
    cursorBehind('todo(');
    await act(async () => {
      fireEvent.keyDown(editorView().contentDOM, { key: '.', ctrlKey: true });
    });
    expect(stopped).toBe(true);
    expect(editorText()).toBe(lesson.starter);
  });
});

describe('a look at the header', () => {
  it('shows what a name is declared as, and then goes there', async () => {
    const { container } = await openLesson();
    cursorBehind('int numel');
    await press('k', { ctrlKey: true });
    const card = container.querySelector<HTMLElement>('.peek')!;
    expect(card).toHaveTextContent('int numel();');
    expect(within(card).getByRole('button', { name: 'shape.h:2' })).toBeVisible();
    expect(await act(() => axe(container))).toHaveNoViolations();
    await press('k', { ctrlKey: true });
    expect(screen.getByRole('textbox', { name: 'engine/shape.h, to read' })).toBeVisible();
    expect(editorLine()).toBe(2);
  });

  it('closes with Escape and says when there is nothing to see', async () => {
    const { container } = await openLesson();
    cursorBehind('int numel');
    await press('k', { ctrlKey: true });
    await press('Escape');
    expect(container.querySelector('.peek')).toBeNull();
    cursorBehind('todo');
    await press('k', { ctrlKey: true });
    expect(container.querySelector('.peek')).toBeNull();
    expect(screen.getByText('No header declares this name.')).toBeInTheDocument();
  });
});

describe('the reference', () => {
  const reference = `${lesson.starter}// the reference\n`;
  beforeAll(() => {
    lesson.reference = reference;
  });
  afterAll(() => {
    lesson.reference = '';
  });

  it('is shown before a pass only to those who say twice that they want it', async () => {
    const { user, library } = await openLesson();
    await user.click(button('Solution'));
    const dialog = within(screen.getByRole('dialog', { name: 'See the reference now?' }));
    expect(dialog.getByText(/“Count the elements” has 3 more hints/)).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Not yet' }));
    expect(screen.queryByText(/the reference/)).toBeNull();
    expect(library.store.getState().records.shape).toBeUndefined();

    await user.click(button('Solution'));
    await user.click(button('Show the reference'));
    const right = await screen.findByRole('textbox', { name: 'The reference, to read' });
    expect(right).toHaveTextContent('// the reference');
    expect(library.store.getState().records.shape!.revealed).toBe(true);
  });

  it('leads to a hint instead', async () => {
    const { user } = await openLesson();
    await user.click(button('Solution'));
    await user.click(button('Open the next hint'));
    expect(screen.getByText('What is an empty product?')).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('stands beside one’s own code after a pass, and changes nothing', async () => {
    const { user, container } = await openLesson({
      records: [record({ accepted: lesson.starter, grade: passed })],
    });
    await user.click(button('Compare with the reference'));
    const left = await screen.findByRole('textbox', { name: 'Your code, to read' });
    expect(left).toHaveTextContent('todo("multiply")');
    expect(left).not.toHaveTextContent('// the reference');
    expect(await screen.findByText('1 difference.')).toBeVisible();
    expect(await act(() => axe(container))).toHaveNoViolations();
    await user.click(button('Close'));
    expect(editorText()).toBe(lesson.starter);
  });

  it('stands in one column on a narrow screen', async () => {
    media.add('max-width: 799px');
    const { user } = await openPage({ records: [record({ accepted: lesson.starter })] });
    await user.click(await screen.findByRole('tab', { name: 'Code' }));
    await user.click(button('Solution'));
    const name = 'The reference, with what differs from Your code, to read';
    expect(await screen.findByRole('textbox', { name })).toBeVisible();
  });
});

describe('the history', () => {
  const versionsIn = (page: Awaited<ReturnType<typeof openLesson>>) =>
    page.library.store.getState().records.shape!.versions;

  it('begins with the starter, and keeps what was tested with how it went', async () => {
    const lab = fakeLab();
    lab.grade.mockResolvedValue(ended('failed'));
    const page = await openLesson({ lab });
    type('// one');
    await page.user.click(button('Test'));
    await screen.findByText('2 of 3 tests passed');
    await page.user.click(screen.getByRole('tab', { name: 'History' }));
    expect(versionsIn(page).map(({ text, why }) => [text, why])).toEqual([
      [lesson.starter, 'At the beginning'],
      [`${lesson.starter}// one`, '2 of 3 tests passed'],
    ]);
    expect(screen.getByText('as it is now')).toBeVisible();
    expect(await act(() => axe(page.container))).toHaveNoViolations();
  });

  it('keeps a version every five minutes of writing', async () => {
    const page = await openLesson();
    type('a');
    type('b');
    expect(versionsIn(page)).toHaveLength(1);
    const later = Date.now() + 5 * 60_000 + 1;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(later);
    type('c');
    type('d');
    clock.mockRestore();
    expect(versionsIn(page).map(({ text }) => text)).toEqual([
      lesson.starter,
      `${lesson.starter}ab`,
    ]);
  });

  it('goes back, keeping what was there until now', async () => {
    const page = await openLesson();
    type('// mine');
    await page.user.click(screen.getByRole('tab', { name: 'History' }));
    await page.user.click(button(/^Go back to .*At the beginning/));
    expect(editorText()).toBe(lesson.starter);
    expect(screen.getByText(/shape\.cpp is again as it was at/)).toBeVisible();
    await page.user.click(button(/^Go back to .*Before going back/));
    expect(editorText()).toBe(`${lesson.starter}// mine`);
  });

  it('shows what has changed since', async () => {
    const page = await openLesson();
    type('// mine');
    await page.user.click(screen.getByRole('tab', { name: 'History' }));
    await page.user.click(button(/^Compare with .*At the beginning/));
    const now = await screen.findByRole('textbox', { name: 'Now, to read' });
    expect(now).toHaveTextContent('// mine');
  });

  it('keeps what a reset takes away', async () => {
    const page = await openLesson();
    type('// mine');
    await page.user.click(button('Reset'));
    await page.user.click(button('Reset the file'));
    expect(versionsIn(page).at(-1)).toMatchObject({
      text: `${lesson.starter}// mine`,
      why: 'Before the reset',
    });
  });

  it('belongs to the file that is open', async () => {
    const page = await openLesson();
    type('// mine');
    await page.user.click(screen.getByRole('tab', { name: 'History' }));
    expect(screen.getByText('At the beginning')).toBeVisible();
    await page.user.click(screen.getByRole('tab', { name: 'example.cpp' }));
    expect(screen.getByText(/example\.cpp has no earlier versions yet/)).toBeVisible();
  });

  it('of a record from an earlier release is empty', async () => {
    const old: Partial<LessonRecord> = newRecord(lesson);
    delete old.versions;
    delete old.revealed;
    const page = await openLesson({ records: [old as LessonRecord] });
    expect(versionsIn(page)).toEqual([]);
  });
});
