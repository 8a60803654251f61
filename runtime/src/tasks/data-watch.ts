import { configMapResource, secretResource } from '@taskwright/schema/kubernetes';
import type { DataNeed } from '../agent-configs/referenced-data.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Informer } from '../kube/informer.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Random } from '../kube/random.ts';

/** Each watch is an open request. A Task that waits for more than that, or for what may not be watched, looks again after a while. */
const MOST_WATCHES = 100;
const POLL_MS = 30_000;

export interface DataWatchOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random?: Random;
  /** Called with the key of each Task that waits for what has changed, or for what cannot be watched at the moment. */
  readonly wake: (taskKey: string, afterMs: number) => void;
  readonly onError: (error: unknown) => void;
}

interface Watch {
  readonly abort: AbortController;
  readonly waiting: Set<string>;
}

/**
 * Wakes Tasks when a Secret or ConfigMap that they wait for appears or changes.
 *
 * Each is watched by its name, and only while a Task waits for it: the operator needs no right to list the Secrets of a
 * cluster, and keeps no value of any.
 */
export class DataWatch {
  readonly #options: DataWatchOptions;
  readonly #watches = new Map<string, Watch>();
  #closed = false;

  constructor(options: DataWatchOptions) {
    this.#options = options;
  }

  /** From now on the Task waits for exactly these. Answers after how long it has to look by itself, if it has to. */
  await(taskKey: string, namespace: string, needs: readonly DataNeed[]): { requeueAfterMs?: number } {
    const wanted = new Map(needs.map((need) => [`${need.kind} ${namespace}/${need.name}`, need]));
    for (const [id, watch] of this.#watches) if (!wanted.has(id)) this.#leave(id, watch, taskKey);
    let isWatched = true;
    for (const [id, need] of wanted) isWatched = this.#join(id, namespace, need, taskKey) && isWatched;
    return isWatched ? {} : { requeueAfterMs: POLL_MS };
  }

  close(): void {
    this.#closed = true;
    for (const { abort } of this.#watches.values()) abort.abort();
    this.#watches.clear();
  }

  #join(id: string, namespace: string, { kind, name }: DataNeed, taskKey: string): boolean {
    const running = this.#watches.get(id);
    if (running) return running.waiting.add(taskKey) !== undefined;
    if (this.#closed || this.#watches.size >= MOST_WATCHES) return false;

    const watch: Watch = { abort: new AbortController(), waiting: new Set([taskKey]) };
    this.#watches.set(id, watch);
    const { client, clock, random, wake, onError } = this.#options;
    const informer = new Informer(client, {
      resource: kind === 'Secret' ? secretResource : configMapResource,
      namespace,
      fieldSelector: `metadata.name=${name}`,
      project: identityOnly,
      clock,
      ...(random && { random }),
      onError: (error) => {
        onError(error);
        wakeAll(POLL_MS);
      },
    });
    informer.onChange(() => wakeAll(0));
    informer.start(watch.abort.signal).catch((error: unknown) => {
      if (!watch.abort.signal.aborted) onError(error);
    });
    return true;

    function wakeAll(afterMs: number): void {
      for (const key of watch.waiting) wake(key, afterMs);
    }
  }

  #leave(id: string, { waiting, abort }: Watch, taskKey: string): void {
    waiting.delete(taskKey);
    if (waiting.size > 0) return;
    abort.abort();
    this.#watches.delete(id);
  }
}

function identityOnly({ metadata: { name, namespace, uid, resourceVersion } }: KubeObject): KubeObject {
  return { metadata: { name, namespace, uid, resourceVersion } };
}
