// A training as the page drives it: what is asked of the worker, and what becomes of its answers.
import { createRun, type RunHost, type Setup } from '../../web/src/training/run.ts';
import { evaluation, fakeHost } from './fixtures/training.ts';
import { FIRST, hasOptions, readOptions, writeOptions } from '../../web/src/training/address.ts';

const setup: Setup = { program: new Uint8Array([1]), mine: ['shape'], digits: null };
async function started(changes: Partial<RunHost> = {}) {
  const host = fakeHost(changes);
  const run = createRun(() => host);
  await run.start(setup, FIRST);
  return { host, run, state: () => run.store.getState() };
}

describe('a run', () => {
  it('begins with the network as it is before its first step', async () => {
    const { host, state } = await started();
    expect(host.load).toHaveBeenCalledWith(setup.program);
    expect(host.begin).toHaveBeenCalledWith(FIRST);
    expect(state()).toMatchObject({ status: 'paused', steps: 0, evaluation });
    expect(state().points).toMatchObject([{ step: 0, testAccuracy: 0.75, trainLoss: 0.5 }]);
  });

  it('trains to the step it was asked for, and is evaluated there', async () => {
    const { host, run, state } = await started();
    await run.play(5, false);
    expect(state()).toMatchObject({ status: 'done', steps: 5, liveBytes: 1000 });
    expect(host.advance).toHaveBeenCalledTimes(5);
    expect(state().points.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(state().points.at(-1)).toMatchObject({ trainLoss: 0.5, testAccuracy: 0.75 });
    expect(state().points.at(-2)).toMatchObject({ trainLoss: 0.25, testAccuracy: null });
    await run.play(5, false);
    expect(host.advance).toHaveBeenCalledTimes(5);
  });

  it('stops between two answers, and goes on where it was', async () => {
    const { run, state } = await started();
    const stop = run.store.subscribe(({ steps }) => steps === 3 && run.pause());
    await run.play(100, false);
    stop();
    expect(state()).toMatchObject({ status: 'paused', steps: 3 });
    await run.play(4, false);
    expect(state()).toMatchObject({ status: 'done', steps: 4 });
  });

  it('looks at the weights now and then, and counts those steps too', async () => {
    const { host, run, state } = await started();
    await run.play(12);
    expect(host.observe).toHaveBeenCalledTimes(2);
    expect(state().steps).toBe(12);
    expect(state().observations.map(({ step }) => step)).toEqual([1, 10]);
  });

  it('does a single step, and keeps its trace', async () => {
    const { run, state } = await started();
    await run.stepOnce();
    expect(state()).toMatchObject({ steps: 1, trace: new Uint8Array([1]) });
  });

  it('is saved, and taken up again in another worker', async () => {
    const { run, host, state } = await started();
    await run.play(3, false);
    const saved = (await run.save())!;
    expect(saved).toMatchObject({ checkpoint: new Uint8Array([3]), digits: null });
    await run.start(setup, FIRST, saved);
    expect(host.resume).toHaveBeenCalledWith(saved.checkpoint);
    expect(state()).toMatchObject({ status: 'paused', steps: 7, points: saved.points });
  });

  it('what is saved while steps are under way has those steps too', async () => {
    const { run, state } = await started();
    const playing = run.play(3, false);
    const saved = (await run.save())!;
    expect(saved.checkpoint).toEqual(new Uint8Array([1]));
    expect(saved.points.map(({ step }) => step)).toEqual([0, 1]);
    await playing;
    expect(state().steps).toBe(3);
  });

  it('a change that the engine refuses is told, and leaves what was', async () => {
    const change = jest.fn().mockRejectedValue(new Error('[Experiment] got the option lr'));
    const { run, state } = await started({ change });
    await run.change({ lr: -1, momentum: 0, batchSize: 20 });
    expect(state()).toMatchObject({ status: 'paused', message: '[Experiment] got the option lr' });
    expect(state().options).toEqual(FIRST);
  });

  it('options that the engine refuses leave the run that was there', async () => {
    const { run, host, state } = await started();
    await run.play(3, false);
    host.begin.mockRejectedValueOnce(new Error('[Experiment] got the option hidden'));
    await run.reset({ ...FIRST, hidden: [0] });
    expect(state()).toMatchObject({ steps: 3, message: '[Experiment] got the option hidden' });
  });

  it('a file that is no model is told, and leaves what was', async () => {
    const resume = jest.fn().mockRejectedValue(new Error('[unseal] got 3 bytes'));
    const { run, state } = await started({ resume });
    await run.open(new Uint8Array(3));
    expect(state()).toMatchObject({ status: 'paused', steps: 0, message: '[unseal] got 3 bytes' });
  });

  it('an engine that crashes ends the run with its words', async () => {
    const advance = jest.fn().mockRejectedValue(new Error('unreachable'));
    const { run, state } = await started({ advance });
    await run.play();
    expect(state()).toMatchObject({ status: 'failed', message: 'unreachable' });
  });

  it('an engine that does not answer is stopped', async () => {
    jest.useFakeTimers();
    try {
      const advance = jest.fn(() => new Promise<never>(() => {}));
      const { run, host, state } = await started({ advance });
      const playing = run.play();
      await jest.advanceTimersByTimeAsync(20_000);
      await playing;
      expect(host.terminate).toHaveBeenCalled();
      expect(state().status).toBe('failed');
      expect(state().message).toMatch(/did not end a step within 20 s/);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('options in an address', () => {
  it('only what differs stands there, and comes back', () => {
    const search = new URLSearchParams('mine=shape');
    const options = { ...FIRST, data: 'xor', hidden: [4, 3], lr: 0.02 };
    writeOptions(search, options);
    expect(search.toString()).toBe('mine=shape&data=xor&hidden=4%2C3&lr=0.02');
    expect(readOptions(search)).toEqual(options);
    writeOptions(search, FIRST);
    expect(hasOptions(search)).toBe(false);
  });

  it.each(['data=nonsense', 'hidden=0', 'hidden=a,b', 'lr=fast', 'lr=', 'loss=mse'])(
    '%s is not taken',
    (text) => {
      expect(readOptions(new URLSearchParams(text))).toEqual(FIRST);
    },
  );

  it('no hidden layer is an option too', () => {
    const search = new URLSearchParams();
    writeOptions(search, { ...FIRST, hidden: [] });
    expect(readOptions(search).hidden).toEqual([]);
  });
});
