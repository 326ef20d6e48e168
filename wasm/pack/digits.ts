/**
 * The 10,000 handwritten digits of the package `mnist`, as one compact file: see
 * `engine/data/digits.h` for its format. They are the first of MNIST, by Y. LeCun, C. Cortes and
 * C. Burges.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const SIDE = 28;
const AREA = SIDE * SIDE;
const CLASSES = 10;
const SEED = 1986;

/** One of this many digits of each class is to be tested with. */
const TEST_EVERY = 5;

export interface DigitSets {
  /** All of them. */
  all: Uint8Array;
  /** The first of each part: enough to begin with while the others load. */
  few: Uint8Array;
}

const FEW = { train: 800, test: 200 };

interface Digit {
  label: number;
  pixels: Uint8Array;
}

/** A small generator of whole numbers, so that the split is the same everywhere (xorshift32). */
function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function shuffled<T>(items: T[], random: (below: number) => number): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}

async function readDigits(root: string, label: number): Promise<Digit[]> {
  const require = createRequire(path.resolve(root, 'package.json'));
  const file = path.join(path.dirname(require.resolve('mnist/package.json')), 'src/digits');
  const text = await readFile(path.join(file, `${String(label)}.json`), 'utf8');
  const { data } = JSON.parse(text) as { data: number[] };
  // The package has shares of 255, rounded to three places.
  return Array.from({ length: Math.floor(data.length / AREA) }, (_, index) => ({
    label,
    pixels: Uint8Array.from(data.slice(index * AREA, (index + 1) * AREA), (share) =>
      Math.round(share * 255),
    ),
  }));
}

export function encodeDigits(train: Digit[], test: Digit[]): Uint8Array {
  const both = [...train, ...test];
  const bytes = new Uint8Array(24 + both.length * (1 + AREA));
  bytes.set(new TextEncoder().encode('ttdigits'));
  const view = new DataView(bytes.buffer);
  [train.length, test.length, SIDE, SIDE].forEach((number, index) =>
    view.setUint32(8 + 4 * index, number, true),
  );
  bytes.set(
    both.map(({ label }) => label),
    24,
  );
  both.forEach(({ pixels }, index) => bytes.set(pixels, 24 + both.length + index * AREA));
  return bytes;
}

/**
 * Gives the digits that the course trains with: 8,000 to learn from and 2,000 to be asked about, as
 * near as their classes let them. `remember` may know a file by its name, and not ask for it.
 */
export async function makeDigits(
  root: string,
  remember: (name: string, make: () => Promise<Uint8Array>) => Promise<Uint8Array> = (_, make) =>
    make(),
): Promise<DigitSets> {
  let mixed: { train: Digit[]; test: Digit[] } | null = null;
  const sets = async () => (mixed ??= await splitDigits(root));
  const all = await remember('all', async () => {
    const { train, test } = await sets();
    return encodeDigits(train, test);
  });
  const few = await remember('few', async () => {
    const { train, test } = await sets();
    return encodeDigits(train.slice(0, FEW.train), test.slice(0, FEW.test));
  });
  return { all, few };
}

async function splitDigits(root: string): Promise<{ train: Digit[]; test: Digit[] }> {
  const random = randomIntegers(SEED);
  const train: Digit[] = [];
  const test: Digit[] = [];
  for (let label = 0; label < CLASSES; label++) {
    const digits = shuffled(await readDigits(root, label), random);
    digits.forEach((digit, index) => (index % TEST_EVERY === 0 ? test : train).push(digit));
  }
  return { train: shuffled(train, random), test: shuffled(test, random) };
}
