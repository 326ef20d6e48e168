import type { Surroundings } from './toolchain.ts';

interface Connection {
  saveData?: boolean;
}

/** What this browser lets us do about a large download. */
export function surroundings(): Surroundings {
  const { connection } = navigator as Navigator & { connection?: Connection };
  const phone = matchMedia('(pointer: coarse) and (max-width: 799px)').matches;
  const able = typeof WebAssembly === 'object' && typeof Worker === 'function';
  return {
    ask: phone || connection?.saveData === true,
    unsupported: able
      ? undefined
      : 'This browser cannot compile here: it lacks WebAssembly. You can still read.',
  };
}
