import assert from 'node:assert';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer } from '../kube/clock.ts';

/** Turns of the event loop in a row in which nobody touched the clock: then everything that was going to happen has happened. */
const QUIET_TURNS = 3;

/** A program that is still busy after this many turns is in a loop that no timer will end. */
const MOST_TURNS = 100_000;

/**
 * Time that moves only when it is told to, so that a simulated week takes a second and every run is the same run.
 *
 * **Guarantee:** timers fire in the order of their moments, equal moments in the order in which they were set; between two
 * moments every promise that can settle has settled; while a timer fires, the clock shows the moment it was set for.
 *
 * **Assumes:** what happens between two moments happens in this process. For work outside of it (a child process, a
 * socket) wrap the wait in `hold`: time stands still until it is done.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  #sequence = 0;
  #touched = false;
  /** Latest first, so that the next one to fire is popped from the end. */
  readonly #pending: Pending[] = [];
  readonly #held = new Set<Promise<unknown>>();

  constructor({ start = '2026-01-01T00:00:00Z' }: { readonly start?: string } = {}) {
    this.#nowMs = Date.parse(start);
    if (Number.isNaN(this.#nowMs)) throw new RangeError(`start: not a time, got "${start}"; use RFC 3339, such as 2026-01-01T00:00:00Z`);
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  after(ms: number, callback: () => void): Timer {
    this.#touched = true;
    const entry: Pending = { dueMs: this.#elapsedMs + Math.max(ms, 0), sequence: this.#sequence++, callback };
    this.#pending.splice(this.#position(entry), 0, entry);
    return {
      cancel: () => {
        const position = this.#position(entry);
        if (this.#pending[position] !== entry) return;
        this.#touched = true;
        this.#pending.splice(position, 1);
      },
    };
  }

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Lets `ms` milliseconds pass, firing what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    await this.settle();
    while (this.#nextDueMs() <= endMs) await this.#fireNext();
    this.#moveTo(endMs);
  }

  /** Lets time pass until `condition` holds. Says `false` when `limitMs` passed, or nothing is left that could make it hold. */
  async runUntil(condition: () => boolean, { limitMs }: { readonly limitMs: number }): Promise<boolean> {
    const endMs = this.#elapsedMs + limitMs;
    await this.settle();
    while (!condition()) {
      if (this.#nextDueMs() > endMs) return false;
      await this.#fireNext();
    }
    return true;
  }

  /** Lets time pass until no timer is left. Says `false` when `limitMs` passed first, as it does beside anything periodic. */
  async runUntilIdle({ limitMs }: { readonly limitMs: number }): Promise<boolean> {
    await this.runUntil(() => this.#pending.length === 0, { limitMs });
    return this.#pending.length === 0;
  }

  /** Moves the wall clock alone, as a correction by NTP does: no timer comes nearer, `elapsed` stays. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** Time stands still until `work`, which happens outside this process, has ended. Returns `work`. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work);
    const release = () => void this.#held.delete(work);
    work.then(release, release);
    return work;
  }

  /** Resolves when everything that can happen at this moment has happened. */
  async settle(): Promise<void> {
    for (let quiet = 0, turns = 0; quiet < QUIET_TURNS; turns++) {
      assert(turns < MOST_TURNS, `the program is still busy after ${MOST_TURNS} turns at ${this.now().toISOString()}; something calls itself without a timer`);
      if (this.#held.size > 0) {
        await Promise.allSettled(this.#held);
        this.#touched = true;
      }
      this.#touched = false;
      await nextTurn();
      quiet = this.#touched || this.#held.size > 0 ? 0 : quiet + 1;
    }
  }

  async #fireNext(): Promise<void> {
    const next = this.#pending.pop();
    assert(next, 'a timer is due, so one is pending');
    this.#moveTo(next.dueMs);
    next.callback();
    await this.settle();
  }

  #nextDueMs(): number {
    return this.#pending.at(-1)?.dueMs ?? Infinity;
  }

  #moveTo(elapsedMs: number): void {
    this.#nowMs += elapsedMs - this.#elapsedMs;
    this.#elapsedMs = elapsedMs;
  }

  /** Where `entry` is, or would be, in the list. */
  #position(entry: Pending): number {
    let low = 0;
    for (let high = this.#pending.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (firesAfter(this.#pending[middle]!, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Pending {
  readonly dueMs: number;
  readonly sequence: number;
  readonly callback: () => void;
}

function firesAfter(a: Pending, b: Pending): boolean {
  return a.dueMs === b.dueMs ? a.sequence > b.sequence : a.dueMs > b.dueMs;
}
