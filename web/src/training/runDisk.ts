/** Where runs outlive the page. */
import type { DBSchema } from 'idb';
import { openDB } from 'idb';
import type { ExperimentOptions } from '../../../wasm/session/experiment.ts';
import type { CurvePoint } from './curves.ts';
import type { SavedRun } from './run.ts';

/** A run that is compared with others. */
export interface KeptRun {
  id: string;
  name: string;
  options: ExperimentOptions;
  steps: number;
  points: CurvePoint[];
}

/** A milestone that was passed: when, and whose units it ran on. */
export interface Passed {
  slug: string;
  /** Changes when the milestone does. */
  version: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The student's units, by slug. */
  mine: string[];
  accuracy: number[];
}

export interface RunDisk {
  /** The run that was under way at a place of the page, such as `playground`. */
  saved(place: string): Promise<SavedRun | undefined>;
  save(place: string, run: SavedRun): Promise<void>;
  forget(place: string): Promise<void>;
  kept(): Promise<KeptRun[]>;
  keep(run: KeptRun): Promise<void>;
  letGo(id: string): Promise<void>;
  passed(): Promise<Passed[]>;
  pass(milestone: Passed): Promise<void>;
}

interface Schema extends DBSchema {
  saved: { key: string; value: SavedRun };
  kept: { key: string; value: KeptRun };
  passed: { key: string; value: Passed };
}

/** For a browser that keeps nothing. */
export function forgetfulRuns(): RunDisk {
  const saved = new Map<string, SavedRun>();
  const kept = new Map<string, KeptRun>();
  const passed = new Map<string, Passed>();
  return {
    saved: async (place) => saved.get(place),
    save: async (place, run) => void saved.set(place, run),
    forget: async (place) => void saved.delete(place),
    kept: async () => [...kept.values()],
    keep: async (run) => void kept.set(run.id, run),
    letGo: async (id) => void kept.delete(id),
    passed: async () => [...passed.values()],
    pass: async (milestone) => void passed.set(milestone.slug, milestone),
  };
}

export async function openRunDisk(): Promise<RunDisk> {
  try {
    const database = await openDB<Schema>('tinytorch-runs', 1, {
      upgrade(fresh) {
        fresh.createObjectStore('saved');
        fresh.createObjectStore('kept', { keyPath: 'id' });
        fresh.createObjectStore('passed', { keyPath: 'slug' });
      },
    });
    return {
      saved: (place) => database.get('saved', place),
      save: async (place, run) => void (await database.put('saved', run, place)),
      forget: (place) => database.delete('saved', place),
      kept: () => database.getAll('kept'),
      keep: async (run) => void (await database.put('kept', run)),
      letGo: (id) => database.delete('kept', id),
      passed: () => database.getAll('passed'),
      pass: async (milestone) => void (await database.put('passed', milestone)),
    };
  } catch {
    return forgetfulRuns();
  }
}
