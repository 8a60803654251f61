import { type Task, type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Informer } from '../kube/informer.ts';
import { spawnerOf } from './slot.ts';
import { siblingKey } from './task-caches.ts';

/** Remembered at a time. Of more than that the server is asked again. */
const MOST_GONE = 1_000;

export interface SpawnerLookupOptions {
  readonly client: KubeClient;
  readonly spawners: Pick<Informer<TaskSpawner>, 'get' | 'remember'>;
}

/**
 * Tells a TaskSpawner that is gone from one that the cache does not show yet: another replica may have made a Task of it before we have heard of it, and
 * without it there is no limit.
 */
export class SpawnerLookup {
  readonly #options: SpawnerLookupOptions;
  /** By uid, the oldest answer first. */
  readonly #gone = new Set<string>();

  constructor(options: SpawnerLookupOptions) {
    this.#options = options;
  }

  /** Whether what the cache says of the spawner of a Task can be believed. */
  isKnown(task: Task): boolean {
    const owner = spawnerOf(task);
    return !owner || this.#gone.has(owner.uid) || this.#options.spawners.get(siblingKey(task, owner.name))?.metadata.uid === owner.uid;
  }

  /** Asks the server. From then on the cache can be believed. */
  async ask(task: Task, signal: AbortSignal): Promise<void> {
    const { name, uid } = spawnerOf(task)!;
    const found = await this.#read(task, name, signal);
    if (found?.metadata.uid === uid) return this.#options.spawners.remember(found);
    this.#gone.add(uid);
    if (this.#gone.size > MOST_GONE) this.#gone.delete(this.#gone.values().next().value!);
  }

  async #read({ metadata: { namespace } }: Task, name: string, signal: AbortSignal): Promise<TaskSpawner | undefined> {
    try {
      return await this.#options.client.get<TaskSpawner>(taskSpawnerResource, { namespace, name }, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
