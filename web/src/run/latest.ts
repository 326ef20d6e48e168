/**
 * Runs one call at a time. A call that waits is dropped when a newer one comes, when its signal
 * aborts, or when something more important does; a dropped call gives null.
 */
export class Latest {
  private running = false;
  private waiting: { begin(): void; drop(): void } | null = null;

  run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const entry = {
        begin: () => {
          this.running = true;
          call()
            .then((result) => resolve(signal.aborted ? null : result), reject)
            .finally(() => {
              this.running = false;
              this.next();
            });
        },
        drop: () => resolve(null),
      };
      this.drop();
      this.waiting = entry;
      signal.addEventListener('abort', () => {
        if (this.waiting === entry) this.waiting = null;
        resolve(null);
      });
      if (!this.running) this.next();
    });
  }

  /** Lets go of the call that waits. The one that runs goes on. */
  drop(): void {
    this.waiting?.drop();
    this.waiting = null;
  }

  private next(): void {
    const entry = this.waiting;
    this.waiting = null;
    entry?.begin();
  }
}
