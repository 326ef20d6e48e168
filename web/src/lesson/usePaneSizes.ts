import { useState } from 'react';
import { readFlag, writeFlag } from '../shell/flags.ts';

/** Percent of the page: the lesson's width, the results' height. */
export interface PaneSizes {
  reading: number;
  results: number;
}

export const usual: PaneSizes = { reading: 42, results: 40 };

function saved(): PaneSizes {
  try {
    return { ...usual, ...(JSON.parse(readFlag('pane-sizes') ?? '{}') as Partial<PaneSizes>) };
  } catch {
    return usual;
  }
}

export function usePaneSizes(): [PaneSizes, (sizes: PaneSizes) => void] {
  const [sizes, setSizes] = useState(saved);
  const change = (next: PaneSizes) => {
    setSizes(next);
    writeFlag('pane-sizes', JSON.stringify(next));
  };
  return [sizes, change];
}
