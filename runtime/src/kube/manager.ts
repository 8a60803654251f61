import type { Controller } from './controller.ts';
import type { Informer } from './informer.ts';
import type { LeaderElector } from './lease.ts';
import { type Log, silentLog } from './log.ts';

export interface ManagerOptions {
  readonly informers: readonly Pick<Informer, 'resource' | 'start' | 'synced' | 'hasSynced'>[];
  readonly controllers: readonly Controller[];
  /** Left out: we lead, always. */
  readonly elector?: LeaderElector;
  /** What is to be finished before the end: events that were not sent yet. */
  readonly flush?: () => Promise<void>;
  /** How long runs may take to end at shutdown, in milliseconds. Default: 30 s. */
  readonly graceMs?: number;
  readonly log?: Log;
}

/**
 * Runs informers and controllers in the right order, and ends them in the right order.
 *
 * **Guarantee** No key is reconciled before every cache has synced and we lead; followers keep their caches warm. Losing the lease
 * aborts every run at once. {@link stop} ends in this order: no new keys, runs end, informers, events, lease.
 *
 * **Errors** {@link ready} rejects only when it is stopped first. {@link failed} resolves with what ended the leadership: the process
 * should exit then, for a fresh start is the only state that is surely right.
 */
export class Manager {
  /** Resolves when every cache has synced. */
  readonly ready: Promise<void>;
  /** Resolves when the process should end though nobody stopped it. */
  readonly failed: Promise<Error>;
  readonly #options: ManagerOptions;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  readonly #informing = new AbortController();
  readonly #leading: Promise<void>;

  constructor(options: ManagerOptions) {
    const { log = silentLog } = options;
    this.#options = options;
    this.#log = log;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    for (const informer of options.informers) informer.start(this.#informing.signal).catch((error: unknown) => this.#ended(error, resolve));
    this.ready = this.#sync();
    this.#leading = this.ready.then(() => this.#lead()).catch((error: unknown) => this.#ended(error, resolve));
  }

  /** Caches are full; whether we lead is another matter. */
  get isReady(): boolean {
    return !this.#stopping.signal.aborted && this.waitsFor.length === 0;
  }

  /** The resources whose caches are not full yet. */
  get waitsFor(): string[] {
    return [...new Set(this.#options.informers.filter((informer) => !informer.hasSynced).map(({ resource }) => resource.plural))];
  }

  get isLeading(): boolean {
    return this.#options.elector?.isLeading ?? true;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(STOPPED);
    await Promise.all(this.#options.controllers.map((controller) => controller.stop(this.#options.graceMs)));
    this.#informing.abort(STOPPED);
    await this.#leading;
    await this.#options.flush?.();
    await this.#options.elector?.release().catch((error: unknown) => this.#log.warn({ err: error }, 'lease not released'));
  }

  /** Waits for as long as it takes: what is missing may be mended outside, and nothing is gained by a process that ends and starts. */
  async #sync(): Promise<void> {
    const { informers } = this.#options;
    const { signal } = this.#stopping;
    const stopped = Promise.withResolvers<never>();
    const onAbort = () => stopped.reject(STOPPED);
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([Promise.all(informers.map((informer) => informer.synced)), stopped.promise]);
    signal.removeEventListener('abort', onAbort);
  }

  async #lead(): Promise<void> {
    const { elector, controllers } = this.#options;
    await elector?.acquire(this.#stopping.signal);
    this.#stopping.signal.throwIfAborted();
    this.#log.info({ controllers: controllers.map(({ name }) => name) }, 'controllers started');
    for (const controller of controllers) controller.start();
    if (elector === undefined) return;
    // The lease is held until the last run has ended: informing stops only after that.
    await elector.hold(this.#informing.signal);
    for (const controller of controllers) controller.abort();
    throw new Error('lease: lost; another process leads now, or the API server could not be reached');
  }

  #ended(error: unknown, fail: (error: Error) => void): void {
    if (error !== STOPPED) fail(error instanceof Error ? error : new Error(String(error)));
  }
}

const STOPPED = new Error('the manager was stopped');
