import { screen, within } from '@testing-library/react';
import type { Grade, Verdict } from '../../wasm/toolchain/types.ts';
import { ended, passed, stillborn } from './fixtures/grades.ts';
import { button, editorLine, fakeLab, openLesson } from './fixtures/page.tsx';

async function test(grade: Grade) {
  const lab = fakeLab();
  lab.grade.mockResolvedValue(grade);
  const page = await openLesson({ lab });
  await page.user.click(button('Test'));
  await screen.findByText(/^Attempt 1 ·/);
  return { ...page, panel: within(screen.getByRole('tabpanel', { name: /^Tests/ })) };
}

it('offers the next lesson and the map when everything passed', async () => {
  const { panel } = await test(passed);
  expect(panel.getByRole('heading', { name: 'All 3 tests passed' })).toBeVisible();
  expect(panel.getByRole('link', { name: 'Next lesson: Tensors' })).toHaveAttribute(
    'href',
    '/lesson/tensor',
  );
  expect(panel.getByRole('link', { name: 'Course map' })).toHaveAttribute('href', '/');
});

it('shows the counterexample of the first failure and folds the rest', async () => {
  const { panel } = await test({
    ...ended('failed', { expected: '24', actual: '20', output: 'extent 4\n' }),
  });
  expect(panel.getByRole('heading', { name: '2 of 3 tests passed' })).toBeVisible();
  const failure = panel.getByText('a scalar has one element').closest('details')!;
  expect(failure).toHaveAttribute('open');
  expect(failure).toHaveTextContent('Expected24');
  expect(failure).toHaveTextContent('Actual20');
  expect(within(failure).getByText('4', { selector: 'mark' })).toBeVisible();
  expect(failure).toHaveTextContent('extent 4');
});

it('announces the attempt, the count and the first failure', async () => {
  await test(ended('failed'));
  expect(
    screen.getByText('Attempt 1: 2 of 3 tests passed. First failure: a scalar has one element.'),
  ).toHaveAttribute('aria-live', 'polite');
});

it('takes an unwritten step for one not yet begun, not for a mistake', async () => {
  const { panel } = await test(ended('failed', { message: 'Not written yet: multiply' }));
  expect(panel.getByText('Not written yet')).toBeVisible();
  const step = screen.getByRole('region', { name: 'Count the elements' });
  expect(step).toHaveTextContent('Not yet');
});

it('leads from a crash to the line in the editor', async () => {
  const place = { file: 'engine/shape.cpp', line: 4, column: 3 };
  const stack = [
    { function: 'tt::numel', location: place },
    { function: 'run_test', location: null },
  ];
  const { panel, user } = await test(ended('crashed', { location: place, stack }));
  expect(panel.getByText('todo("multiply");')).toBeVisible();
  expect(panel.getByText('run_test')).toBeVisible();
  await user.click(panel.getAllByRole('button', { name: 'shape.cpp:4:3' })[1]!);
  expect(editorLine()).toBe(4);
  expect(document.querySelector('.cm-marked')).toHaveTextContent('todo("multiply");');
  expect(document.querySelector('.cm-content')).toHaveFocus();
});

it('lists what the compiler refused, each with its place', async () => {
  const error = {
    severity: 'error' as const,
    message: "no member named 'sise'",
    location: { file: 'engine/shape.cpp', line: 3, column: 5, endColumn: 10 },
    notes: [{ severity: 'note' as const, message: "'size' declared here", location: null }],
  };
  const { panel, user } = await test(stillborn('compileError', { diagnostics: [error] }));
  expect(panel.getByRole('heading', { name: 'Does not compile' })).toBeVisible();
  expect(panel.getByText("'size' declared here")).toBeVisible();
  expect(document.querySelector('.cm-lintRange-error')).toHaveTextContent('numel');
  await user.click(panel.getByRole('button', { name: 'shape.cpp:3:5' }));
  expect(editorLine()).toBe(3);
  expect(screen.getByRole('tab', { name: 'Problems 1' })).toBeVisible();
});

it('shows five compiler messages first and the rest on demand', async () => {
  const diagnostics = Array.from({ length: 7 }, (_, i) => ({
    severity: 'error' as const,
    message: `mistake ${i + 1}`,
    location: null,
  }));
  const { panel, user } = await test(stillborn('compileError', { diagnostics }));
  expect(panel.queryByText('mistake 6')).toBeNull();
  await user.click(panel.getByRole('button', { name: 'Show 2 more' }));
  expect(panel.getByText('mistake 7')).toBeVisible();
});

it('names the functions that are missing', async () => {
  const { panel } = await test(stillborn('missing', { missing: ['int numel(const Shape&)'] }));
  expect(panel.getByRole('heading', { name: 'Something is missing' })).toBeVisible();
  expect(panel.getByText('int numel(const Shape&)')).toBeVisible();
});

it.each<[Verdict, string, RegExp]>([
  ['timeout', 'Took too long', /loop may not end/],
  ['outOfMemory', 'Out of memory', /size may be computed wrongly/],
  ['tooMuchOutput', 'Printed too much', /Print less/],
  ['incomplete', 'Ended too early', /call exit\(\)/],
  ['forged', 'Not the tests’ own report', /did not come from the tests/],
])('says of %s what happened and what to try', async (verdict, title, advice) => {
  const { panel } = await test(ended(verdict));
  expect(panel.getByText(title)).toBeVisible();
  expect(panel.getByText(`It ended as ${verdict}.`)).toBeVisible();
  expect(panel.getByText(advice)).toBeVisible();
});

it.each<Verdict>(['forged', 'incomplete', 'timeout'])(
  'shows %s without a single test',
  async (verdict) => {
    const { panel } = await test(stillborn(verdict));
    expect(panel.getByText(`It ended as ${verdict}.`)).toBeVisible();
  },
);

it('says that a stopped grading graded nothing', async () => {
  const { panel } = await test(stillborn('cancelled'));
  expect(panel.getByRole('heading', { name: 'Stopped' })).toBeVisible();
  expect(panel.getByText(/Nothing was graded/)).toBeVisible();
});

it('points to the earlier lesson that is to blame', async () => {
  const { panel } = await test({ ...ended('failed'), blame: 'tensor' });
  expect(panel.getByRole('link', { name: 'tensor' })).toHaveAttribute('href', '/lesson/tensor');
});
