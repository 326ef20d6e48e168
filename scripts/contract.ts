/**
 * `npm run -s contract [-- --json] [lesson...]`: holds lessons, or all, against the contract, with two
 * compilers.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  gradeJob,
  type Graded,
  graderVersion,
  type Job,
  jobsOf,
  judge,
  type LessonReport,
} from '../wasm/pack/contract.ts';
import { readLessons } from '../wasm/pack/lessons.ts';
import { PackError } from '../wasm/pack/starter.ts';
import { Store } from '../wasm/pack/store.ts';
import { Course } from '../wasm/toolchain/node.ts';

const COURSE = 'build/course';
const CACHE = 'build/cache';
const COMPILERS = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});

/** Grades one job in a thread with a compiler of its own. */
class Thread {
  private readonly worker: Worker;

  constructor(version: string, module: WebAssembly.Module) {
    const workerData = { course: COURSE, cache: CACHE, version, module };
    this.worker = new Worker(new URL('contract.worker.mjs', import.meta.url), { workerData });
  }

  async grade(slug: string, job: Job): Promise<Graded> {
    const answer = once(this.worker, 'message');
    this.worker.postMessage({ slug, job });
    const [graded] = (await answer) as [Graded];
    return graded;
  }

  close(): void {
    void this.worker.terminate();
  }
}

async function main(): Promise<number> {
  const course = await Course.open(COURSE);
  const store = new Store(COURSE, CACHE);
  const version = await graderVersion('.', course.index.toolchain);
  const all = await readLessons('.');
  const folders = all.filter(({ slug }) => positionals.length === 0 || positionals.includes(slug));
  const reports: LessonReport[] = [];
  const threads: Thread[] = [];
  for (const folder of folders) {
    const started = performance.now();
    const data = await course.lesson(folder.slug);
    const jobs = jobsOf(folder, data);
    const graded = new Map<Job, Graded>();
    const open: Job[] = [];
    for (const job of jobs) {
      const unknown = () => Promise.reject(new Error('not remembered'));
      await gradeJob(unknown, data, job, store, version).then(
        (result) => graded.set(job, result),
        () => open.push(job),
      );
    }
    if (open.length > 0 && threads.length === 0) {
      // One module for all threads: they share its machine code, and how well it is optimized.
      const module = await store.module(course.index.toolchain.llvm);
      threads.push(...Array.from({ length: COMPILERS }, () => new Thread(version, module)));
    }
    await Promise.all(
      threads.map(async (thread) => {
        for (let job = open.shift(); job !== undefined; job = open.shift()) {
          graded.set(job, await thread.grade(folder.slug, job));
        }
      }),
    );
    const report = judge(folder, data, graded);
    reports.push(report);
    if (!values.json) {
      print(report, (performance.now() - started) / 1000);
    }
  }
  threads.forEach((thread) => thread.close());
  if (values.json) {
    console.log(JSON.stringify(reports.map((report) => ({ ...report, breaches: undefined }))));
  }
  return reports.every((report) => report.breaches.length === 0) ? 0 : 1;
}

function print(report: LessonReport, seconds: number): void {
  const { mutants, alternatives, breaches } = report;
  const word = breaches.length === 0 ? 'holds' : 'BROKEN';
  console.log(
    `contract ${report.lesson}: ${word}, ${mutants.killed} of ${mutants.total} mutants killed, ` +
      `${alternatives.accepted} of ${alternatives.total} alternatives accepted (${seconds.toFixed(1)} s)`,
  );
  for (const breach of breaches) {
    console.log(`  ${breach}`);
  }
}

try {
  process.exit(await main());
} catch (error) {
  if (error instanceof PackError) {
    console.error(error.message);
    process.exit(1);
  }
  throw error;
}
