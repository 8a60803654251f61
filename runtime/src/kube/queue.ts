import assert from 'node:assert/strict';
import { type BackoffOptions, exponentialMs } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { DelayHeap } from './delay-heap.ts';
import { splitKey } from './object.ts';
import { ReadyKeys } from './ready-keys.ts';

export interface QueueOptions {
  readonly clock?: Clock;
  /** Keys of one group take turns with other groups. Default: the namespace. */
  readonly groupOf?: (key: string) => string;
  /** Between failures of one key. Default: 5 ms, doubled each time, at most 1000 s. */
  readonly retry?: BackoffOptions;
  readonly metrics?: QueueMetrics;
}

/** What a queue counts; times in milliseconds. */
export interface QueueMetrics {
  added(): void;
  retried(): void;
  /** A key left the queue for a worker after waiting this long. */
  started(waitedMs: number): void;
  finished(tookMs: number): void;
}

/** Priority of what was only found, not changed: the first list and resyncs wait behind live changes. */
export const LOW_PRIORITY = -100;

/**
 * Keys that wait for work.
 *
 * **Guarantee** At most one worker has a key at a time. No add is lost: one that comes while the key is worked on brings it back
 * afterwards; one that comes while it waits is the same wait. No group and no priority starves another (see {@link ReadyKeys}).
 *
 * **Assumes** Every key that {@link next} gave is given back with {@link done}, once.
 *
 * **Errors** `AssertionError` for a key given back that nobody has. After {@link shutDown}, adds are ignored: the next start lists
 * everything anyway.
 */
export class Queue {
  readonly #clock: Clock;
  readonly #retry: BackoffOptions;
  readonly #metrics: QueueMetrics | undefined;
  readonly #ready: ReadyKeys;
  readonly #delayed: DelayHeap;
  readonly #working = new Map<string, Work>();
  readonly #failures = new Map<string, number>();
  /** Workers that wait for a key, in the order in which they came. */
  readonly #idle: ((key: string | undefined) => void)[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #isShutDown = false;

  constructor({ clock = systemClock, groupOf = namespaceOf, retry = { baseMs: 5, capMs: 1_000_000 }, metrics }: QueueOptions = {}) {
    this.#clock = clock;
    this.#retry = retry;
    this.#metrics = metrics;
    this.#ready = new ReadyKeys(groupOf);
    this.#delayed = new DelayHeap(clock, (key) => this.add(key));
  }

  /** Keys that wait for a worker, by priority. */
  depths(): ReadonlyMap<number, number> {
    return this.#ready.sizes();
  }

  /** How long each key that a worker has is being worked on, in milliseconds. */
  workingForMs(): number[] {
    const now = this.#clock.elapsed();
    return [...this.#working.values()].map(({ startedAt }) => now - startedAt);
  }

  /** Nothing waits and nothing is worked on. Keys that wait for a time do not count. */
  get isIdle(): boolean {
    return this.#ready.size === 0 && this.#working.size === 0;
  }

  add(key: string, priority = 0): void {
    if (this.#isShutDown) return;
    const work = this.#working.get(key);
    if (work !== undefined) {
      work.addedAgain = Math.max(work.addedAgain ?? -Infinity, priority);
      return;
    }
    if (!this.#ready.add(key, priority, this.#clock.elapsed())) return;
    this.#metrics?.added();
    this.#idle.shift()?.(this.#take());
  }

  /** Adds the key when `delayMs` have passed. When it waits for a time already, the earlier one counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isShutDown) return;
    if (delayMs <= 0) this.add(key);
    else this.#delayed.add(key, delayMs);
  }

  /** Adds the key after its backoff: longer with each failure since {@link forget}. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#metrics?.retried();
    this.addAfter(key, exponentialMs(failures, this.#retry));
  }

  /** The key works again: its next failure is a first one. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, as soon as there is one; undefined after {@link shutDown}. */
  next(): Promise<string | undefined> {
    if (this.#isShutDown) return Promise.resolve(undefined);
    if (this.#ready.size > 0) return Promise.resolve(this.#take());
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  done(key: string): void {
    const work = this.#working.get(key);
    assert(work !== undefined, `queue: ${key} was given back, but nobody has it`);
    this.#working.delete(key);
    this.#metrics?.finished(this.#clock.elapsed() - work.startedAt);
    if (work.addedAgain !== undefined) this.add(key, work.addedAgain);
    if (this.#isShutDown && this.#working.size === 0) this.#drained.resolve();
  }

  /** Gives out no more keys, and resolves when the last one is given back. */
  shutDown(): Promise<void> {
    this.#isShutDown = true;
    this.#ready.clear();
    this.#delayed.clear();
    for (const resolve of this.#idle.splice(0)) resolve(undefined);
    if (this.#working.size === 0) this.#drained.resolve();
    return this.#drained.promise;
  }

  #take(): string {
    const now = this.#clock.elapsed();
    const { key, since } = this.#ready.take(now)!;
    this.#working.set(key, { startedAt: now });
    this.#metrics?.started(now - since);
    return key;
  }
}

interface Work {
  readonly startedAt: number;
  /** The priority to bring it back with, when it was added meanwhile. */
  addedAgain?: number;
}

function namespaceOf(key: string): string {
  return splitKey(key).namespace ?? '';
}
