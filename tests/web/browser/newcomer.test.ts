/** What a browser that has never seen the course meets. */
import { jest } from '@jest/globals';
import { PATIENCE, Site, type Visit } from './visit.ts';

jest.setTimeout(PATIENCE);

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site?.close());

describe('the first visit', () => {
  let visit: Visit;
  beforeAll(async () => {
    visit = await site.visit();
    await visit.go('');
  });

  it('opens the course map with no lesson passed', async () => {
    await visit.sees('main', /0 of \d+ lessons? passed/);
    expect(await visit.text('h1')).toMatch(/Build it/);
  });

  it('leads to the first lesson: its text beside its starter', async () => {
    const lesson = await site.lesson('shape');
    await visit.page.getByRole('link', { name: /^Begin/ }).click();
    await visit.sees('.pane-read h1', new RegExp(lesson.title));
    await visit.sees('.cm-content', /TODO/);
  });

  it('counts the megabytes of the compiler while they come, then is ready', async () => {
    await visit.compilerIsReady();
    const { progress } = await visit.told();
    const counted = progress.flatMap((text) => {
      const [, done, total] = /Downloading the compiler: ([\d.]+) of ([\d.]+) MB/.exec(text) ?? [];
      return done === undefined ? [] : [[Number(done), Number(total)] as const];
    });
    expect(counted.length).toBeGreaterThan(1);
    for (const [done, total] of counted) {
      expect(done).toBeLessThanOrEqual(total);
    }
    expect(counted.map(([done]) => done)).toEqual(
      counted.map(([done]) => done).toSorted((a, b) => a - b),
    );
    expect(progress).toContain('Warming up');
  });

  it('breaks no rule of the policy, which allows no eval', async () => {
    const response = await visit.page.request.get(site.address);
    const policy = response.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain("'unsafe-eval'");
    const { refused } = await visit.told();
    expect({ refused, errors: visit.errors }).toEqual({ refused: [], errors: [] });
  });
});

describe('the second lesson', () => {
  it('is graded again and again, also with files that came after the compiler', async () => {
    const visit = await site.visit();
    const lesson = await site.lesson('tensor');
    await visit.go('lesson/tensor');
    await visit.compilerIsReady();
    await visit.write(lesson.reference);
    expect(await visit.test()).toMatch(/All \d+ tests passed/);
    await visit.write(lesson.starter);
    expect(await visit.test()).toMatch(/0 of \d+ tests passed/);
    await visit.compilerIsReady();
    await visit.page.context().close();
  });
});

describe('a phone', () => {
  it('is asked before the compiler comes', async () => {
    const phone = { width: 390, height: 844 };
    const visit = await site.visit({ viewport: phone, hasTouch: true, isMobile: true });
    await visit.go('lesson/shape');
    await visit.sees('.notice', /downloads a compiler once: up to [\d.]+ MB.*Download.*Not now/);
    expect((await visit.told()).progress).toEqual([]);
    await visit.page.context().close();
  });
});

describe('axe finds nothing to complain about, in light and in dark,', () => {
  const sizes: [string, number, number][] = [
    ['on a wide screen', 1440, 900],
    ['on a narrow one', 390, 844],
  ];
  it.each(sizes)('%s', async (_, width, height) => {
    const visit = await site.visit({ viewport: { width, height } });
    await visit.withoutCompiler();
    const found: Record<string, string[]> = {};
    const look = async (place: string) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await visit.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        found[`${place}, ${colorScheme}`] = await visit.violations();
      }
    };
    await visit.go('');
    await visit.sees('main', /lessons? passed/);
    await look('map');
    await visit.go('lesson/shape');
    await visit.sees('.pane-read h1', /./);
    await look('lesson');
    for (const pane of width < 800 ? ['Code', 'Tests'] : []) {
      await visit.page.getByRole('tab', { name: pane, exact: true }).click();
      await look(pane);
    }
    await visit.page.context().close();
    expect(Object.entries(found).filter(([, violations]) => violations.length > 0)).toEqual([]);
  });
});
