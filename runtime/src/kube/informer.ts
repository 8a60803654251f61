import { ApiError, isExpired, type Status } from './api-error.ts';
import { Backoff } from './backoff.ts';
import { Cache, type Gathering } from './cache.ts';
import { type ChangeHandler, ChangeFeed } from './change-feed.ts';
import type { KubeClient, KubeList, ListOptions } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import type { IndexFunctions } from './indexer.ts';
import { LineSplitter } from './line-splitter.ts';
import { keyOf, type KubeObject, type Resource } from './object.ts';
import { type Random, systemRandom } from './random.ts';
import { type ReflectorInput, type ReflectorState, START, step } from './reflector.ts';
import { isAtLeast } from './resource-version.ts';
import { Slice } from './slice.ts';
import { stripManagedFields } from './strip-managed-fields.ts';
import type { Selection, WatchEvent, WatchOptions } from './watch.ts';

export interface InformerOptions<T extends KubeObject, Index extends string> extends Selection {
  readonly resource: Resource;
  /** How objects are looked for, besides their key and their namespace. */
  readonly indexes?: IndexFunctions<T, Index>;
  /** Cuts an object down to what is used, before it is stored. It must keep name, namespace, uid and resourceVersion. */
  readonly project?: (object: T) => T;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly metrics?: InformerMetrics;
  /** Hears of lost connections, refused requests, and handlers that threw. The informer goes on. */
  readonly onError?: (error: unknown) => void;
}

/** What an informer counts. */
export interface InformerMetrics {
  relisted(resource: Resource, reason: string): void;
  reconnected(resource: Resource): void;
}

/**
 * A copy of all objects of one resource, kept up to date: reconcilers read it instead of the server.
 *
 * **Guarantee** The cache never goes back in time. A relist is applied whole or not at all, and what it finds changed, gone or
 * replaced under the same name is told to the handlers like any other change. A connection that is lost, refused or expired is made
 * good for ever, with a backoff. Handlers never run inside the decoder, and one that throws disturbs nothing.
 *
 * **Assumes** Objects are not changed by who reads them, and resourceVersions of the resource are comparable.
 *
 * **Errors** `start` rejects with the signal's reason when it aborts, and with nothing else; troubles go to `onError`.
 */
export class Informer<T extends KubeObject = KubeObject, Index extends string = never> {
  readonly resource: Resource;
  /** Which of its objects are copied. */
  readonly selection: Selection;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #metrics: InformerMetrics | undefined;
  readonly #onError: (error: unknown) => void;
  readonly #cache: Cache<T, Index>;
  readonly #feed: ChangeFeed<T>;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;
  #state: ReflectorState = START;
  #lastHeardAt: number;

  constructor(client: KubeClient, options: InformerOptions<T, Index>) {
    const { resource, clock = systemClock, random = systemRandom, onError = () => {}, metrics } = options;
    const { namespace, labelSelector, fieldSelector, project = (object) => object, indexes = {} as IndexFunctions<T, Index> } = options;
    this.resource = resource;
    this.#client = client;
    this.selection = { namespace, labelSelector, fieldSelector };
    this.#clock = clock;
    this.#random = random;
    this.#metrics = metrics;
    this.#onError = onError;
    this.#cache = new Cache({ indexes, project, onError });
    this.#feed = new ChangeFeed(clock, onError);
    this.#lastHeardAt = clock.elapsed();
  }

  /** Resolves once the cache holds everything and the handlers have heard of it. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get size(): number {
    return this.#cache.objects.size;
  }

  /** How fresh the cache is, though its resource may be quiet: bookmarks count. Empty before the first list. */
  get resourceVersion(): string {
    return this.#cache.position;
  }

  /** Milliseconds since the server last sent anything. */
  get silentForMs(): number {
    return this.#clock.elapsed() - this.#lastHeardAt;
  }

  get(key: string): T | undefined {
    return this.#cache.objects.get(key);
  }

  list(namespace?: string): T[] {
    return this.#cache.objects.list(namespace);
  }

  byIndex(name: Index, value: string): T[] {
    return this.#cache.objects.byIndex(name, value);
  }

  countByIndex(name: Index, value: string): number {
    return this.#cache.objects.countByIndex(name, value);
  }

  /** Whether a write that was answered with this object can be seen in the cache. */
  reflects(answered: KubeObject): boolean {
    const { resourceVersion = '' } = answered.metadata;
    const cached = this.get(keyOf(answered))?.metadata.resourceVersion ?? '';
    return isAtLeast(cached, resourceVersion) || isAtLeast(this.resourceVersion, resourceVersion);
  }

  /** Calls `handler` for each change from now on, and answers how to stop that. Subscribe before `start`, or the beginning is missed. */
  onChange(handler: ChangeHandler<T>): () => void {
    return this.#feed.subscribe(handler);
  }

  /** Puts what a write of ours answered into the cache, ahead of the watch. */
  remember(answered: T): void {
    const changes = this.#cache.remember(answered);
    if (changes.length > 0) this.#feed.push(changes);
  }

  /** Lists and watches until the signal aborts. Nothing is opened after that. */
  async start(signal: AbortSignal): Promise<never> {
    const backoff = new Backoff(this.#clock, this.#random, { baseMs: 800, capMs: 30_000, jitter: 1, resetAfterMs: 120_000 });
    for (;;) {
      const input = await this.#attempt(signal);
      signal.throwIfAborted();
      const next = step(this.#state, input);
      if (next.problem !== undefined) this.#onError(next.problem);
      if (next.relist !== undefined) this.#metrics?.relisted(this.resource, next.relist);
      else if (input.saw !== 'everything') this.#metrics?.reconnected(this.resource);
      this.#state = next.state;
      if (next.backOff) await sleep(this.#clock, Math.max(backoff.nextMs(), askedToWaitMs(input)), signal);
    }
  }

  async #attempt(signal: AbortSignal): Promise<ReflectorInput> {
    try {
      const pages = this.#state.at === 'syncing' && this.#state.by === 'pages';
      return await (pages ? this.#readPages(signal) : this.#readStream(signal));
    } catch (error) {
      return { saw: 'error', error };
    }
  }

  /** A watch, or a list that turns into one. */
  async #readStream(signal: AbortSignal): Promise<ReflectorInput> {
    const { body } = await this.#client.openWatch(this.resource, this.#watchOptions(), signal);
    const startedAt = this.#clock.elapsed();
    const splitter = new LineSplitter();
    const slice = new Slice(this.#clock);
    let gathering = this.#state.at === 'syncing' ? this.#cache.gather() : undefined;
    let changes = 0;
    const opened = () => ({ afterMs: this.#clock.elapsed() - startedAt, changes });
    try {
      for await (const chunk of body) {
        this.#lastHeardAt = this.#clock.elapsed();
        for (const line of splitter.push(chunk)) {
          const event = this.#decode(line);
          if (gathering === undefined) this.#follow(event);
          else if (isEndOfInitialEvents(event)) {
            await this.#replace(gathering, event.object.metadata.resourceVersion!);
            gathering = undefined;
          } else gather(gathering, event);
          changes += 1;
          if (slice.isSpent()) await slice.turn();
        }
        await this.#feed.drained();
      }
    } catch (error) {
      return { saw: 'error', error, opened: opened() };
    }
    return { saw: 'end', ...opened() };
  }

  #watchOptions(): WatchOptions {
    // Uniform in 5 to 10 minutes, so that a restarted server is not asked by everybody at once.
    const timeoutSeconds = 300 + Math.floor(300 * this.#random());
    const state = this.#state;
    if (state.at === 'watching') return { ...this.selection, timeoutSeconds, resourceVersion: state.from };
    return { ...this.selection, timeoutSeconds, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', resourceVersion: state.notOlderThan || undefined };
  }

  #decode(line: Buffer): WatchEvent<T> {
    const event = JSON.parse(stripManagedFields(line, 'event')) as WatchEvent<T>;
    if (event.type === 'ERROR') throw new ApiError(`watch of ${this.resource.plural}`, event.object as Status);
    return event;
  }

  #follow(event: WatchEvent<T>): void {
    const changes = this.#cache.follow(event);
    this.#state = step(this.#state, { saw: 'changes', resourceVersion: this.#cache.position }).state;
    if (changes.length > 0) this.#feed.push(changes);
  }

  async #replace(gathering: Gathering<T, Index>, resourceVersion: string): Promise<ReflectorInput> {
    const everything = { saw: 'everything', resourceVersion } as const;
    this.#feed.push(this.#cache.replace(gathering, resourceVersion));
    this.#state = step(this.#state, everything).state;
    await this.#feed.drained();
    this.#hasSynced = true;
    this.#synced.resolve();
    return everything;
  }

  /** For servers that cannot stream a list. Pages keep the stall and the memory small. */
  async #readPages(signal: AbortSignal): Promise<ReflectorInput> {
    const gathering = this.#cache.gather();
    const { notOlderThan } = this.#state as Extract<ReflectorState, { at: 'syncing' }>;
    const from: ListOptions = notOlderThan === '' ? {} : { resourceVersion: notOlderThan, resourceVersionMatch: 'NotOlderThan' };
    let page = await this.#readPage(gathering, { ...from, limit: PAGE_SIZE, signal });
    while (page.continue) {
      try {
        page = await this.#readPage(gathering, { continue: page.continue, limit: PAGE_SIZE, signal });
      } catch (error) {
        if (!isExpired(error)) throw error;
        // It grew too old while it was being paged. In one piece it cannot.
        const whole = this.#cache.gather();
        const { resourceVersion } = await this.#readPage(whole, { ...from, signal });
        return this.#replace(whole, resourceVersion!);
      }
    }
    return this.#replace(gathering, page.resourceVersion!);
  }

  async #readPage(gathering: Gathering<T, Index>, options: ListOptions): Promise<KubeList<T>['metadata']> {
    const bytes = await this.#client.listBytes(this.resource, { ...this.selection, ...options });
    this.#lastHeardAt = this.#clock.elapsed();
    const { items, metadata } = JSON.parse(stripManagedFields(bytes, 'list')) as KubeList<T>;
    const slice = new Slice(this.#clock);
    for (const item of items) {
      gathering.put(item);
      if (slice.isSpent()) await slice.turn();
    }
    return metadata;
  }
}

/** Objects per page. A page is parsed in one go: 500 Tasks take about 3 ms. */
const PAGE_SIZE = 500;

function isEndOfInitialEvents({ type, object }: WatchEvent): boolean {
  return type === 'BOOKMARK' && object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
}

function gather<T extends KubeObject, Index extends string>(gathering: Gathering<T, Index>, { type, object }: WatchEvent<T>): void {
  if (type === 'DELETED') gathering.delete(object);
  else if (type !== 'BOOKMARK') gathering.put(object);
}

function askedToWaitMs(input: ReflectorInput): number {
  return input.saw === 'error' && input.error instanceof ApiError ? (input.error.retryAfterMs ?? 0) : 0;
}
