// node shape_test.mjs path/to/engine.js: each bound function of engine/shape, and its refusals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusal, loadEngine } from './load.mjs';

const engine = await loadEngine();

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

test('what the engine refuses is an Error with its message', () => {
  for (let again = 0; again < 1000; ++again) {
    assert.throws(() => engine.numel([2, -1]), isRefusal('[numel] got shape (2, -1)'));
    assert.throws(
      () => engine.broadcastShapes([2, 3], [2]),
      isRefusal('[broadcast_shapes] got (2, 3) and (2,)'),
    );
  }
  assert.throws(() => engine.normalizeAxis(3, 3), isRefusal('must be in [-3, 3)'));
  assert.throws(() => engine.offsetOf([2], [2], [1]), isRefusal('must be in [0, 2)'));
  assert.equal(engine.numel([2, 3]), 6);
});

test('a number that is not a whole number is refused', () => {
  for (const wrong of [1.5, NaN, Infinity, 2 ** 60, 'two', undefined]) {
    assert.throws(() => engine.numel([wrong]), isRefusal('must be a whole number'));
  }
  assert.throws(() => engine.numel([2 ** 40, 2 ** 20]), isRefusal('must be below 2^53'));
  assert.throws(() => engine.numel([2 ** 40, 2 ** 40]), isRefusal('must fit into 64 bits'));
});
