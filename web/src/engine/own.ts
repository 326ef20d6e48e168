import { type Played, type Recipe, unplayed } from '../../../wasm/session/play.ts';

/** A worker with a student's engine in it. */
export interface OwnHost {
  load(program: Uint8Array): Promise<void>;
  play(recipe: Recipe): Promise<Played>;
  terminate(): void;
}

const LIMIT_SECONDS = 5;

/** Plays recipes on a student's engine. One that crashes or does not end is told of, and begun anew. */
export class OwnEngine {
  private host: Promise<OwnHost> | null = null;

  constructor(
    private readonly program: Uint8Array,
    private readonly createHost: () => OwnHost,
  ) {}

  async play(recipe: Recipe): Promise<Played> {
    this.host ??= this.start();
    const host = await this.host;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<Played>((resolve) => {
      const words = `Your engine did not end within ${String(LIMIT_SECONDS)} s and was stopped.`;
      timer = setTimeout(() => {
        this.close();
        resolve(unplayed(words));
      }, LIMIT_SECONDS * 1000);
    });
    const played = host.play(recipe).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      return unplayed(`Your engine crashed: ${words}`);
    });
    return Promise.race([played, late]).finally(() => clearTimeout(timer));
  }

  private async start(): Promise<OwnHost> {
    const host = this.createHost();
    await host.load(this.program);
    return host;
  }

  close(): void {
    void this.host?.then((host) => host.terminate());
    this.host = null;
  }
}
