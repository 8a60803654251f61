import type { Clock, Timer } from '../../src/kube/clock.ts';

/** A clock that stands still until it is told to move. Timers fire in the order of their deadlines, and what each sets off runs before the next. */
export class ManualClock implements Clock {
  #elapsedMs = 0;
  readonly #startedAt: number;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  constructor(startedAt = '2026-01-01T00:00:00Z') {
    this.#startedAt = Date.parse(startedAt);
  }

  now(): Date {
    return new Date(this.#startedAt + this.#elapsedMs);
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { at: this.#elapsedMs + Math.max(ms, 0), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves on by `ms`, firing what is due on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#elapsedMs + ms;
    await settle();
    for (let next = this.#nextUntil(until); next !== undefined; next = this.#nextUntil(until)) {
      this.#elapsedMs = Math.max(next.at, this.#elapsedMs);
      this.#timers.delete(next);
      next.callback();
      await settle();
    }
    this.#elapsedMs = until;
  }

  /** Time passes, and nothing runs: the process was stopped, or its event loop was blocked. */
  jump(ms: number): void {
    this.#elapsedMs += ms;
  }

  /** Moves to the next timer, if there is one, and fires it. Answers whether there was. */
  async step(): Promise<boolean> {
    await settle();
    const next = this.#nextUntil(Infinity);
    if (next !== undefined) await this.advance(next.at - this.#elapsedMs);
    return next !== undefined;
  }

  #nextUntil(until: number) {
    let earliest: { at: number; callback: () => void } | undefined;
    for (const timer of this.#timers) if (timer.at <= until && (earliest === undefined || timer.at < earliest.at)) earliest = timer;
    return earliest;
  }
}

/** Lets every callback and promise that is ready run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
