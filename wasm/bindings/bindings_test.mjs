// node bindings_test.mjs path/to/engine.js: loads the module as Jest does and calls each function.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const script = resolve(process.argv[2]);
const { default: createEngine } = await import(pathToFileURL(script).href);
const engine = await createEngine({ wasmBinary: await readFile(script.replace(/\.js$/, '.wasm')) });

test('each function takes and gives plain arrays of numbers', () => {
  assert.equal(engine.numel([2, 3, 4]), 24);
  assert.equal(engine.numel([]), 1);
  assert.equal(engine.numel([65536, 65536]), 4294967296);
  assert.deepEqual(engine.contiguousStrides([2, 3, 4]), [12, 4, 1]);
  assert.deepEqual(engine.contiguousStrides([]), []);
  assert.equal(engine.offsetOf([1, 2], [2, 3], [3, 1]), 5);
  assert.equal(engine.normalizeAxis(-1, 3), 2);
  assert.deepEqual(engine.broadcastShapes([4, 1, 3], [5, 1]), [4, 5, 3]);
  assert.deepEqual(engine.broadcastStrides([3, 1], [1, 1], [2, 3, 4]), [0, 1, 0]);
});

const isError = (part) => (error) => error instanceof Error && error.message.includes(part);

test('what the engine refuses is an Error with its message', () => {
  for (let again = 0; again < 1000; ++again) {
    assert.throws(() => engine.numel([2, -1]), isError('[numel] got shape (2, -1)'));
    assert.throws(
      () => engine.broadcastShapes([2, 3], [2]),
      isError('[broadcast_shapes] got (2, 3) and (2,)'),
    );
  }
  assert.throws(() => engine.normalizeAxis(3, 3), isError('must be in [-3, 3)'));
  assert.throws(() => engine.offsetOf([2], [2], [1]), isError('must be in [0, 2)'));
  assert.equal(engine.numel([2, 3]), 6);
});

test('a number that is not a whole number is refused', () => {
  for (const wrong of [1.5, NaN, Infinity, 2 ** 60, 'two', undefined]) {
    assert.throws(() => engine.numel([wrong]), isError('must be a whole number'));
  }
  assert.throws(() => engine.numel([2 ** 40, 2 ** 20]), isError('must be below 2^53'));
});
