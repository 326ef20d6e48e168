import type { Verdict } from '../../../wasm/toolchain/types.ts';
import { verdicts } from './verdicts.ts';

/** What to try, where the verdict alone suggests it. */
export function Advice({ verdict }: { verdict: Verdict }) {
  const { advice } = verdicts[verdict];
  return advice ? <p className="advice">{advice}</p> : null;
}
