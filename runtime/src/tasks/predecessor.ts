import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import type { Informer } from '../kube/informer.ts';
import { controllerOf, type KubeObject, type Resource } from '../kube/object.ts';
import { OF_TASKS, siblingKey, type TaskCaches } from './task-caches.ts';

/** A list comes in pieces of this many objects: each is parsed at once, and everything else waits meanwhile. */
const PAGE = 250;
/** A watch that lags is waited for this long; then the caches are believed as they are. */
const PATIENCE_MS = 300_000;

export interface PredecessorOptions {
  readonly client: KubeClient;
  readonly caches: TaskCaches;
  readonly clock: Clock;
}

/**
 * Tells whether the caches show all that the operator before this one has started in a namespace.
 *
 * What we start ourselves is in our caches at once. What another process started before it died may come late, when a watch lags, and a branch or
 * a budget would look free. So the server is asked, once for each namespace in the life of a process, and only where a Task has a branch or
 * a budget.
 */
export class Predecessor {
  readonly #options: PredecessorOptions;
  readonly #known = new Set<string>();
  readonly #askedSince = new Map<string, number>();
  readonly #asking = new Map<string, Promise<boolean>>();

  constructor(options: PredecessorOptions) {
    this.#options = options;
  }

  /** Answers whether a decision can be made; if not, ask again soon. */
  async isKnown(namespace: string, signal: AbortSignal): Promise<boolean> {
    if (this.#known.has(namespace)) return true;
    // A thousand Tasks that ask at once are one question.
    const running = this.#asking.get(namespace) ?? this.#ask(namespace, signal).finally(() => this.#asking.delete(namespace));
    this.#asking.set(namespace, running);
    return running;
  }

  async #ask(namespace: string, signal: AbortSignal): Promise<boolean> {
    const { clock, caches } = this.#options;
    const since = this.#askedSince.get(namespace) ?? clock.elapsed();
    this.#askedSince.set(namespace, since);
    const isShown = (await this.#shows(caches.jobs, jobResource, namespace, signal)) && (await this.#shows(caches.pods, podResource, namespace, signal));
    if (!isShown && clock.elapsed() - since < PATIENCE_MS) return false;
    this.#known.add(namespace);
    this.#askedSince.delete(namespace);
    return true;
  }

  async #shows<T extends KubeObject>(cache: Pick<Informer<T, never>, 'reflects'>, resource: Resource, namespace: string, signal: AbortSignal): Promise<boolean> {
    let next: string | undefined;
    do {
      const { items, metadata } = await this.#options.client.list(resource, { namespace, labelSelector: OF_TASKS, limit: PAGE, ...(next ? { continue: next } : {}), signal });
      if (!items.every((object) => cache.reflects(object) && this.#knowsOwner(object))) return false;
      next = metadata.continue;
    } while (next);
    return true;
  }

  /** A Job is there before its Task says so: who the Task is has to be known as well. */
  #knowsOwner(object: KubeObject): boolean {
    const owner = controllerOf(object);
    if (owner?.kind !== 'Task' || object.metadata.deletionTimestamp) return true;
    return this.#options.caches.tasks.get(siblingKey(object, owner.name))?.metadata.uid === owner.uid;
  }
}
