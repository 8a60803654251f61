import { ApiError, isNotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import { type Clock, sleep, systemClock, type Timer } from './clock.ts';
import { apiVersionOf, type KubeObject, type Resource } from './object.ts';
import type { EventNote } from './plan.ts';
import { type Random, systemRandom } from './random.ts';
import { SpamFilter } from './spam-filter.ts';
import { toMicroTime } from './time.ts';

export const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

export interface KubeEvent extends KubeObject {
  eventTime: string;
  type: EventNote['type'];
  reason: string;
  action: string;
  note: string;
  reportingController: string;
  reportingInstance: string;
  regarding: { apiVersion: string; kind: string; namespace?: string; name: string; uid?: string };
  series?: { count: number; lastObservedTime: string };
}

export interface EventRecorderOptions {
  /** Such as `taskwright.dev/operator`. */
  readonly reportingController: string;
  /** Which process; the identity of its lease. */
  readonly reportingInstance: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Hears of events that were given up. */
  readonly onError?: (error: unknown) => void;
}

/** What an event is about. */
export interface Regarding {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/**
 * Tells people what happened to an object, without ever holding up the work.
 *
 * **Guarantee** {@link record} returns at once and never throws. The same thing said again within 6 min is one event with a count,
 * written at the second time, every 30 min, and when it was last said 6 min ago. An object gets 25 new events at once and one every 5 min
 * from then on; what is beyond that is dropped. At most {@link MOST_WAITING} wait to be sent; when more come, the newest are dropped and
 * `onError` hears of it. An event yields to work: it is sent when few other requests are under way, and in any case after 30 s, or
 * when half of what may wait does.
 *
 * **Assumes** Events are told to people and read by no program: they may be lost, when the process dies or the server stays away for
 * two minutes.
 */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #onError: (error: unknown) => void;
  /** By what makes two events the same. The oldest first, for it is dropped first. */
  readonly #series = new Map<string, Series>();
  readonly #spam: SpamFilter;
  readonly #outbox: Letter[] = [];
  readonly #senders = new Set<Promise<void>>();
  /** Ends the patience of all who yield. */
  #hurry = new AbortController();
  #sweep: Timer | undefined;
  #made = 0;

  constructor(client: KubeClient, options: EventRecorderOptions) {
    const { clock = systemClock, random = systemRandom, onError = () => {} } = options;
    this.#client = client;
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#onError = onError;
    this.#spam = new SpamFilter(clock);
  }

  record(regarding: Regarding, note: EventNote): void {
    const key = identityOf(regarding, note);
    const known = this.#series.get(key);
    const now = this.#clock.elapsed();
    if (known === undefined || now - known.lastAt >= SERIES_ENDS_MS) {
      if (this.#spam.accepts(objectOf(regarding))) this.#begin(key, this.#event(regarding, note));
      return;
    }
    known.count += 1;
    known.lastAt = now;
    if (known.count === 2) this.#write(known);
  }

  /** Writes what was only counted, and resolves when everything was sent or `timeoutMs` are over. */
  async flush(timeoutMs = 5_000): Promise<void> {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const series of this.#series.values()) if (series.count > series.writtenCount) this.#write(series);
    this.#series.clear();
    const late = new AbortController();
    await Promise.race([Promise.all(this.#senders), sleep(this.#clock, timeoutMs, late.signal).catch(() => {})]);
    late.abort();
  }

  #begin(key: string, event: KubeEvent): void {
    const now = this.#clock.elapsed();
    const series: Series = { event, count: 1, writtenCount: 1, lastAt: now, writtenAt: now };
    this.#series.delete(key);
    this.#series.set(key, series);
    if (this.#series.size > MOST_SERIES) this.#series.delete(this.#series.keys().next().value!);
    this.#post(() => this.#client.create(EVENTS, event, { metadataOnly: true }));
    this.#sweep ??= this.#clock.after(SERIES_ENDS_MS, () => this.#sweepSeries());
  }

  #sweepSeries(): void {
    const now = this.#clock.elapsed();
    for (const [key, series] of this.#series) {
      const isOver = now - series.lastAt >= SERIES_ENDS_MS;
      if (series.count > series.writtenCount && (isOver || now - series.writtenAt >= REFRESH_MS)) this.#write(series);
      if (isOver) this.#series.delete(key);
    }
    this.#sweep = this.#series.size === 0 ? undefined : this.#clock.after(SERIES_ENDS_MS, () => this.#sweepSeries());
  }

  #write(series: Series): void {
    const { event, count } = series;
    series.writtenCount = count;
    series.writtenAt = this.#clock.elapsed();
    const counted = { series: { count, lastObservedTime: toMicroTime(this.#clock.now()) } };
    const { namespace, name } = event.metadata;
    this.#post(async () => {
      try {
        await this.#client.patchMerge(EVENTS, { namespace, name: name! }, counted);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        await this.#client.create(EVENTS, { ...event, ...counted }); // Servers forget events after an hour.
      }
    });
  }

  #post(send: () => Promise<unknown>): void {
    if (this.#outbox.length >= MOST_WAITING) return this.#onError(new Error(`events: ${MOST_WAITING} wait to be sent, one more is dropped`));
    this.#outbox.push({ send, postedAt: this.#clock.elapsed() });
    if (this.#isBackedUp) this.#hurry.abort();
    if (this.#senders.size >= SENDERS) return;
    const sender = this.#sendAll().finally(() => this.#senders.delete(sender));
    this.#senders.add(sender);
  }

  async #sendAll(): Promise<void> {
    for (let letter = this.#outbox.shift(); letter !== undefined; letter = this.#outbox.shift()) {
      if (this.#client.isBusy && !this.#isBackedUp) await this.#yield(letter);
      await this.#send(letter.send);
    }
  }

  async #yield({ postedAt }: Letter): Promise<void> {
    const leftMs = LONGEST_YIELD_MS - (this.#clock.elapsed() - postedAt);
    if (leftMs <= 0) return;
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
    const patience = new AbortController();
    const timer = this.#clock.after(leftMs, () => patience.abort());
    await this.#client.calm(AbortSignal.any([patience.signal, this.#hurry.signal]));
    timer.cancel();
  }

  /** What comes next would soon be dropped. */
  get #isBackedUp(): boolean {
    return this.#outbox.length >= MOST_WAITING / 2;
  }

  async #send(send: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await send();
        return;
      } catch (error) {
        const isRefused = error instanceof ApiError && error.code < 500 && error.code !== 429;
        if (isRefused || attempt === MOST_TRIES) return this.#onError(error);
        await sleep(this.#clock, RETRY_MS * (0.75 + 0.5 * this.#random()));
      }
    }
  }

  #event({ resource, object }: Regarding, { type, reason, message }: EventNote): KubeEvent {
    const { namespace, name, uid } = object.metadata;
    const { reportingController, reportingInstance } = this.#options;
    const now = this.#clock.now();
    this.#made += 1;
    const suffix = `${now.getTime().toString(16)}${Math.floor(this.#random() * 65_536).toString(16)}${this.#made.toString(16)}`;
    return {
      metadata: { namespace: namespace ?? 'default', name: `${name!.slice(0, 200)}.${suffix}` },
      eventTime: toMicroTime(now),
      type,
      reason,
      action: 'Reconcile',
      note: atMostBytes(message, 1_024),
      reportingController,
      reportingInstance,
      regarding: { apiVersion: apiVersionOf(resource), kind: resource.kind, namespace, name: name!, uid },
    };
  }
}

interface Letter {
  readonly send: () => Promise<unknown>;
  /** In milliseconds of the clock's `elapsed`. */
  readonly postedAt: number;
}

interface Series {
  readonly event: KubeEvent;
  count: number;
  writtenCount: number;
  lastAt: number;
  writtenAt: number;
}

/** What a burst of as many Tasks leaves to be told, at 2 kB each. */
export const MOST_WAITING = 10_000;
const LONGEST_YIELD_MS = 30_000;
const MOST_SERIES = 4_096;
const SENDERS = 4;
const SERIES_ENDS_MS = 360_000;
const REFRESH_MS = 1_800_000;
const MOST_TRIES = 12;
const RETRY_MS = 10_000;

/** Not the message: it carries what varies between two times of the same thing. */
function identityOf(regarding: Regarding, { type, reason }: EventNote): string {
  return JSON.stringify([type, reason, objectOf(regarding)]);
}

function objectOf({ resource, object: { metadata } }: Regarding): string {
  return JSON.stringify([apiVersionOf(resource), resource.kind, metadata.namespace, metadata.name, metadata.uid]);
}

/** The API server refuses longer notes, and counts bytes. */
function atMostBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  const ellipsis = '…';
  let end = most - Buffer.byteLength(ellipsis);
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1; // Not inside a character.
  return bytes.toString('utf8', 0, end) + ellipsis;
}
