/** Delays of the kubelet: for containers that crash and for images that cannot be had. */
const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 300_000;

/** A container that ran this long has recovered: its next crash counts as the first. */
const RECOVERED_AFTER_MS = 600_000;

/** How long to wait before the n-th restart of a container. The first comes at once. */
export function restartDelayMs(restart: number, ranMs: number): number {
  if (restart <= 1 || ranMs >= RECOVERED_AFTER_MS) return 0;
  return Math.min(FIRST_DELAY_MS * 2 ** (restart - 2), LONGEST_DELAY_MS);
}

export function pullDelayMs(failures: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
}
