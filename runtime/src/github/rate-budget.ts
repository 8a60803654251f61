import type { Clock } from '../kube/clock.ts';
import { limitedForMs, type Headers, rateState } from './rate-limit.ts';

/** GitHub counts each of them apart. */
export type RateResource = 'core' | 'search' | 'graphql';

interface Count {
  readonly limit: number;
  remaining: number;
  /** By `elapsed`. */
  readonly resetsAtMs: number;
  /** When the next read may begin, once little is left. */
  nextReadAtMs: number;
}

/** Below this share of its hour, reads are spread over what is left of it, so that what is told on GitHub still finds room. */
const LOW = 0.1;

/**
 * What one account may still ask of GitHub, as its answers say.
 *
 * **Guarantee** Nothing waits here: whoever asks is told how long to stay away. When less than a tenth of the hour's requests is left, reads come
 * evenly until the hour ends; writes go on until nothing is left.
 */
export class RateBudget {
  readonly #clock: Clock;
  readonly #counts = new Map<RateResource, Count>();
  #blockedUntilMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long to wait before this request; 0 takes its place. */
  waitMs(resource: RateResource, isWrite: boolean): number {
    const nowMs = this.#clock.elapsed();
    if (this.#blockedUntilMs > nowMs) return this.#blockedUntilMs - nowMs;
    const count = this.#counts.get(resource);
    if (!count || count.resetsAtMs <= nowMs) return 0;
    if (count.remaining <= 0) return count.resetsAtMs - nowMs;
    if (isWrite || count.remaining >= count.limit * LOW) return 0;
    if (count.nextReadAtMs > nowMs) return count.nextReadAtMs - nowMs;
    count.nextReadAtMs = nowMs + (count.resetsAtMs - nowMs) / count.remaining;
    return 0;
  }

  /** Takes note of what an answer says. How long to stay away, where it says that there were too many. */
  observe(resource: RateResource, status: number, headers: Headers, message?: string): number | undefined {
    const [nowMs, wallMs] = [this.#clock.elapsed(), this.#clock.now().getTime()];
    const state = rateState(headers, wallMs);
    if (state) {
      const { limit, remaining, resetInMs } = state;
      this.#counts.set(resource, { limit, remaining, resetsAtMs: nowMs + resetInMs, nextReadAtMs: this.#counts.get(resource)?.nextReadAtMs ?? 0 });
    }
    const limitedMs = limitedForMs(headers, status, wallMs, message);
    // What is used up is told by its count, and stops nothing of another resource.
    if (limitedMs !== undefined && state?.remaining !== 0) this.#blockedUntilMs = Math.max(this.#blockedUntilMs, nowMs + limitedMs);
    return limitedMs;
  }

  /** What is left, for those who watch. */
  *remaining(): Iterable<{ resource: RateResource; remaining: number; limit: number }> {
    for (const [resource, { remaining, limit, resetsAtMs }] of this.#counts) {
      yield { resource, limit, remaining: resetsAtMs <= this.#clock.elapsed() ? limit : remaining };
    }
  }
}
