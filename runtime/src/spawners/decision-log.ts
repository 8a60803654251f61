import { type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import type { ConfigMap } from '@taskwright/schema/kubernetes';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Clock, sleep } from '../kube/clock.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/log.ts';
import { keyOf } from '../kube/object.ts';
import { normalEvent, warningEvent } from '../kube/plan.ts';
import type { Decision, DecisionLog } from './decision.ts';
import { isNews, isWithoutEffect, keptOf, keptText, type KeptDecision, MOST_KEPT, readRing, textOf, withDecisions } from './decision-ring.ts';
import { type Kept, SpawnerConfigMap, spawnerConfigMapName } from './spawner-config-map.ts';

export interface ConfigMapDecisionsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Hears of what was made and refused, so that `kubectl describe` shows it. */
  readonly events?: Pick<EventRecorder, 'record'>;
  readonly log?: Log;
}

/** The key of the ConfigMap that has them. */
export const DECISIONS_KEY = 'decisions';

/** Between two writes for one spawner, in milliseconds. */
const PAUSE_MS = 500;
/** What other processes have decided is read again after this, in milliseconds: a Task does not come, work and go in less. */
const FRESH_MS = 5_000;
/** Several replicas write at a time; each time somebody else was first, that one had its turn. */
const MOST_TRIES = 8;
/** Rings that are remembered, to write without reading first. Of more than that, those that were written longest ago are read again. */
const MOST_REMEMBERED = 256;

/** The ConfigMap that has the decisions of a spawner. */
export function decisionsNameOf(spawner: Pick<TaskSpawner, 'metadata'>): string {
  return spawnerConfigMapName(spawner, DECISIONS_KEY);
}

/** What is in a ConfigMap with decisions. The newest come first. */
export function decisionsIn(configMap: Pick<ConfigMap, 'data'>): readonly KeptDecision[] {
  return readRing(configMap.data?.[DECISIONS_KEY] ?? '');
}

/**
 * Keeps the last decisions of each TaskSpawner in a ConfigMap that belongs to it.
 *
 * **Guarantee** When {@link record} resolves, the decision is written, or was before; when it rejects, it may not be. Whoever does not wait need not care. A spawner is written to
 * once in 500 ms at most, whatever comes meanwhile, and replicas that write at a time lose nothing of each other. That the same was decided again of the same event is written with the
 * next news. A ConfigMap of the name that is somebody else's is left alone, and an event of the spawner tells it.
 *
 * **Errors** Those of the API server, when it does not take the ConfigMap.
 */
export class ConfigMapDecisions implements DecisionLog {
  readonly #options: ConfigMapDecisionsOptions;
  readonly #configMap: SpawnerConfigMap;
  /** By uid of the spawner, while something is to be written for it. */
  readonly #books = new Map<string, Book>();
  /** By uid of the spawner, the one that was written longest ago first. */
  readonly #remembered = new Map<string, Written>();
  /** What the server did not take goes with the next decision of its spawner, by uid. */
  readonly #unwritten = new Map<string, readonly Decision[]>();
  /** By uid of the spawner, the one that was read longest ago first. */
  readonly #known = new Map<string, { readonly at: number; readonly ring: Promise<readonly KeptDecision[]> }>();
  readonly #ending = new AbortController();

  constructor(options: ConfigMapDecisionsOptions) {
    this.#options = options;
    this.#configMap = new SpawnerConfigMap(options.client, DECISIONS_KEY);
  }

  record(spawner: TaskSpawner, decision: Decision): Promise<void> {
    this.#tell(spawner, decision);
    const uid = spawner.metadata.uid!;
    const book = this.#books.get(uid) ?? { spawner, written: undefined, next: undefined };
    if (!this.#books.has(uid)) {
      this.#books.set(uid, book);
      void this.#keep(book);
    }
    book.next ??= new Batch(this.#unwritten.get(uid) ?? []);
    this.#unwritten.delete(uid);
    book.next.add(decision);
    return book.next.written.promise;
  }

  async taskOf(spawner: TaskSpawner, event: string, since: Date): Promise<string | undefined> {
    const uid = spawner.metadata.uid!;
    const { clock } = this.#options;
    let known = this.#known.get(uid);
    if (known === undefined || clock.elapsed() - known.at >= FRESH_MS) {
      known = { at: clock.elapsed(), ring: this.#read(spawner).then((found) => (typeof found === 'object' ? found.ring : [])) };
      known.ring.catch(() => this.#known.delete(uid));
      keep(this.#known, uid, known);
    }
    const kept = keptText('event', event);
    // Also that it was known: whoever made it may have died before that was written.
    return (await known.ring).find((decision) => decision.event === kept && decision.task !== undefined && Date.parse(decision.at) >= since.getTime())?.task;
  }

  /** Writes what is left without a pause, and resolves when it is written. For the end: there are no pauses afterwards. */
  async flush(): Promise<void> {
    this.#ending.abort();
    const left = () => [...this.#books.values()].flatMap(({ written, next }) => [written ?? [], next?.written.promise ?? []].flat());
    for (let writing = left(); writing.length > 0; writing = left()) await Promise.allSettled(writing);
  }

  async #keep(book: Book): Promise<void> {
    const uid = book.spawner.metadata.uid!;
    // What is recorded in the same turn goes along.
    await Promise.resolve();
    for (let batch = book.next; batch !== undefined; batch = book.next) {
      book.next = undefined;
      book.written = batch.written.promise;
      try {
        await this.#write(book.spawner, batch.decisions.map(keptOf));
        batch.written.resolve();
      } catch (error) {
        keep(this.#unwritten, uid, batch.decisions);
        batch.written.reject(error);
      }
      book.written = undefined;
      await sleep(this.#options.clock, PAUSE_MS, this.#ending.signal).catch(() => {});
    }
    this.#books.delete(uid);
  }

  async #write(spawner: TaskSpawner, decisions: readonly KeptDecision[]): Promise<void> {
    const uid = spawner.metadata.uid!;
    for (let tries = 1; ; tries += 1) {
      const before = this.#remembered.get(uid) ?? (await this.#read(spawner));
      if (before === 'foreign') return this.#tellForeign(spawner);
      const ring = withDecisions(before?.ring ?? [], decisions);
      if (before && !isNews(before.ring, ring)) return keep(this.#remembered, uid, { ...before, ring });
      try {
        return keep(this.#remembered, uid, { ring, ...(await this.#configMap.write(spawner, before, textOf(ring))) });
      } catch (error) {
        this.#remembered.delete(uid);
        if (tries === MOST_TRIES || !(isConflict(error) || isAlreadyExists(error) || isNotFound(error))) throw error;
      }
    }
  }

  async #read(spawner: TaskSpawner): Promise<Written | 'foreign' | undefined> {
    const found = await this.#configMap.read(spawner);
    return typeof found === 'object' ? { ring: readRing(found.text), version: found.version, uid: found.uid } : found;
  }

  #tell(spawner: TaskSpawner, { outcome, summary, task, reason }: Decision): void {
    const regarding = { resource: taskSpawnerResource, object: spawner };
    if (outcome === 'Fired') this.#options.events?.record(regarding, normalEvent('Fired', `${summary}: made Task "${task}"`));
    if (outcome === 'Queued') this.#options.events?.record(regarding, normalEvent('Queued', `${summary}: made Task "${task}", which waits for a slot`));
    if (outcome === 'Refused') this.#options.events?.record(regarding, warningEvent('Refused', `${summary}: made no Task${reason === undefined ? '' : `: ${reason}`}`));
  }

  #tellForeign(spawner: TaskSpawner): void {
    const message = `ConfigMap "${decisionsNameOf(spawner)}" is somebody else's, so decisions are not kept; rename it or the TaskSpawner`;
    this.#options.events?.record({ resource: taskSpawnerResource, object: spawner }, warningEvent('DecisionsNotKept', message));
    this.#options.log?.warn({ taskSpawner: keyOf(spawner) }, message);
  }
}

/** What is to be written for a spawner. */
interface Book {
  readonly spawner: TaskSpawner;
  /** What is being written. */
  written: Promise<void> | undefined;
  next: Batch | undefined;
}

/** Decisions that are written together. A burst is cut down to what can be kept, without looking at it. */
class Batch {
  readonly written = Promise.withResolvers<void>();
  readonly #lists: Readonly<Record<'effects' | 'others', Decision[]>> = { effects: [], others: [] };

  constructor(before: readonly Decision[]) {
    // Who does not wait for it does not have to handle it.
    this.written.promise.catch(() => {});
    for (const decision of before) this.add(decision);
  }

  get decisions(): readonly Decision[] {
    return [...this.#lists.effects, ...this.#lists.others];
  }

  add(decision: Decision): void {
    const list = this.#lists[isWithoutEffect(decision) ? 'others' : 'effects'];
    list.push(decision);
    if (list.length === 2 * MOST_KEPT) list.splice(0, MOST_KEPT);
  }
}

/** What the server has, as far as we know. */
interface Written extends Kept {
  readonly ring: readonly KeptDecision[];
}

/** Keeps a value as the newest, and not too many of them. */
function keep<T>(values: Map<string, T>, uid: string, value: T): void {
  values.delete(uid);
  values.set(uid, value);
  if (values.size > MOST_REMEMBERED) values.delete(values.keys().next().value!);
}
