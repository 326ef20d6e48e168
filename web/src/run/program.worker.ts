/** The worker that runs students' programs. It may be killed at any time. */
import { serveRuns, type ToWorker } from '../../../wasm/toolchain/runner.ts';

const serve = serveRuns((message) => postMessage(message));
addEventListener('message', (event: MessageEvent<ToWorker>) => void serve(event.data));
