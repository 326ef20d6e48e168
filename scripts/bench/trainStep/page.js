// The same training, by our engine and by TensorFlow.js, side by side in one page and one thread.
/* global tf, loadProgram */

/** Our engine: digits, 784-128-10, batches of 64. */
async function loadOurs(file, options) {
  const engine = await loadProgram(file);
  const told = () => {
    const at = engine.tt_result();
    const bytes = engine.memory.buffer.slice(at, at + engine.tt_result_size());
    return bytes;
  };
  const ask = (answer) => {
    if (answer < 0) throw new Error(new TextDecoder().decode(told()));
  };
  const lay = (bytes) => {
    const at = engine.tt_room(bytes.length);
    new Uint8Array(engine.memory.buffer).set(bytes, at);
    return bytes.length;
  };
  ask(engine.tt_begin());
  const digits = await (await fetch('/digits.bin')).arrayBuffer();
  ask(engine.tt_digits(lay(new Uint8Array(digits))));
  ask(engine.tt_new(lay(new TextEncoder().encode(options))));
  return (steps) => {
    ask(engine.tt_steps(steps));
    const numbers = new Float64Array(told());
    // Seven numbers a step: the loss is the fourth, the live bytes are the last.
    return { loss: numbers.at(-4), liveBytes: numbers.at(-1) };
  };
}

async function loadTheirs() {
  tf.wasm.setWasmPaths('/@tensorflow/tfjs-backend-wasm/dist/');
  tf.wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const bytes = new Uint8Array(await (await fetch('/digits.bin')).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const count = view.getUint32(8, true) + view.getUint32(12, true);
  const pixels = Float32Array.from(
    bytes.subarray(24 + count, 24 + count + 64 * 784),
    (pixel) => pixel / 255,
  );
  const x = tf.tensor2d(pixels, [64, 784]);
  const y = tf.oneHot(tf.tensor1d(bytes.slice(24, 24 + 64), 'int32'), 10);
  const layer = (inputs, outputs) => {
    const reach = 1 / Math.sqrt(inputs);
    return [
      tf.variable(tf.randomUniform([inputs, outputs], -reach, reach, 'float32', 1)),
      tf.variable(tf.randomUniform([outputs], -reach, reach, 'float32', 2)),
    ];
  };
  const [w1, b1] = layer(784, 128);
  const [w2, b2] = layer(128, 10);
  const optimizer = tf.train.sgd(0.1);
  const loss = () =>
    tf.losses.softmaxCrossEntropy(y, x.matMul(w1).add(b1).relu().matMul(w2).add(b2));
  return (steps) => {
    let cost = 0;
    for (let step = 0; step < steps; step++) {
      const now = optimizer.minimize(loss, true);
      [cost] = now.dataSync();
      now.dispose();
    }
    return { loss: cost, liveBytes: 0 };
  };
}

/** Seconds of one step of each side, in turns. */
async function measure(options, warmUps, rounds, steps) {
  const sides = {
    reference: await loadOurs('/program.wasm', options),
    student: await loadOurs('/student.wasm', options),
    tfjs: await loadTheirs(),
  };
  const seconds = { reference: [], student: [], tfjs: [] };
  for (let round = 0; round < warmUps + rounds; round++) {
    for (const [name, train] of Object.entries(sides)) {
      const started = performance.now();
      const { loss } = train(steps);
      if (round >= warmUps) seconds[name].push((performance.now() - started) / 1000 / steps);
      if (!(loss < 2.3)) throw new Error(`${name} does not learn: its loss is ${loss}`);
    }
  }
  return seconds;
}

/** How many bytes are live after each of 1,000 steps, from the second on. */
async function liveBytes(options) {
  const train = await loadOurs('/program.wasm', options);
  train(2);
  const seen = new Set();
  for (let step = 2; step < 1000; step++) seen.add(train(1).liveBytes);
  return [...seen];
}

Object.assign(globalThis, { measure, liveBytes });
