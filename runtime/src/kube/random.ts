/** Where jitter comes from: a number from 0 up to and without 1. */
export type Random = () => number;

/** The same numbers for the same seed, in every run and on every machine. Not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two replicas that started together must not retry together, so this one differs from process to process. */
export const systemRandom: Random = seededRandom(crypto.getRandomValues(new Uint32Array(1))[0]!);
