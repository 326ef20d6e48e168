// A thread of Node that runs students' programs. Plain JavaScript: it teaches its own thread to
// load TypeScript first.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { serveRuns } = await import('./runner.ts');
const serve = serveRuns((message) => parentPort.postMessage(message));
parentPort.on('message', (message) => void serve(message));
