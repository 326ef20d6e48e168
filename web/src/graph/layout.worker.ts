/** The worker that lays graphs out, so that a large one does not hold up the page. */
import { expose } from 'comlink';
import { layOut } from './layout.ts';

const worker = { layOut };

export type LayoutWorker = typeof worker;

expose(worker);
