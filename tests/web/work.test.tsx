import { act, screen, waitFor, within } from '@testing-library/react';
import { axe } from 'jest-axe';
import { createTar, parseTar } from 'nanotar';
import { meet, merged } from '../../web/src/progress/merge.ts';
import { packWork, readWork, WorkError } from '../../web/src/progress/work.ts';
import { ended, passed } from './fixtures/grades.ts';
import { lesson } from './fixtures/lesson.ts';
import { openPage, record } from './fixtures/page.tsx';

const EARLY = Date.UTC(2026, 0, 1);
const LATE = Date.UTC(2026, 5, 1);
const version = (at: number, text = 'earlier') => ({ path: lesson.unit, text, at, why: 'Tested' });
const withText = (text: string, at: number, more = {}) =>
  record({ files: { [lesson.unit]: text, 'example.cpp': '' }, versions: [version(at)], ...more });

const everything = record({
  files: { [lesson.unit]: 'int numel(); // ü\n', 'example.cpp': 'int main() {}\n' },
  accepted: 'int numel() { return 1; }\n',
  hints: { numel: 2 },
  answers: { 0: 1 },
  predictions: { 'column-lines': { guess: 3, measured: 64 } },
  attempts: 7,
  grade: ended('crashed', { location: { file: lesson.unit, line: 3 }, stack: [] }),
  versions: [version(EARLY)],
  revealed: true,
});

const fileOf = (bytes: Uint8Array | string, name = 'work.tar') => {
  const file = new File([bytes as BlobPart], name);
  // jsdom's files cannot be read.
  const read = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return Object.assign(file, { arrayBuffer: async () => read.slice().buffer });
};

async function bringIn(page: Awaited<ReturnType<typeof openPage>>, bytes: Uint8Array | string) {
  await page.user.upload(screen.getByLabelText('A file of exported work'), fileOf(bytes));
}

const textHere = (page: Awaited<ReturnType<typeof openPage>>) =>
  page.library.store.getState().records['shape']?.files[lesson.unit];

describe('the file', () => {
  it('gives back everything that was put in', () => {
    const work = { at: LATE, records: [everything] };
    expect(readWork(packWork(work))).toEqual(work);
  });

  it('gives back a file that is empty', () => {
    const work = { at: LATE, records: [withText('', EARLY, { accepted: '' })] };
    expect(readWork(packWork(work))).toEqual(work);
  });

  it('holds readable files at the paths of the engine', () => {
    const entries = parseTar(packWork({ at: LATE, records: [everything] }));
    expect(Object.fromEntries(entries.map(({ name, text }) => [name, text]))).toMatchObject({
      'tinytorch/engine/shape.cpp': 'int numel(); // ü\n',
      'tinytorch/accepted/engine/shape.cpp': 'int numel() { return 1; }\n',
      'tinytorch/examples/shape.cpp': 'int main() {}\n',
    });
  });

  it('is read after tar has packed it anew', () => {
    const entries = parseTar(packWork({ at: LATE, records: [everything] }));
    const anew = createTar([
      { name: './tinytorch/' },
      ...entries.map(({ name, data }) => ({ name: `./${name}`, data })),
    ]);
    expect(readWork(anew).records).toEqual([everything]);
  });

  const contents = (change: (json: Record<string, unknown>) => unknown) => {
    const [first, ...others] = parseTar(packWork({ at: LATE, records: [everything] }));
    const json = JSON.stringify(change(JSON.parse(first!.text) as Record<string, unknown>));
    return createTar([{ name: first!.name, data: json }, ...others]);
  };
  const whole = packWork({ at: LATE, records: [everything] });
  it.each([
    ['nothing at all', new Uint8Array(), /not a file that TinyTorch exported/],
    ['a picture', new Uint8Array(3000).fill(137), /not a file that TinyTorch exported/],
    ['another tar', createTar([{ name: 'a.txt', data: 'a' }]), /not a file that TinyTorch/],
    ['half a file', whole.slice(0, 1000), /or it is not whole/],
    ['a file without one of its files', createTar(parseTar(whole).slice(0, -1)), /is missing/],
    [
      'broken JSON',
      createTar([{ name: 'tinytorch/work.json', data: '{"a": ' }]),
      /work.json cannot be read: it is damaged/,
    ],
    ['a newer format', contents((json) => ({ ...json, version: 2 })), /a newer TinyTorch made it/],
    [
      'a number for a name',
      contents((json) => ({ ...json, lessons: [{ ...everything, slug: 3 }] })),
      /lessons\.0\.slug is not what it must be/,
    ],
    [
      'a grade without steps',
      contents((json) => ({
        ...json,
        lessons: [{ ...everything, files: {}, accepted: null, grade: { verdict: 'passed' } }],
      })),
      /lessons\.0\.grade\.\w+ is not what it must be/,
    ],
  ])('refuses %s in words', (_, bytes, reason) => {
    expect(() => readWork(bytes)).toThrow(reason);
    expect(() => readWork(bytes)).toThrow(WorkError);
  });
});

describe('what is brought together', () => {
  it('keeps the text, the example and the accepted unit that give way in the history', () => {
    const here = withText('mine', LATE, { accepted: 'mine, passed' });
    const theirs = withText('theirs', EARLY, { accepted: 'theirs, passed' });
    const { files, accepted, versions } = merged(here, theirs, LATE + 1);
    expect([files[lesson.unit], accepted]).toEqual(['theirs', 'theirs, passed']);
    expect(versions.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['mine', 'mine, passed', 'earlier']),
    );
    expect(versions.at(-1)).toMatchObject({ text: 'mine', why: 'Before the import' });
  });

  it('keeps a unit that has passed where the file has none', () => {
    const here = withText('mine', EARLY, { accepted: 'mine, passed' });
    expect(merged(here, withText('theirs', LATE), LATE).accepted).toBe('mine, passed');
  });

  it('asks only where both have work', () => {
    const mine = withText('mine', EARLY);
    expect(meet(undefined, mine)).toBe('new');
    expect(meet(record({ hints: { numel: 1 } }), mine)).toBe('new');
    expect(meet(mine, record())).toBe('same');
    expect(meet(mine, withText('mine', LATE))).toBe('same');
    expect(meet(mine, withText('theirs', LATE))).toBe('different');
  });
});

describe('the course map', () => {
  const saved: Blob[] = [];
  beforeEach(() => {
    saved.length = 0;
    URL.createObjectURL = (blob) => `blob:${String(saved.push(blob as Blob))}`;
    URL.revokeObjectURL = () => {};
    HTMLAnchorElement.prototype.click = () => {};
  });

  it('has nothing to export before there is work', async () => {
    await openPage({ path: '/' });
    expect(await screen.findByRole('button', { name: 'Export my work' })).toBeDisabled();
  });

  it('exports everything in one file', async () => {
    const page = await openPage({ path: '/', records: [everything] });
    await page.user.click(await screen.findByRole('button', { name: 'Export my work' }));
    expect(await screen.findByText(/Your work is in tinytorch-\d{4}-\d\d-\d\d\.tar/)).toBeVisible();
    const bytes = await new Promise<ArrayBuffer>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as ArrayBuffer);
      reader.readAsArrayBuffer(saved[0]!);
    });
    expect(readWork(new Uint8Array(bytes)).records).toEqual([everything]);
  });

  it('brings work into an empty browser, and onto its disk, without a question', async () => {
    const page = await openPage({ path: '/' });
    await bringIn(
      page,
      packWork({ at: LATE, records: [record({ grade: passed, accepted: 'a' })] }),
    );
    expect(await screen.findByText('Imported 1 lesson.')).toBeVisible();
    expect(screen.getByText('1 of 2 lessons passed')).toBeVisible();
    await waitFor(() => expect(page.disk.put).toHaveBeenCalledTimes(1));
  });

  it('asks before it replaces work, and proposes the newer', async () => {
    const page = await openPage({ path: '/', records: [withText('mine', LATE)] });
    await bringIn(page, packWork({ at: LATE, records: [withText('theirs', EARLY)] }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Which work goes on?' }));
    expect(textHere(page)).toBe('mine');
    expect(dialog.getByRole('radio', { name: /^Here/ })).toBeChecked();
    await page.user.click(dialog.getByRole('radio', { name: /^In the file/ }));
    await page.user.click(dialog.getByRole('button', { name: 'Import' }));
    expect(await screen.findByText('Imported 1 lesson.')).toBeVisible();
    expect(textHere(page)).toBe('theirs');
  });

  it('proposes the file where it is newer, and still changes nothing when told so', async () => {
    const page = await openPage({ path: '/', records: [withText('mine', EARLY)] });
    await bringIn(page, packWork({ at: LATE, records: [withText('theirs', LATE)] }));
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getByRole('radio', { name: /^In the file/ })).toBeChecked();
    expect(await axe(page.container)).toHaveNoViolations();
    await page.user.click(dialog.getByRole('button', { name: 'Change nothing' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(textHere(page)).toBe('mine');
  });

  it('says what is wrong with a bad file, and loses nothing', async () => {
    const page = await openPage({ path: '/', records: [withText('mine', EARLY)] });
    await bringIn(page, 'no tar');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'work.tar was not imported. This is not a file that TinyTorch exported',
    );
    expect(textHere(page)).toBe('mine');
  });

  it('leaves out lessons that the course does not have', async () => {
    const page = await openPage({ path: '/' });
    await bringIn(page, packWork({ at: LATE, records: [record({ slug: 'gone' })] }));
    expect(await screen.findByRole('alert')).toHaveTextContent('No lesson of this course');
    await act(() => page.library.flush());
    expect(page.disk.put).not.toHaveBeenCalled();
  });
});
