import type { Cluster } from './cluster.ts';
import { deleteObject } from './delete.ts';

const EVENT_LIFE_MS = 60 * 60 * 1_000;

/** Deletes Events an hour after they were last written, as the API server does: they tell what happened, and must not fill the memory. */
export class EventExpiry {
  readonly #cluster: Cluster;
  readonly #unfollow: () => void;
  #timer: { cancel(): void } | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#unfollow = cluster.store.follow(({ collection, type }) => {
      if (collection === 'events' && type === 'ADDED') this.#arm();
    });
    if (cluster.store.list('events').length > 0) this.#arm();
  }

  stop(): void {
    this.#unfollow();
    this.#timer?.cancel();
  }

  #arm(): void {
    this.#timer ??= this.#cluster.clock.after(EVENT_LIFE_MS, () => {
      this.#timer = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const { store, resources, clock } = this.#cluster;
    const resource = resources.storing('events');
    const oldest = clock.now().getTime() - EVENT_LIFE_MS;
    for (const { metadata, ...event } of store.list('events')) {
      const series = event.series as { lastObservedTime?: string } | undefined;
      const last = series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? metadata.creationTimestamp;
      if (Date.parse(String(last)) > oldest) continue;
      deleteObject(this.#cluster, { resource, namespace: metadata.namespace!, name: metadata.name! }, {});
    }
    if (store.list('events').length > 0) this.#arm();
  }
}
