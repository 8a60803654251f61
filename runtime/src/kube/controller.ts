import { randomUUID } from 'node:crypto';
import { isConflict } from './api-error.ts';
import type { Change } from './change-feed.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Informer } from './informer.ts';
import { type Log, silentLog } from './log.ts';
import type { KubeObject } from './object.ts';
import { LOW_PRIORITY, Queue, type QueueOptions } from './queue.ts';
import { within } from './within.ts';
import type { Written } from './written.ts';

/** What a reconciler is given besides the key. Never why it was woken: it has to be right however many changes were missed. */
export interface ReconcileContext {
  /** Aborts after the time allowed, and at shutdown. Pass it to every request. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface ReconcileResult {
  /** Look again after this many milliseconds, though nothing changes. */
  readonly requeueAfterMs?: number;
}

export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;

/** Nothing that a retry could mend: counted and logged once, and tried again only when something changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** Which keys a change of some object wakes. */
export interface Source<T extends KubeObject = KubeObject> {
  readonly informer: Pick<Informer<T>, 'onChange'>;
  readonly keysOf: (object: T) => readonly string[];
  /** Changes that matter. Default: all. */
  readonly when?: (change: Change<T>) => boolean;
}

/** Keeps the type of the object inside one source, so that sources of different kinds fit into one list. */
export function source<T extends KubeObject>(informer: Pick<Informer<T>, 'onChange'>, keysOf: (object: T) => readonly string[], when?: Source<T>['when']): Source {
  return { informer, keysOf, when } as unknown as Source;
}

export interface ControllerOptions extends Pick<QueueOptions, 'groupOf' | 'retry'> {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly reconcile: Reconcile;
  /** Keys worked on at a time. Default: 16, since a worker mostly waits for the server. */
  readonly workers?: number;
  /** How long one run may take, in milliseconds. Default: 30 s. */
  readonly timeoutMs?: number;
  /** A key whose last writes the caches do not show yet is run a little later. */
  readonly written?: Pick<Written, 'isBehind'>;
  /** Errors that are not told for each key, because they are told once for all of them. Default: none. */
  readonly isToldElsewhere?: (error: unknown) => boolean;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly metrics?: ControllerMetrics;
}

export type ReconcileOutcome = 'success' | 'requeue_after' | 'requeue' | 'error' | 'terminal_error' | 'panic' | 'timeout';

/** What a controller counts, beside what its queue counts. */
export interface ControllerMetrics extends NonNullable<QueueOptions['metrics']> {
  reconciled(outcome: ReconcileOutcome, tookMs: number): void;
  /** A run was put off because the caches did not show the last one's writes. */
  putOff(): void;
}

/**
 * Turns changes into runs of one function, a key at a time.
 *
 * **Guarantee** A key is never run twice at once, a change is never forgotten, and a run ends in bounded time: its signal aborts after
 * `timeoutMs`. A run that throws is tried again, later each time; nothing it throws ends the process.
 *
 * **Assumes** {@link start} is called after the caches have synced, and `reconcile` passes its signal to what it waits for.
 */
export class Controller {
  readonly name: string;
  readonly queue: Queue;
  readonly workers: number;
  readonly #options: ControllerOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #abort = new AbortController();

  constructor(options: ControllerOptions) {
    const { name, sources, workers = 16, clock = systemClock, log = silentLog, groupOf, retry, metrics } = options;
    this.name = name;
    this.workers = workers;
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
    this.queue = new Queue({ clock, groupOf, retry, metrics });
    for (const { informer, keysOf, when } of sources) {
      informer.onChange((change) => {
        if (when !== undefined && !when(change)) return;
        const priority = change.type === 'added' && change.inInitialList ? LOW_PRIORITY : 0;
        // An object that let go of an owner concerns the one it had as well.
        if (change.type === 'updated') for (const key of keysOf(change.old)) this.queue.add(key, priority);
        for (const key of keysOf(change.object)) this.queue.add(key, priority);
      });
    }
  }

  /** Starts the workers. Their end is {@link stop}. */
  start(): void {
    for (let worker = 0; worker < this.workers; worker += 1) void this.#work();
  }

  /** Takes no more keys, lets runs end for `graceMs`, then aborts them. Resolves when the last one has ended. */
  async stop(graceMs = 30_000): Promise<void> {
    const drained = this.queue.shutDown();
    const timer = this.#clock.after(graceMs, () => this.abort());
    await drained;
    timer.cancel();
  }

  /** Aborts every run at once: what a leader does that lost its lease. */
  abort(): void {
    this.#abort.abort(new Error(`${this.name}: the controller is stopping`));
  }

  async #work(): Promise<void> {
    for (let key = await this.queue.next(); key !== undefined; key = await this.queue.next()) {
      if (this.#options.written?.isBehind(key)) this.#putOff(key);
      else await this.#run(key);
      this.queue.done(key);
    }
  }

  #putOff(key: string): void {
    this.#options.metrics?.putOff();
    this.queue.addAfter(key, STALE_RETRY_MS);
  }

  /** Never rejects: one bad key must not cost a worker. */
  async #run(key: string): Promise<void> {
    const { reconcile, timeoutMs = 30_000, metrics } = this.#options;
    const fields = { controller: this.name, key, reconcileId: randomUUID() };
    const tooLate = () => new ReconcileTimeout(`${this.name} ${key}: not done after ${timeoutMs} ms`);
    const startedAt = this.#clock.elapsed();
    let outcome: ReconcileOutcome;
    try {
      const { requeueAfterMs } = await within({ clock: this.#clock, ms: timeoutMs, tooLate, signal: this.#abort.signal }, (signal) => reconcile(key, { signal, log: withFields(this.#log, fields) }));
      this.queue.forget(key);
      if (requeueAfterMs !== undefined) this.queue.addAfter(key, requeueAfterMs);
      outcome = requeueAfterMs === undefined ? 'success' : 'requeue_after';
    } catch (error) {
      outcome = this.#failed(key, error, fields);
    }
    metrics?.reconciled(outcome, this.#clock.elapsed() - startedAt);
  }

  #failed(key: string, error: unknown, fields: object): ReconcileOutcome {
    if (error instanceof TerminalError) {
      this.queue.forget(key);
      this.#log.error({ ...fields, err: error }, 'reconcile failed for good');
      return 'terminal_error';
    }
    this.queue.addRateLimited(key);
    if (this.#abort.signal.aborted) return 'requeue';
    if (isConflict(error)) {
      // The plan was made from an old view. The cache is about to hear why.
      this.#log.debug({ ...fields, err: error }, 'reconcile met a conflict');
      return 'requeue';
    }
    if (this.#options.isToldElsewhere?.(error)) this.#log.debug({ ...fields, err: error }, 'reconcile failed');
    else this.#log.error({ ...fields, err: error }, 'reconcile failed');
    if (error instanceof ReconcileTimeout) return 'timeout';
    return isDefect(error) ? 'panic' : 'error';
  }
}

/** How soon a key that was put off is looked at again, in milliseconds. A watch event follows a write within 10. */
const STALE_RETRY_MS = 50;

class ReconcileTimeout extends Error {
  override readonly name = 'ReconcileTimeout';
}

/** What only a mistake of ours throws. */
function isDefect(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError || error.name === 'AssertionError';
}

function withFields(log: Log, fields: object): Log {
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}
