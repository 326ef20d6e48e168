// A chain of operations on one number, differentiated in the page.
/* global loadProgram */

/** Seconds forward and backward, for each round. */
async function measure(operations, warmUps, rounds) {
  const { prepare, forward, backward } = await loadProgram();
  prepare();
  const seconds = [];
  for (let round = 0; round < warmUps + rounds; round++) {
    const started = performance.now();
    forward(operations);
    const between = performance.now();
    const gradient = backward();
    const ended = performance.now();
    if (gradient !== 1) {
      throw new Error(`the gradient is ${gradient}, must be 1`);
    }
    if (round >= warmUps) {
      seconds.push([(between - started) / 1000, (ended - between) / 1000]);
    }
  }
  return seconds;
}

globalThis.measure = measure;
