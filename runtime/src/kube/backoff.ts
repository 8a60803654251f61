import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export interface BackoffOptions {
  /** The first wait, in milliseconds. */
  readonly baseMs: number;
  /** The longest wait, before jitter. */
  readonly capMs: number;
  /** Up to this share of the wait is added by chance. 1: a wait of 30 s becomes 30 to 60. Default: 0. */
  readonly jitter?: number;
  /** After this long without a wait the next one is the first again. Default: never. */
  readonly resetAfterMs?: number;
}

/** `base · 2^failures`, never above the cap. */
export function exponentialMs(failures: number, { baseMs, capMs }: BackoffOptions): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(failures, 60));
}

/** How long to stay away from something that fails: twice as long each time, spread by chance. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #options: BackoffOptions;
  #failures = 0;
  #lastEndsAt = -Infinity;

  constructor(clock: Clock, random: Random, options: BackoffOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#options = options;
  }

  nextMs(): number {
    const { jitter = 0, resetAfterMs = Infinity } = this.#options;
    const now = this.#clock.elapsed();
    if (now - this.#lastEndsAt > resetAfterMs) this.#failures = 0;
    const waitMs = exponentialMs(this.#failures, this.#options) * (1 + jitter * this.#random());
    this.#failures += 1;
    this.#lastEndsAt = now + waitMs;
    return waitMs;
  }
}
