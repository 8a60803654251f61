import type { Clock } from './clock.ts';

/** How much may be told of one object at once: more than a life without trouble has. */
export const BURST = 25;
/** How long it takes until one more may be. */
export const REFILL_MS = 300_000;
/** Of so many objects it is known how much was told; the one that was told of longest ago is forgotten first. */
export const MOST_OBJECTS = 4_096;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Keeps one object from filling the server with events: each has a bucket of {@link BURST} tokens, which gets one back every 5 min.
 *
 * **Guarantee** Memory is bounded, whatever is told of how many objects. An object that was forgotten begins with a full bucket.
 */
export class SpamFilter {
  readonly #clock: Clock;
  /** The one that was told of longest ago first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether one more event about this object may be sent. It counts as sent then. */
  accepts(object: string): boolean {
    const bucket = this.#filled(object);
    const isAccepted = bucket.tokens >= 1;
    this.#buckets.delete(object);
    this.#buckets.set(object, isAccepted ? { ...bucket, tokens: bucket.tokens - 1 } : bucket);
    if (this.#buckets.size > MOST_OBJECTS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return isAccepted;
  }

  #filled(object: string): Bucket {
    const now = this.#clock.elapsed();
    const bucket = this.#buckets.get(object);
    if (!bucket) return { tokens: BURST, at: now };
    return { tokens: Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS), at: now };
  }
}
