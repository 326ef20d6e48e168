import { createContext, useContext } from 'react';
import type { EngineSource } from '../engine/source.ts';
import type { Library } from '../progress/library.ts';
import type { Lab } from '../run/lab.ts';
import type { Toolchain } from '../run/toolchain.ts';
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
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('useServices is called outside of ServicesContext');
  return services;
}
