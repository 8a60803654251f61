/**
 * Lets at most `limit` requests out at a time; the rest wait in the order in which they came.
 *
 * Client-side rates are left to the server's Priority & Fairness; the cap only keeps one burst from opening a thousand requests.
 *
 * **Guarantee** `run` starts its action once, after fewer than `limit` others are running, or rejects with the signal's reason. Nobody who waits for
 * {@link calm} takes a place.
 */
export class InFlightLimit {
  readonly #limit: number;
  #running = 0;
  readonly #waiting = new Set<() => void>();
  readonly #patient = new Set<() => void>();

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`maxInFlight: is no number of requests, got ${limit}; give a whole number from 1 up`);
    this.#limit = limit;
  }

  async run<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running < this.#limit) this.#running += 1;
    else await this.#turn(signal);
    try {
      return await action();
    } finally {
      this.#leave();
    }
  }

  /** An eighth of the limit is in use. */
  get isBusy(): boolean {
    return this.#running >= this.#limit / 8;
  }

  /** Resolves when it is no longer busy, or the signal aborts: for what can wait while there is work. */
  async calm(signal: AbortSignal): Promise<void> {
    if (!this.isBusy || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#patient.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#patient.delete(resolve);
  }

  /** The place of who leaves goes straight to who waited longest, so nobody overtakes. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running -= 1;
    else {
      this.#waiting.delete(next);
      next();
    }
    if (!this.isBusy) for (const resolve of this.#patient) resolve();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiting.delete(start);
        reject(signal!.reason);
      };
      this.#waiting.add(start);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
