// A thread of the contract: one compiler, one job at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { gradeJob } = await import('../wasm/pack/contract.ts');
const { Store } = await import('../wasm/pack/store.ts');
const { Course } = await import('../wasm/toolchain/node.ts');

const course = await Course.open(workerData.course, workerData.module);
const store = new Store(workerData.course, workerData.cache);
let grader;
const lessons = new Map();

parentPort.on('message', async ({ slug, job }) => {
  grader ??= course.grader();
  if (!lessons.has(slug)) lessons.set(slug, await course.lesson(slug));
  const { version } = workerData;
  parentPort.postMessage(await gradeJob(() => grader, lessons.get(slug), job, store, version));
});
