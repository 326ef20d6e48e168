import { screen, within } from '@testing-library/react';
import { ended, passed } from './fixtures/grades.ts';
import { lesson } from './fixtures/lesson.ts';
import { openPage, record } from './fixtures/page.tsx';

const card = async (name: RegExp) => within(await screen.findByRole('link', { name }));

it('begins with the first lesson', async () => {
  await openPage({ path: '/' });
  expect(await screen.findByRole('link', { name: 'Begin: Shapes' })).toHaveAttribute(
    'href',
    '/lesson/shape',
  );
  expect(screen.getByText('0 of 2 lessons passed')).toBeVisible();
});

it('shows the steps done in a lesson that was started', async () => {
  await openPage({ path: '/', records: [record({ grade: ended('failed') })] });
  const shapes = await card(/How numbers in a row/);
  expect(shapes.getByText('1 of 2 steps')).toBeVisible();
  expect(shapes.getByRole('img', { name: 'Started' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'Continue: Shapes' })).toBeVisible();
});

it('goes on with the next lesson once one has passed', async () => {
  const records = [record({ grade: passed, accepted: lesson.starter })];
  await openPage({ path: '/', records });
  expect(await screen.findByRole('link', { name: 'Continue: Tensors' })).toBeVisible();
  expect(screen.getByText('1 of 2 lessons passed')).toBeVisible();
  expect(screen.getByRole('img', { name: 'Passed' })).toBeVisible();
});

it('tells a passed lesson from one edited since', async () => {
  await openPage({ path: '/', records: [record({ grade: passed, accepted: 'earlier' })] });
  expect(await screen.findByText('Passed earlier; this version is not tested')).toBeVisible();
});

it('leads a lost visitor back', async () => {
  await openPage({ path: '/nowhere' });
  expect(screen.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});
