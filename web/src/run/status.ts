import type { LibraryState } from '../progress/library.ts';
import type { Job } from './jobs.ts';
import type { ToolchainState } from './toolchain.ts';

const compiler: Record<ToolchainState['kind'], string> = {
  none: 'No compiler yet',
  asking: 'No compiler yet',
  downloading: 'Downloading the compiler',
  unpacking: 'Unpacking the compiler',
  warming: 'Warming up the compiler',
  ready: 'Compiler ready',
  failed: 'The compiler did not load',
  unsupported: 'This browser cannot compile',
};

const phases: Record<Job['phase'], string> = {
  waiting: 'Waiting for the compiler',
  compiling: 'Compiling',
  linking: 'Linking',
  running: 'Running',
};

/** What is going on, in a few words. */
export function working(job: Job | null, toolchain: ToolchainState, done: number, total: number) {
  if (!job) return compiler[toolchain.kind];
  if (job.kind === 'testing' && job.phase === 'running') return `Testing: ${done} of ${total}`;
  return phases[job.phase];
}

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false });

/** Where the work is, in a few words; empty where there is nothing to tell. */
export function saving({ save, savedAt }: LibraryState): string {
  switch (save) {
    case 'clean':
      return '';
    case 'dirty':
    case 'saving':
      return 'Saving…';
    case 'saved':
      return savedAt ? `Saved ${clock.format(savedAt)}` : 'Saved';
    case 'failed':
      return 'Not saved: the browser’s storage failed. Copy your code before you close the page.';
    case 'refused':
      return 'Not saved: the browser refused storage (a private window?). Copy your code before you close the page.';
  }
}
