import { useEffect, useState } from 'react';

const SECONDS_A_STEP = 0.9;

/** The place in a list of steps, and how it moves: by hand, or by itself while it plays. */
export function useTape(count: number, start: number) {
  const last = Math.max(0, count - 1);
  const [wanted, setWanted] = useState(start);
  const [plays, setPlays] = useState(false);
  const step = Math.min(wanted, last);
  const ends = step === last;
  useEffect(() => {
    if (!plays || ends) return undefined;
    const timer = setTimeout(() => setWanted(step + 1), SECONDS_A_STEP * 1000);
    return () => clearTimeout(timer);
  }, [plays, ends, step]);
  return {
    step,
    plays: plays && !ends,
    go: (to: number) => {
      setPlays(false);
      setWanted(Math.max(0, Math.min(to, last)));
    },
    togglePlay: () => {
      if (ends) setWanted(0);
      setPlays(ends || !plays);
    },
  };
}

export type Tape = ReturnType<typeof useTape>;
