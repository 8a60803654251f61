import { taskBudgetResource, taskRecordResource, taskSpawnerResource } from '@taskwright/schema';
import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { controllerOf, type KubeObject } from '../kube/object.ts';
import { OF_TASKS, siblingKey, type TaskCaches } from './task-caches.ts';

/** A list comes in pieces of this many objects: each is parsed at once, and everything else waits meanwhile. */
const PAGE = 250;
/**
 * What a watch has not shown is looked for in the caches. The server is asked again for what has gone since: soon at first, for a Job whose Task was just deleted
 * goes in a moment and no cache tells of it, then after twice as long each time, up to the longest.
 */
const ASKED_AGAIN_MS = { first: 1_000, longest: 60_000 };
/** A watch that lags is waited for this long; then the caches are believed as they are. */
const PATIENCE_MS = 900_000;
const ORDER: readonly Need[] = ['budgets', 'spawners', 'work'];

export interface PredecessorOptions {
  readonly client: KubeClient;
  readonly caches: TaskCaches;
  readonly clock: Clock;
}

/** What has to be known of a namespace: its budgets, its TaskSpawners, what is at work there. Where there is a budget, that is needed, too. */
export type Need = 'budgets' | 'spawners' | 'work';

/**
 * Tells whether the caches show what the operator before this one has seen and started in a namespace.
 *
 * What we start ourselves is in our caches at once. What another process saw and did before it died may come late, when a watch lags, and a
 * branch or a budget would look free. So the server is asked, once for each namespace in the life of a process: for the budgets, which are
 * few, for TaskSpawners where one has made a Task, and for Jobs, Pods and records only where a Task has a branch, a budget or a spawner with a limit.
 */
export class Predecessor {
  readonly #options: PredecessorOptions;
  readonly #known = new Set<string>();
  /** Questions whose answer the caches did not show: since when, when they were asked last, and what was missing then. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(options: PredecessorOptions) {
    this.#options = options;
  }

  isKnown(namespace: string, needs: readonly Need[]): boolean {
    return this.#needsOf(namespace, needs).every((one) => this.#known.has(`${one} ${namespace}`));
  }

  /** Answers whether the caches show it now; if not, ask again soon. */
  async ask(namespace: string, needs: readonly Need[], signal: AbortSignal): Promise<boolean> {
    for (const need of ORDER) {
      // Asked each time: what the answer before it was may need more.
      if (this.#needsOf(namespace, needs).includes(need) && !(await this.#askOnce(need, namespace, signal))) return false;
    }
    return true;
  }

  #needsOf(namespace: string, needs: readonly Need[]): readonly Need[] {
    return this.#options.caches.budgets.list(namespace).length > 0 ? [...needs, 'work'] : needs;
  }

  /** A thousand Tasks that ask at a time are one question. */
  #askOnce(need: Need, namespace: string, signal: AbortSignal): Promise<boolean> {
    const id = `${need} ${namespace}`;
    const running = this.#asking.get(id) ?? this.#askServer(id, need, namespace, signal).finally(() => this.#asking.delete(id));
    this.#asking.set(id, running);
    return running;
  }

  async #askServer(id: string, need: Need, namespace: string, signal: AbortSignal): Promise<boolean> {
    if (this.#known.has(id)) return true;
    const { clock } = this.#options;
    const before = this.#waiting.get(id);
    const askedMs = clock.elapsed();
    const isEarly = before && askedMs - before.askedMs < before.againInMs && askedMs - before.sinceMs < PATIENCE_MS;
    if (isEarly && !before.missing.isShown()) return false;
    const missing = await this.#missing(need, namespace, signal);
    const sinceMs = before?.sinceMs ?? askedMs;
    if (missing && clock.elapsed() - sinceMs < PATIENCE_MS) {
      const againInMs = before ? Math.min(2 * before.againInMs, ASKED_AGAIN_MS.longest) : ASKED_AGAIN_MS.first;
      this.#waiting.set(id, { sinceMs, askedMs, againInMs, missing });
      return false;
    }
    this.#known.add(id);
    this.#waiting.delete(id);
    return true;
  }

  #missing(need: Need, namespace: string, signal: AbortSignal): Promise<Missing | undefined> {
    const { budgets, spawners } = this.#options.caches;
    switch (need) {
      case 'budgets':
        return this.#missingOf(budgets, { resource: taskBudgetResource, namespace, signal });
      case 'spawners':
        return this.#missingOf(spawners, { resource: taskSpawnerResource, namespace, signal });
      case 'work':
        return this.#missingWork(namespace, signal);
    }
  }

  async #missingWork(namespace: string, signal: AbortSignal): Promise<Missing | undefined> {
    const { jobs, pods, records } = this.#options.caches;
    return (await this.#missingOf(jobs, { resource: jobResource, namespace, labelSelector: OF_TASKS, signal }))
      ?? (await this.#missingOf(pods, { resource: podResource, namespace, labelSelector: OF_TASKS, signal }))
      ?? (await this.#missingOf(records, { resource: taskRecordResource, namespace, signal }));
  }

  /** What of the answer the caches do not show, as far as the first page that has some of it. */
  async #missingOf(cache: Pick<Informer, 'reflects'>, { resource, ...selection }: Question): Promise<Missing | undefined> {
    const isShown = (object: KubeObject) => cache.reflects(object) && this.#knowsOwner(object);
    let next: string | undefined;
    do {
      const { items, metadata } = await this.#options.client.list(resource, { ...selection, limit: PAGE, ...(next ? { continue: next } : {}) });
      const missing = items.filter((object) => !isShown(object)).map(({ metadata: of }): KubeObject => ({ metadata: of }));
      if (missing.length > 0) return { isShown: () => missing.every(isShown) };
      next = metadata.continue;
    } while (next);
    return undefined;
  }

  /** A Job is there before its Task says so: who the Task is has to be known as well. */
  #knowsOwner(object: KubeObject): boolean {
    const owner = controllerOf(object);
    if (owner?.kind !== 'Task' || object.metadata.deletionTimestamp) return true;
    return this.#options.caches.tasks.get(siblingKey(object, owner.name))?.metadata.uid === owner.uid;
  }
}

interface Missing {
  isShown(): boolean;
}

interface Waiting {
  readonly sinceMs: number;
  readonly askedMs: number;
  readonly againInMs: number;
  readonly missing: Missing;
}

interface Question {
  readonly resource: Parameters<KubeClient['list']>[0];
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly signal: AbortSignal;
}
