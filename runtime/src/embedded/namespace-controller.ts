import type { Clock } from '../kube/clock.ts';
import { splitKey } from '../kube/object.ts';
import type { ApiObject } from './api-object.ts';
import { internalOptions, type Cluster } from './cluster.ts';
import { deleteObject } from './delete.ts';
import { updateObject } from './update.ts';

/**
 * Empties a namespace that is being deleted, and lets it go when nothing is left in it.
 *
 * What has a finalizer, or a node that still runs it, keeps the namespace Terminating until it is gone.
 */
export class NamespaceController {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #terminating = new Set<string>();
  readonly #unfollow: () => void;
  #scheduled: { cancel(): void } | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#clock = cluster.clock;
    for (const namespace of cluster.store.list('namespaces')) this.#observe(namespace);
    this.#unfollow = cluster.store.follow(({ collection, object, type }) => {
      if (collection === 'namespaces') {
        if (type === 'DELETED') this.#terminating.delete(object.metadata.name!);
        else this.#observe(object);
      } else if (type === 'DELETED' && this.#terminating.has(object.metadata.namespace ?? '')) {
        this.#schedule();
      }
    });
  }

  stop(): void {
    this.#unfollow();
    this.#scheduled?.cancel();
  }

  #observe({ metadata: { name, deletionTimestamp } }: ApiObject): void {
    if (deletionTimestamp === undefined) return;
    this.#terminating.add(name!);
    this.#schedule();
  }

  #schedule(): void {
    this.#scheduled ??= this.#clock.after(0, () => {
      this.#scheduled = undefined;
      for (const name of [...this.#terminating]) this.#empty(name);
    });
  }

  #empty(namespace: string): void {
    const { store, resources } = this.#cluster;
    let left = 0;
    for (const collection of store.collections()) {
      if (!resources.isServed(collection)) continue;
      const resource = resources.storing(collection);
      if (!resource.namespaced) continue;
      for (const { metadata: { name, deletionTimestamp } } of store.list(collection, namespace)) {
        const gone = deletionTimestamp === undefined && deleteObject(this.#cluster, { resource, namespace, name: name! }, { propagationPolicy: 'Background' }).gone;
        if (!gone) left++;
      }
    }
    if (left > 0) return;
    const target = { resource: resources.storing('namespaces'), ...splitKey(namespace) };
    updateObject(this.#cluster, target, (object) => ({ ...object, spec: { ...object.spec as object, finalizers: [] } }), internalOptions('namespace-controller'));
  }
}
