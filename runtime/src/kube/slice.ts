import type { Clock } from './clock.ts';

/** Longest run without giving the event loop a turn, in milliseconds: probes and the lease renewer share the loop. */
const SLICE_MS = 5;
/** And the most items, for a clock that stands still while code runs. */
const SLICE_ITEMS = 1_000;
/** Looking at the clock costs a tenth of what decoding an event does. */
const ITEMS_PER_LOOK = 16;

/** Cuts a long run of work into slices of about 5 ms: `if (slice.isSpent()) await slice.turn();` after each item. */
export class Slice {
  readonly #clock: Clock;
  #startedAt: number;
  #items = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.elapsed();
  }

  isSpent(): boolean {
    this.#items += 1;
    if (this.#items >= SLICE_ITEMS) return true;
    return this.#items % ITEMS_PER_LOOK === 0 && this.#clock.elapsed() - this.#startedAt >= SLICE_MS;
  }

  /** Lets everything else that is ready run once. */
  async turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#items = 0;
    this.#startedAt = this.#clock.elapsed();
  }
}
