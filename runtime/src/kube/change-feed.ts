import type { Clock } from './clock.ts';
import { Slice } from './slice.ts';

/** What happened to an object in the cache. Several changes at the server may arrive as one. */
export type Change<T> =
  | { readonly type: 'added'; readonly object: T; readonly inInitialList: boolean }
  | { readonly type: 'updated'; readonly object: T; readonly old: T }
  /** `finalStateUnknown`: it vanished while nobody watched, and this is how it was last seen. */
  | { readonly type: 'deleted'; readonly object: T; readonly finalStateUnknown: boolean };

export type ChangeHandler<T> = (change: Change<T>) => void;

/**
 * Hands changes to handlers.
 *
 * **Guarantee** Every handler sees every change once, in order. A run of changes is cut into slices of about 5 ms. A handler that
 * throws is reported and disturbs neither the others nor the feed.
 */
export class ChangeFeed<T> {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #handlers = new Set<ChangeHandler<T>>();
  /** Runs of changes. A run may be computed while it is read, so that comparing a whole relist is sliced as well. */
  readonly #backlog: Iterator<Change<T>>[] = [];
  #isDraining = false;
  #drained: Promise<void> = Promise.resolve();

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Answers how to stop listening. */
  subscribe(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  push(changes: Iterable<Change<T>>): void {
    this.#backlog.push(changes[Symbol.iterator]());
    if (!this.#isDraining) this.#drained = this.#drain();
  }

  /** Resolves when everything that was pushed has been handed over. */
  drained(): Promise<void> {
    return this.#drained;
  }

  /** Runs until its first pause within `push`, so a short run is handed over at once. What a handler pushes waits for its turn. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    const slice = new Slice(this.#clock);
    for (let run = this.#backlog[0]; run !== undefined; run = this.#backlog[0]) {
      for (let next = run.next(); !next.done; next = run.next()) {
        this.#hand(next.value);
        if (slice.isSpent()) await slice.turn();
      }
      this.#backlog.shift();
    }
    this.#isDraining = false;
  }

  #hand(change: Change<T>): void {
    for (const handler of this.#handlers) {
      try {
        handler(change);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
