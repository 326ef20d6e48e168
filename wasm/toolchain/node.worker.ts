import { parentPort } from 'node:worker_threads';
import { serveRuns, type ToWorker } from './runner.ts';

const serve = serveRuns((message) => parentPort?.postMessage(message));
parentPort?.on('message', (message: ToWorker) => void serve(message));
