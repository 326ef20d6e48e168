/** Whether a run of a milestone passes. */
import type { MilestoneRun } from '../toolchain/types.ts';
import type { Finding, Quality } from './experiment.ts';

export interface Judgement {
  passed: boolean;
  /** Why not, in sentences. */
  reasons: string[];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** The gate: the share of test examples that are right, and everything that was looked at besides. */
export function judge(
  { gate }: Pick<MilestoneRun, 'gate'>,
  { accuracy }: Quality,
  findings: Finding[],
): Judgement {
  const reasons: string[] = [];
  // Written so that NaN never passes.
  if ('atLeast' in gate && !(accuracy >= gate.atLeast)) {
    reasons.push(`${percent(accuracy)} are right; it must be at least ${percent(gate.atLeast)}.`);
  }
  if ('atMost' in gate && !(accuracy <= gate.atMost)) {
    reasons.push(`${percent(accuracy)} are right; it must be at most ${percent(gate.atMost)}.`);
  }
  if (findings.length === 0) {
    reasons.push('Nothing was found out about the engine.');
  }
  for (const { fact, holds, detail } of findings) {
    if (!holds) reasons.push(`It must hold that ${fact}, and it does not: ${detail}.`);
  }
  return { passed: reasons.length === 0, reasons };
}
