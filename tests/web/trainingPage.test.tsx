// The training ground: what is asked for when, and what it shows.
import { screen, waitFor } from '@testing-library/react';
import { axe } from 'jest-axe';
import { index } from './fixtures/lesson.ts';
import { openPage, record } from './fixtures/page.tsx';
import { fakeHost } from './fixtures/training.ts';
import { FIRST } from '../../web/src/training/address.ts';
import { forgetfulRuns } from '../../web/src/training/runDisk.ts';

const asset = { path: 'files/x', bytes: 3 };
const training = { program: asset, digits: asset, fewDigits: asset };

async function open(options: Parameters<typeof openPage>[0] = {}) {
  globalThis.fetch = (async () => ({
    ok: true,
    arrayBuffer: async () => new ArrayBuffer(3),
  })) as never;
  Object.assign(index, { training });
  const host = fakeHost();
  const page = await openPage({ path: '/train', runHost: () => host, ...options });
  await screen.findByText('Waiting');
  return { ...page, host };
}

afterEach(() => {
  Object.assign(index, { training: null });
  delete (globalThis as { fetch?: unknown }).fetch;
});

describe('the training ground', () => {
  it('trains when it is told to, and stops', async () => {
    const { user, host } = await open();
    expect(host.begin).toHaveBeenCalledWith(FIRST);
    await user.click(screen.getByRole('button', { name: '▶ Train' }));
    expect(await screen.findByText('Training')).toBeVisible();
    await user.click(screen.getByRole('button', { name: '⏸ Stop' }));
    expect(await screen.findByRole('button', { name: '▶ Go on' })).toBeEnabled();
    expect(host.advance).toHaveBeenCalled();
  });

  it('without a unit of the student’s own it needs no compiler', async () => {
    const { lab } = await open();
    expect(lab.live).not.toHaveBeenCalled();
    expect(screen.getByText('Runs on the course’s engine')).toBeVisible();
  });

  it('runs on what the student has passed, and each unit can be switched off', async () => {
    const { lab, user } = await open({ records: [record({ accepted: 'mine' })] });
    expect(await screen.findByText(/Runs on your engine: 1 of 2 units/)).toBeVisible();
    expect(lab.live.mock.calls[0]!.slice(1, 3)).toEqual(['experiment', { shape: 'mine' }]);
    await user.click(screen.getByText(/Runs on your engine/));
    await user.click(screen.getByRole('checkbox', { name: /yours/ }));
    expect(await screen.findByText('Runs on the course’s engine')).toBeVisible();
    expect(location.search).toBe('?mine=');
  });

  it('a learning rate acts at once; the other data only from the next beginning', async () => {
    const { user, host } = await open();
    const rate = screen.getByRole('textbox', { name: 'Learning rate' });
    await user.clear(rate);
    await user.type(rate, '0.5{Enter}');
    await waitFor(() =>
      expect(host.change).toHaveBeenLastCalledWith({ lr: 0.5, momentum: 0.9, batchSize: 20 }),
    );
    await user.selectOptions(screen.getByRole('combobox', { name: /Data/ }), 'xor');
    expect(host.begin).toHaveBeenCalledTimes(1);
    await user.click(screen.getByRole('button', { name: 'Begin again with what you chose' }));
    await waitFor(() => expect(host.begin).toHaveBeenCalledTimes(2));
    expect(host.begin.mock.lastCall![0]).toMatchObject({ data: 'xor', lr: 0.5 });
    expect(location.search).toBe('?lr=0.5&data=xor');
  });

  it('goes on after a reload where it was', async () => {
    const runDisk = forgetfulRuns();
    const first = await open({ runDisk });
    await first.user.click(screen.getByRole('button', { name: '▶ Train' }));
    await screen.findByText('Training');
    await first.user.click(screen.getByRole('button', { name: '⏸ Stop' }));
    await waitFor(async () => expect(await runDisk.saved('playground')).toBeDefined());
    first.close();
    const { host } = await open({ runDisk });
    expect(host.resume).toHaveBeenCalled();
    expect(await screen.findByText(/step 7/)).toBeVisible();
  });

  it('is accessible', async () => {
    const { container } = await open();
    expect(await axe(container)).toHaveNoViolations();
  });
});
