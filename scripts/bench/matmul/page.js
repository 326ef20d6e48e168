// Two products of the same size, side by side in one page and one thread.
/* global tf, loadProgram */

async function loadOurs(extent) {
  const { prepare, multiply } = await loadProgram();
  prepare(extent);
  return (times) => multiply(times);
}

async function loadTheirs(extent) {
  tf.wasm.setWasmPaths('/@tensorflow/tfjs-backend-wasm/dist/');
  tf.wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const left = tf.fill([extent, extent], 0.5);
  const right = tf.fill([extent, extent], 0.25);
  return (times) => {
    let element = 0;
    for (let each = 0; each < times; each++) {
      const product = tf.matMul(left, right);
      element = product.dataSync()[0];
      product.dispose();
    }
    return element;
  };
}

/** Seconds of one product: ours and theirs, in turns. */
async function measure(extent, warmUps, rounds, times) {
  const sides = { ours: await loadOurs(extent), theirs: await loadTheirs(extent) };
  const seconds = { ours: [], theirs: [] };
  const expected = extent * 0.125;
  for (let round = 0; round < warmUps + rounds; round++) {
    for (const [name, multiply] of Object.entries(sides)) {
      const started = performance.now();
      const element = multiply(times);
      if (round >= warmUps) {
        seconds[name].push((performance.now() - started) / 1000 / times);
      }
      if (element !== expected) {
        throw new Error(`${name} gave ${element}, must be ${expected}`);
      }
    }
  }
  return seconds;
}

globalThis.measure = measure;
