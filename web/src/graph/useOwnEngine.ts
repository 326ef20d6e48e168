import { useEffect, useState } from 'react';
import { OwnEngine } from '../engine/own.ts';
import { acceptedUnits } from '../progress/records.ts';
import { type Services, useServices } from '../shell/services.ts';

export type OwnState =
  | { kind: 'off' | 'building' }
  | { kind: 'none'; message: string }
  | { kind: 'ready'; engine: OwnEngine; units: string[] };

/** A file that has not passed, or not yet. */
export interface Draft {
  slug: string;
  source: string;
}

/**
 * The student's own engine, while it is wanted: what they have passed, one unit as they are writing
 * it, and the reference for the rest.
 */
export function useOwnEngine(wanted: boolean, draft?: Draft): OwnState {
  const services = useServices();
  const { slug, source = '' } = draft ?? {};
  const [state, setState] = useState<OwnState>({ kind: 'building' });
  useEffect(() => {
    if (!wanted) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    let engine: OwnEngine | null = null;
    build(services, signal, slug === undefined ? {} : { [slug]: source }).then(
      (built) => {
        if (built.kind === 'ready') engine = built.engine;
        if (signal.aborted) engine?.close();
        else setState(built);
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        if (!signal.aborted) setState({ kind: 'none', message });
      },
    );
    return () => {
      controller.abort();
      engine?.close();
      setState({ kind: 'building' });
    };
  }, [services, wanted, slug, source]);
  return wanted ? state : { kind: 'off' };
}

export function ownText(own: OwnState): string {
  switch (own.kind) {
    case 'off':
      return 'The course’s engine runs.';
    case 'building':
      return 'Compiling and linking your engine…';
    case 'none':
      return own.message;
    case 'ready':
      return `Yours: ${own.units.join(', ')}. The rest is the course’s.`;
  }
}

async function build(
  services: Services,
  signal: AbortSignal,
  draft: Record<string, string>,
): Promise<OwnState> {
  const { course, library, toolchain, lab, ownHost } = services;
  const { lessons } = await course.index();
  const slugs = lessons.map(({ slug }) => slug);
  const units = { ...acceptedUnits(library.store.getState().records, slugs), ...draft };
  if (Object.keys(units).length === 0) {
    return { kind: 'none', message: 'You have passed no lesson yet, so nothing in it is yours.' };
  }
  if (!(await toolchain.request(signal))) {
    return { kind: 'none', message: 'Your engine needs the compiler, which is not there.' };
  }
  const lesson = await course.lesson(slugs.at(-1)!);
  const linked = await lab.live(lesson, 'session', units, signal);
  if ('message' in linked) return { kind: 'none', message: linked.message };
  const engine = new OwnEngine(linked.program, ownHost);
  return { kind: 'ready', engine, units: Object.keys(units) };
}
