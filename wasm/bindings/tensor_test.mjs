// node tensor_test.mjs path/to/engine.js: the bound Tensor gives what PyTorch gives. The cases are
// those of the native tests, read from tests/engine/golden/golden.cpp.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isRefusal, loadEngine } from './load.mjs';

const engine = await loadEngine();
const golden = await readFile(
  new URL('../../tests/engine/golden/golden.cpp', import.meta.url),
  'utf8',
);

/** The rows of one table: C++'s braces become JSON's brackets. */
function cases(table) {
  const [, braces] = golden.match(new RegExp(`> ${table} = (\\{[^;]*\\});`));
  const json = braces
    .replaceAll('{', '[')
    .replaceAll('}', ']')
    .replace(/,\s*\]/g, ']');
  const rows = JSON.parse(json);
  assert.ok(rows.length > 10, `${table} has only ${rows.length} cases`);
  return rows;
}

/** Runs `body` with a function that keeps what it is given, and frees all of it at the end. */
function freeing(body) {
  const kept = [];
  const keep = (tensor) => {
    kept.push(tensor);
    return tensor;
  };
  try {
    body(keep);
  } finally {
    kept.forEach((tensor) => tensor.delete());
  }
}

const count = (shape) => shape.reduce((a, b) => a * b, 1);
const listOps = ['permute', 'expand', 'view'];

/** Calls the view that golden.h names: some take a list, others take each number. */
const call = (x, [op, args]) => (listOps.includes(op) ? x[op](args) : x[op](...args));

test("chains of views have PyTorch's shape, strides, offset and values", () => {
  for (const [base, ops, sizes, strides, offset, contiguous, values] of cases('view_cases')) {
    freeing((keep) => {
      const storage = keep(engine.arange(count(base)));
      let x = keep(storage.view(base));
      for (const op of ops) x = keep(call(x, op));
      const seen = [x.sizes(), x.strides(), x.storageOffset(), x.isContiguous(), [...x.values()]];
      assert.deepEqual(seen, [sizes, strides, offset, contiguous, values], JSON.stringify(ops));
      assert.deepEqual(x.places(), values, 'the storage holds 0, 1, 2, ...');
      assert.ok(x.isAliasOf(storage));
    });
  }
});

test('as_strided shows what PyTorch shows and refuses what lies outside', () => {
  for (const [sizes, strides, offset, fits, values] of cases('strided_cases')) {
    freeing((keep) => {
      const x = keep(engine.arange(24));
      const show = () => keep(x.asStrided(sizes, strides, offset)).places();
      if (fits) assert.deepEqual(show(), values);
      else assert.throws(show, isRefusal('must stay in [0, 24)'));
    });
  }
});

test('slices have the bounds of PyTorch', () => {
  for (const [extent, start, end, step, offset, values] of cases('slice_cases')) {
    freeing((keep) => {
      const y = keep(keep(engine.arange(extent)).slice(0, start, end, step));
      assert.deepEqual([y.storageOffset(), [...y.values()]], [offset, values]);
    });
  }
  freeing((keep) => {
    const toTheEnd = keep(keep(engine.arange(5)).slice(0, 3, undefined, 1));
    assert.deepEqual([...toTheEnd.values()], [3, 4]);
  });
});

test('expand broadcasts where PyTorch does', () => {
  for (const [a, b, fits, result, stridesOfA] of cases('broadcast_cases')) {
    if (!fits) {
      assert.throws(() => engine.broadcastShapes(a, b), isRefusal('[broadcast_shapes]'));
      continue;
    }
    freeing((keep) => {
      assert.deepEqual(engine.broadcastShapes(a, b), result);
      const x = keep(keep(engine.arange(count(a))).view(a));
      // PyTorch's choice for an axis of one element or none is free.
      const free = (stride, axis) => (result[axis] > 1 ? stride : null);
      assert.deepEqual(keep(x.expand(result)).strides().map(free), stridesOfA.map(free));
    });
  }
});

test('a refused view leaves the tensor as it was, and nothing to free', () => {
  const before = engine.memoryStats().liveBytes;
  freeing((keep) => {
    const x = keep(keep(engine.arange(6)).view([2, 3]));
    const turned = keep(x.transpose(0, 1));
    assert.throws(() => turned.view([6]), isRefusal('[view] got shape (6,) for shape (3, 2)'));
    assert.throws(() => x.permute([0, 0]), isRefusal('[permute] got axes (0, 0)'));
    assert.throws(() => x.select(0, 2), isRefusal('[select] got index 2'));
    assert.throws(() => x.slice(0, 0, undefined, 0), isRefusal('[slice] got step 0'));
    assert.deepEqual(x.places(), [0, 1, 2, 3, 4, 5]);
    assert.equal(engine.memoryStats().liveBytes, before + 24, 'a view has no floats of its own');
  });
  assert.equal(engine.memoryStats().liveBytes, before);
});
