import assert from 'node:assert';
import type { Clock, Timer } from '../../src/kube/clock.ts';

// Loading takes time that no simulated clock knows of, and a minute of it would pass meanwhile.
await Promise.all([import('@octokit/core'), import('@octokit/plugin-throttling')]);

const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

/** Lets the timers that libraries set by themselves be those of a simulated clock while `work` lasts: otherwise they would take real time, and each run would be another. One clock at a time. */
export async function withTimersOf<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  const setTimer = (callback: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): Timer & { unref(): void } => ({ ...clock.after(ms, () => callback(...given)), unref() {} });
  const clearTimer = (timer: Partial<Timer> | undefined) => timer?.cancel?.();
  assert(globalThis.setTimeout === real.setTimeout, 'timers of libraries are those of another clock already');
  Object.assign(globalThis, { setTimeout: setTimer, clearTimeout: clearTimer });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, real);
  }
}
