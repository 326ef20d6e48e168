import { act, screen } from '@testing-library/react';
import type { Progress } from '../../web/src/run/lab.ts';
import { button, fakeLab, openLesson } from './fixtures/page.tsx';

/** A lab whose compiler arrives when the test says so. */
function slowLab() {
  const lab = fakeLab();
  let report: (progress: Progress) => void = () => {};
  let end: { resolve: () => void; reject: (error: Error) => void };
  lab.prepare.mockImplementation(
    (onProgress) =>
      new Promise((resolve, reject) => {
        report = onProgress;
        end = { resolve, reject };
      }),
  );
  return {
    lab,
    report: (state: Progress['state'], doneBytes = 0, totalBytes = 0) =>
      act(() => report({ state, doneBytes, totalBytes })),
    arrive: () => act(async () => end.resolve()),
    fail: () => act(async () => end.reject(new Error('connection lost'))),
  };
}

it('loads the compiler while the student reads, and counts its megabytes', async () => {
  const { lab, report, arrive } = slowLab();
  await openLesson({ lab });
  report('downloading', 5_200_000, 26_000_000);
  const bar = screen.getByRole('progressbar', { name: 'Compiler' });
  expect(bar).toHaveAttribute('aria-valuenow', '20');
  expect(bar).toHaveAttribute('aria-valuetext', 'Downloading the compiler: 5.2 of 26.0 MB');
  report('unpacking');
  expect(screen.getByText('Unpacking the compiler')).toBeVisible();
  report('warming');
  expect(screen.getByText('Warming up the compiler')).toBeVisible();
  await arrive();
  expect(screen.getByText('Compiler ready')).toBeVisible();
  expect(screen.queryByRole('progressbar', { name: 'Compiler' })).toBeNull();
});

it('tests as soon as the compiler is there', async () => {
  const { lab, arrive } = slowLab();
  const { user } = await openLesson({ lab });
  await user.click(button('Test'));
  expect(screen.getByText('Waiting for the compiler')).toBeVisible();
  expect(lab.grade).not.toHaveBeenCalled();
  await arrive();
  expect(screen.getByText('All 3 tests passed')).toBeVisible();
});

it('stops waiting for the compiler when the student says stop', async () => {
  const { lab, arrive } = slowLab();
  const { user } = await openLesson({ lab });
  await user.click(button('Test'));
  await user.click(button('Stop'));
  await arrive();
  expect(lab.grade).not.toHaveBeenCalled();
});

it('offers to retry a download that failed', async () => {
  const { lab, fail, arrive } = slowLab();
  const { user } = await openLesson({ lab });
  await fail();
  expect(screen.getByRole('alert')).toHaveTextContent('connection lost');
  await user.click(button('Retry'));
  await arrive();
  expect(screen.getByText('Compiler ready')).toBeVisible();
});

it('asks before a large download where data is dear', async () => {
  const { lab, user } = await openLesson({ surroundings: { ask: true } });
  expect(screen.getByText(/downloads a compiler once: up to 30.0 MB/)).toBeVisible();
  expect(lab.prepare).not.toHaveBeenCalled();
  await user.click(button('Download'));
  expect(lab.prepare).toHaveBeenCalledTimes(1);
  expect(await screen.findByText('Compiler ready')).toBeVisible();
});

it('asks again only when the student wants to test', async () => {
  const { lab, user } = await openLesson({ surroundings: { ask: true } });
  await user.click(button('Not now'));
  expect(screen.queryByText(/downloads a compiler/)).toBeNull();
  await user.click(button('Test'));
  expect(screen.getByText(/downloads a compiler/)).toBeVisible();
  await user.click(button('Download'));
  expect(await screen.findByText('All 3 tests passed')).toBeVisible();
  expect(lab.prepare).toHaveBeenCalledTimes(1);
});

it('says what is missing in a browser that cannot compile', async () => {
  await openLesson({ surroundings: { ask: false, unsupported: 'It lacks WebAssembly.' } });
  expect(screen.getByRole('alert')).toHaveTextContent('It lacks WebAssembly.');
  expect(screen.getByText('Memory has one dimension.')).toBeVisible();
});

it('does not call a compiler ready that had to be stopped', async () => {
  const { lab, report, arrive } = slowLab();
  await openLesson({ lab });
  await arrive();
  expect(screen.getByText('Compiler ready')).toBeVisible();
  report('stopped');
  expect(screen.queryByText('Compiler ready')).toBeNull();
  expect(screen.getByText(/did not end and was stopped/)).toBeVisible();
});
