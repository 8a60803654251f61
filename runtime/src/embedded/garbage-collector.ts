import { splitKey, type OwnerReference } from '../kube/object.ts';
import { withMeta, type ApiObject } from './api-object.ts';
import { internalOptions, storeKey, type Cluster, type Target } from './cluster.ts';
import { deleteObject } from './delete.ts';
import type { Change } from './store.ts';
import { updateObject } from './update.ts';

/**
 * Deletes what nobody owns any more, in the background: an object goes when every owner it names is gone.
 *
 * An owner deleted with `foregroundDeletion` waits for the dependents that block it; one deleted with `orphan` leaves them behind without
 * the reference to it. An owner counts as gone when no object of that name has that uid.
 */
export class GarbageCollector {
  readonly #cluster: Cluster;
  readonly #dirty = new Set<string>();
  readonly #unfollow: () => void;
  /** Dependents by the uid of their owner. */
  readonly #dependents = new Map<string, Map<string, Location>>();
  /** Every object there is, by uid. */
  readonly #living = new Map<string, Location>();
  #scheduled: { cancel(): void } | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    for (const collection of cluster.store.collections()) {
      for (const object of cluster.store.list(collection)) this.#learn(collection, object);
    }
    this.#unfollow = cluster.store.follow((change) => this.#observe(change));
    for (const uid of this.#dependents.keys()) this.#mark(uid);
    for (const uid of this.#living.keys()) this.#mark(uid);
  }

  stop(): void {
    this.#unfollow();
    this.#scheduled?.cancel();
  }

  #observe({ type, collection, object, previous }: Change): void {
    if (previous) this.#forget(previous);
    const uid = object.metadata.uid!;
    if (type === 'DELETED') {
      if (this.#dependents.has(uid)) this.#mark(uid);
      // An owner that waits for its dependents may have waited for this one.
      for (const owner of object.metadata.ownerReferences ?? []) this.#mark(owner.uid);
      return;
    }
    this.#learn(collection, object);
    if (object.metadata.deletionTimestamp !== undefined) this.#mark(uid);
    for (const owner of object.metadata.ownerReferences ?? []) if (!this.#living.has(owner.uid)) this.#mark(owner.uid);
  }

  #learn(collection: string, object: ApiObject): void {
    const { uid, ownerReferences = [] } = object.metadata;
    this.#living.set(uid!, locationOf(collection, object));
    for (const owner of ownerReferences) {
      let dependents = this.#dependents.get(owner.uid);
      if (dependents === undefined) this.#dependents.set(owner.uid, dependents = new Map());
      dependents.set(uid!, locationOf(collection, object));
    }
  }

  #forget({ metadata: { uid, ownerReferences = [] } }: ApiObject): void {
    this.#living.delete(uid!);
    for (const owner of ownerReferences) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid!);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }

  #mark(ownerUid: string): void {
    this.#dirty.add(ownerUid);
    this.#scheduled ??= this.#cluster.clock.after(0, () => {
      this.#scheduled = undefined;
      this.#collect();
    });
  }

  /** A deletion marks more: what is left is for the next turn, so that a long chain does not hold up the requests in between. */
  #collect(): void {
    const uids = [...this.#dirty];
    this.#dirty.clear();
    for (const uid of uids) {
      const dependents = [...this.#dependents.get(uid)?.values() ?? []];
      const owner = this.#living.get(uid);
      if (owner === undefined) for (const dependent of dependents) this.#release(dependent);
      else this.#finish(owner, dependents);
    }
  }

  /** Takes the vanished owners away from an object, and the object with the last of them. */
  #release(location: Location): void {
    const object = this.#read(location);
    if (object === undefined) return;
    const owners = object.metadata.ownerReferences ?? [];
    const living = owners.filter((owner) => this.#living.has(owner.uid));
    if (living.length > 0) this.#write(location, { ownerReferences: living });
    else if (owners.length > 0 && object.metadata.deletionTimestamp === undefined) this.#delete(location, object);
  }

  /** Carries out what a deletion asked for beside the deletion itself. */
  #finish(location: Location, dependents: Location[]): void {
    const owner = this.#read(location);
    if (owner?.metadata.deletionTimestamp === undefined) return;
    const { finalizers = [], uid } = owner.metadata;
    if (finalizers.includes('orphan')) {
      for (const dependent of dependents) {
        const references = this.#read(dependent)?.metadata.ownerReferences;
        if (references) this.#write(dependent, { ownerReferences: references.filter((reference) => reference.uid !== uid) });
      }
      this.#write(location, { finalizers: finalizers.filter((finalizer) => finalizer !== 'orphan') });
    } else if (finalizers.includes('foregroundDeletion')) {
      const blocking = dependents.filter((dependent) => blocks(this.#read(dependent), uid!));
      for (const dependent of dependents) {
        const object = this.#read(dependent);
        if (object && object.metadata.deletionTimestamp === undefined) this.#delete(dependent, object, 'Foreground');
      }
      if (blocking.length === 0) this.#write(location, { finalizers: finalizers.filter((finalizer) => finalizer !== 'foregroundDeletion') });
    }
  }

  #read({ collection, key }: Location): ApiObject | undefined {
    return this.#cluster.store.get(collection, key);
  }

  #write(location: Location, changes: { ownerReferences?: OwnerReference[]; finalizers?: string[] }): void {
    updateObject(this.#cluster, this.#target(location), (object) => withMeta(object, changes), internalOptions('garbage-collector'));
  }

  #delete(location: Location, { metadata: { uid } }: ApiObject, propagationPolicy: 'Background' | 'Foreground' = 'Background'): void {
    deleteObject(this.#cluster, this.#target(location), { propagationPolicy, preconditions: { uid: uid! } });
  }
  #target({ collection, key }: Location): Target {
    return { resource: this.#cluster.resources.storing(collection), ...splitKey(key) };
  }
}

interface Location {
  readonly collection: string;
  readonly key: string;
}

function locationOf(collection: string, { metadata }: ApiObject): Location {
  return { collection, key: storeKey(metadata) };
}

function blocks(dependent: ApiObject | undefined, ownerUid: string): boolean {
  return dependent?.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion) ?? false;
}
