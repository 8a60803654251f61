import type { TaskSpawner, Workspace } from '@taskwright/schema';
import { exponentialMs } from '../kube/backoff.ts';
import type { Clock } from '../kube/clock.ts';
import type { Random } from '../kube/random.ts';
import { parseKubeTime } from '../kube/time.ts';
import type { SourceEvent } from '../sources/source-event.ts';
import { type Discovery, type PolledSource, SourceError } from '../sources/source.ts';
import type { LookResult } from './spawner-status.ts';
import { priorityOf, triggersOf } from './trigger.ts';

/** Between failures of a look, or of what it found. */
const RETRY = { baseMs: 2_000, capMs: 300_000 };
/** First looks after a start are spread over this long, or over the interval when that is shorter. */
const LONGEST_SPREAD_MS = 60_000;
/** One that is younger than this has just been made, and nobody else is: it looks at once. */
const NEW_MS = 10_000;

/** An event of the last look of which nothing has become yet. */
export interface Pending {
  readonly event: SourceEvent;
  /** Milliseconds of the clock; left out: whenever something changes. */
  readonly notBefore?: number;
  readonly failures: number;
}

/**
 * What a spawner that is looked for has found, and when it looks again. It is kept in memory alone: a look after a restart finds the same.
 *
 * **Guarantee** That a Task ends, or a status is written, asks nothing of the outside: what had no room is kept and tried again from here.
 */
export class Look {
  readonly uid: string;
  readonly trigger: PolledSource['trigger'];
  /** The next look begins where this one got to, and asks nobody: see {@link PolledSource.isLocal}. */
  readonly #isExact: boolean;
  #asked: string;
  #dueAt: number;
  #failures = 0;
  #begunAt: Date | undefined;
  /** How many items the last look found; `undefined` before the first. */
  found: number | undefined;
  /** Why the last look failed. */
  problem: string | undefined;
  /** Secrets that it asked for and that are not there. */
  missingSecrets: readonly string[] = [];
  readonly pending = new Map<string, Pending>();
  /** What went wrong with items of this look, by their ids. */
  readonly troubles = new Map<string, string>();
  /** What was told of the items that the trigger ruled out, by their ids: it is news once. */
  #told = new Map<string, string>();

  constructor(spawner: TaskSpawner, workspace: Workspace | undefined, { trigger, isLocal }: Pick<PolledSource, 'trigger' | 'isLocal'>, dueAt: number) {
    this.uid = spawner.metadata.uid!;
    this.trigger = trigger;
    this.#isExact = isLocal === true;
    this.#asked = askedBy(spawner, workspace);
    this.#dueAt = dueAt;
  }

  /** Another spec, or another Workspace, asks for something else: of what was found before, nothing is made unless it is found again. */
  follow(spawner: TaskSpawner, workspace: Workspace | undefined): void {
    const asked = askedBy(spawner, workspace);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#begunAt = this.watermark();
    this.pending.clear();
    this.troubles.clear();
    this.lookNow();
  }

  lookNow(): void {
    this.#failures = 0;
    this.#dueAt = -Infinity;
  }

  dueInMs(clock: Clock): number {
    return this.#dueAt - clock.elapsed();
  }

  /**
   * Takes what a look that began then has found. Answers what was ruled out and is news.
   *
   * A source that goes by the time alone finds the same from an older watermark, so one that found nothing does not move it: it would have to be written down.
   */
  succeeded(spawner: TaskSpawner, begunAt: Date, discovery: Discovery, nextAt: number): Discovery['skipped'] {
    const isNews = !this.#isExact || discovery.events.length + discovery.skipped.length > 0;
    if (isNews) this.#begunAt = begunAt;
    this.#dueAt = nextAt;
    this.#failures = 0;
    this.problem = undefined;
    this.found = isNews ? discovery.events.length : (this.found ?? 0);
    this.#keepPending(inOrder(spawner, discovery.events));
    // What could not be made and waits for its turn is as wrong as it was.
    for (const id of this.troubles.keys()) if (!this.pending.get(id)?.failures) this.troubles.delete(id);
    for (const { id, summary, problem } of discovery.failed) this.troubles.set(id, `${summary}: ${problem}`);
    const told = new Map(discovery.skipped.map(({ id, filter, seen }) => [id, `${filter} ${seen}`]));
    const news = discovery.skipped.filter(({ id }) => told.get(id) !== this.#told.get(id));
    this.#told = told;
    return news;
  }

  failed(error: unknown, clock: Clock): void {
    const backoffMs = exponentialMs(this.#failures, RETRY);
    const askedMs = error instanceof SourceError ? (error.retryAfterMs ?? 0) : 0;
    this.#failures += 1;
    this.problem = error instanceof Error ? error.message : String(error);
    this.#dueAt = clock.elapsed() + Math.max(backoffMs, askedMs);
  }

  /** What may be tried now, in its order. */
  ready(clock: Clock): Pending[] {
    return [...this.pending.values()].filter(({ notBefore = -Infinity }) => notBefore <= clock.elapsed());
  }

  settled({ event: { id } }: Pending): void {
    this.pending.delete(id);
    this.troubles.delete(id);
  }

  /** Nothing can be made of it; the next look finds it again. */
  refused(pending: Pending, reason: string): void {
    this.settled(pending);
    this.troubles.set(pending.event.id, `${pending.event.summary}: ${reason}`);
  }

  waits({ event }: Pending): void {
    this.pending.set(event.id, { event, failures: 0 });
    this.troubles.delete(event.id);
  }

  couldNot({ event, failures }: Pending, problem: string, clock: Clock): void {
    this.pending.set(event.id, { event, failures: failures + 1, notBefore: clock.elapsed() + exponentialMs(failures, RETRY) });
    this.troubles.set(event.id, `${event.summary}: ${problem}`);
  }

  /** Milliseconds until something is to be done though nothing changes. */
  nextInMs(clock: Clock): number {
    const retries = [...this.pending.values()].map(({ notBefore = Infinity }) => notBefore - clock.elapsed());
    return Math.max(Math.min(this.dueInMs(clock), ...retries), 0);
  }

  /** Everything until then has been looked at, and something has become of it. */
  watermark(): Date | undefined {
    const times = [...this.pending.values()].flatMap(({ event }) => event.time?.getTime() ?? []);
    if (this.#begunAt === undefined || times.length === 0) return this.#begunAt;
    return new Date(Math.min(...times) - 1_000);
  }

  result(): LookResult {
    const { found, problem, missingSecrets, troubles } = this;
    return { found, problem, missingSecrets, troubles: [...troubles.values()], watermark: this.watermark(), isExact: this.#isExact };
  }

  /** What failed goes on waiting for its turn, though it was found again. */
  #keepPending(events: readonly SourceEvent[]): void {
    const before = new Map(this.pending);
    this.pending.clear();
    for (const event of events) this.pending.set(event.id, { failures: 0, ...before.get(event.id), event });
  }
}

function askedBy({ metadata: { generation } }: TaskSpawner, workspace: Workspace | undefined): string {
  return [generation, workspace?.metadata.uid, workspace?.metadata.generation].join(' ');
}

/** By the place of their labels in `priorityLabels`, those without one last. */
function inOrder(spawner: TaskSpawner, events: readonly SourceEvent[]): SourceEvent[] {
  const trigger = triggersOf(spawner)[0]!;
  const place = (event: SourceEvent) => priorityOf(spawner, trigger, event.labels) ?? Infinity;
  return events.map((event) => ({ event, place: place(event) })).sort((a, b) => (a.place === b.place ? 0 : a.place - b.place)).map(({ event }) => event);
}

/**
 * When a spawner that is seen for the first time looks, in milliseconds of the clock: when its interval since the last look is over, and where that is now, spread by chance, so that a
 * thousand of them do not ask at once. A new one looks at once.
 */
export function firstLookAt({ metadata, spec, status }: TaskSpawner, { trigger, isLocal, nextLookMs }: PolledSource, clock: Clock, random: Random): number {
  const now = clock.now().getTime();
  const last = status?.lastDiscoveryTime;
  const isNew = last === undefined && metadata.creationTimestamp !== undefined && now - Date.parse(metadata.creationTimestamp) < NEW_MS;
  if (isLocal || isNew) return clock.elapsed();
  const intervalMs = nextLookMs(spec.when[trigger] as never, clock.now());
  const leftMs = last === undefined ? 0 : Math.min(parseKubeTime(last).getTime() + intervalMs - now, intervalMs);
  return clock.elapsed() + Math.max(leftMs, random() * Math.min(intervalMs, LONGEST_SPREAD_MS));
}
