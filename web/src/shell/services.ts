import { createContext, useContext } from 'react';
import type { OwnHost } from '../engine/own.ts';
import type { EngineSource } from '../engine/source.ts';
import type { Layouts } from '../graph/layouts.ts';
import type { Library } from '../progress/library.ts';
import type { Lab } from '../run/lab.ts';
import type { Toolchain } from '../run/toolchain.ts';
import type { Files } from './files.ts';
import type { RunHost } from '../training/run.ts';
import type { RunDisk } from '../training/runDisk.ts';
import type { Course } from './course.ts';

/** What the page stands on. Tests pass their own. */
export interface Services {
  /** The address of the course, with a slash at its end. */
  base: string;
  course: Course;
  lab: Lab;
  toolchain: Toolchain;
  library: Library;
  engine: EngineSource;
  layouts: Layouts;
  /** A worker for a student's own engine. */
  ownHost: () => OwnHost;
  files: Files;
  runDisk: RunDisk;
  /** A worker for a training. */
  runHost: () => RunHost;
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices is called outside of ServicesContext');
  return services;
}
