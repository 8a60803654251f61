import type { Clock } from '../kube/clock.ts';
import { within } from '../kube/within.ts';

export interface DeliveriesOptions {
  readonly clock: Clock;
  /** How long a sender is kept waiting, in milliseconds. Default: 1.8 s, since it wants an answer within two. */
  readonly patienceMs?: number;
  /** After this the work on a delivery is aborted, in milliseconds. Default: 60 s. */
  readonly timeoutMs?: number;
}

/** What a sender can be told of one. */
export type Reception = 'taken' | 'repeated' | 'failed' | 'late' | 'busy' | 'stopping';

/** Deliveries that are worked on at a time, and those that wait to be: beyond that a sender comes again. */
const MOST_UNDER_WAY = 1_000;
/** As in the reference. Later than that, a name that exists still tells. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;
const MOST_REMEMBERED = 100_000;

/**
 * Deliveries that are being worked on, and those that were.
 *
 * **Guarantee** One that comes twice at a time is worked on once, and both senders are told the same. What is remembered saves work and nothing else: that nothing is
 * made twice follows from the names of Tasks. One is remembered after all of it is durable, never before. A sender is answered in time, while the work goes on.
 */
export class Deliveries {
  readonly #options: Required<DeliveriesOptions>;
  readonly #underWay = new Map<string, Promise<boolean>>();
  /** By key, the oldest first. */
  readonly #remembered = new Map<string, number>();
  readonly #abort = new AbortController();
  #isStopping = false;

  constructor({ clock, patienceMs = 1_800, timeoutMs = 60_000 }: DeliveriesOptions) {
    this.#options = { clock, patienceMs, timeoutMs };
  }

  /** `work` resolves when what became of the delivery is durable. What it rejects with is its own to tell. */
  async receive(key: string, work: (signal: AbortSignal) => Promise<void>): Promise<Reception> {
    if (this.#isRemembered(key)) return 'repeated';
    const known = this.#underWay.get(key);
    if (known === undefined && this.#isStopping) return 'stopping';
    if (known === undefined && this.#underWay.size >= MOST_UNDER_WAY) return 'busy';
    return this.#inTime(known ?? this.#begin(key, work));
  }

  /** How many are worked on now. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Takes no more; lets what is under way end for `graceMs`, then aborts it. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const timer = this.#options.clock.after(graceMs, () => this.#abort.abort(new Error('webhooks: the server is stopping')));
    await Promise.all(this.#underWay.values());
    timer.cancel();
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const { clock, timeoutMs } = this.#options;
    const tooLate = () => new Error(`webhooks: a delivery was not done after ${timeoutMs} ms`);
    const done = within({ clock, ms: timeoutMs, tooLate, signal: this.#abort.signal }, work).then(() => true, () => false).then((isDone) => {
      this.#underWay.delete(key);
      if (isDone) this.#remember(key);
      return isDone;
    });
    this.#underWay.set(key, done);
    return done;
  }

  #inTime(done: Promise<boolean>): Promise<Reception> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(this.#options.patienceMs, () => resolve('late'));
      void done.then((isDone) => {
        timer.cancel();
        resolve(isDone ? 'taken' : 'failed');
      });
    });
  }

  #isRemembered(key: string): boolean {
    const at = this.#remembered.get(key);
    return at !== undefined && this.#options.clock.elapsed() - at < REMEMBERED_MS;
  }

  #remember(key: string): void {
    this.#remembered.delete(key);
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value!);
    this.#remembered.set(key, this.#options.clock.elapsed());
  }
}
