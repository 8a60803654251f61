import { strict as assert } from 'node:assert';
import type { ApiObject } from './api-object.ts';
import { deepFreeze } from './json.ts';
import { WatchWindow } from './watch-window.ts';

/** One committed write, as everyone who follows the store sees it. */
export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly collection: string;
  readonly key: string;
  /** After the write; of a deleted object the last state, under the revision of its deletion. */
  readonly object: ApiObject;
  readonly previous?: ApiObject;
}

/** A write that is to be committed. Without an object it is a deletion. */
export interface Commit {
  readonly collection: string;
  readonly key: string;
  readonly object?: ApiObject;
}

export interface StoreOptions {
  /** How many changes per collection a watch can go back. */
  readonly windowSize: number;
}

/**
 * The objects of the cluster, and the one counter that numbers their changes.
 *
 * **Guarantee:** every commit gets the next revision, followers see commits in that order and each exactly once, and an object
 * handed out never changes. **Assumes** one thread: a commit is never interrupted.
 */
export class Store {
  #revision = 1;
  /** What happened up to here is in no window. */
  #startRevision = 1;
  readonly #collections = new Map<string, Collection>();
  readonly #followers = new Set<(change: Change) => void>();
  readonly #windowSize: number;

  constructor({ windowSize }: StoreOptions) {
    this.#windowSize = windowSize;
  }

  get revision(): number {
    return this.#revision;
  }

  get(collection: string, key: string): ApiObject | undefined {
    return this.#collections.get(collection)?.objects.get(key);
  }

  /** In key order, which is the order of namespaces, then of names. */
  list(collection: string, namespace?: string): ApiObject[] {
    return this.#collections.get(collection)?.range(namespace) ?? [];
  }

  /** As `list` was at an earlier revision, or undefined when the window no longer reaches back that far. */
  listAt(revision: number, collection: string, namespace?: string): ApiObject[] | undefined {
    const window = this.window(collection);
    const later = window.since(revision);
    if (later === undefined) return undefined;
    if (later.length === 0) return this.list(collection, namespace);
    const entries = new Map(this.#collections.get(collection)?.objects);
    for (const change of later.toReversed()) {
      if (change.previous === undefined) entries.delete(change.key);
      else entries.set(change.key, change.previous);
    }
    return [...entries.keys()].sort().filter((key) => namespace === undefined || key.startsWith(`${namespace}/`)).map((key) => entries.get(key)!);
  }

  entries(collection: string): Iterable<[key: string, object: ApiObject]> {
    return this.#collections.get(collection)?.objects ?? [];
  }

  collections(): string[] {
    return [...this.#collections.keys()];
  }

  window(collection: string): WatchWindow {
    return this.#collection(collection).window;
  }

  /** Numbers the write, stores it, tells the followers. The object's resourceVersion is set here and nowhere else. */
  commit({ collection, key, object }: Commit): ApiObject {
    const { objects, window, keys } = this.#collection(collection);
    const previous = objects.get(key);
    assert(object ?? previous, `${collection} ${key} is deleted twice`);
    const revision = ++this.#revision;
    const source = object ?? previous!;
    const stored = deepFreeze({ ...source, metadata: { ...source.metadata, resourceVersion: String(revision) } });
    if (object === undefined) {
      objects.delete(key);
      keys.splice(lowerBound(keys, key), 1);
    } else {
      objects.set(key, stored);
      if (previous === undefined) keys.splice(lowerBound(keys, key), 0, key);
    }
    const type = object === undefined ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED';
    const change: Change = { revision, type, collection, key, object: stored, ...(previous === undefined ? {} : { previous }) };
    window.push(change);
    for (const follow of [...this.#followers]) follow(change);
    return stored;
  }

  /** Puts back what was stored before a restart: no change, no new revision. Watches cannot go back beyond it. */
  restore(revision: number, objects: Iterable<{ collection: string; key: string; object: ApiObject }>): void {
    assert.equal(this.#revision, 1, 'a store is restored before its first write');
    this.#revision = revision;
    this.#startRevision = revision;
    for (const { collection, key, object } of objects) this.#collection(collection).add(key, deepFreeze(object));
  }

  /** Calls back after every commit, inside it: the callback must not commit. */
  follow(follower: (change: Change) => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  #collection(name: string): Collection {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      collection = new Collection(new WatchWindow(this.#windowSize, this.#startRevision));
      this.#collections.set(name, collection);
    }
    return collection;
  }
}

class Collection {
  readonly objects = new Map<string, ApiObject>();
  /** Sorted. */
  readonly keys: string[] = [];
  readonly window: WatchWindow;

  constructor(window: WatchWindow) {
    this.window = window;
  }

  add(key: string, object: ApiObject): void {
    if (!this.objects.has(key)) this.keys.splice(lowerBound(this.keys, key), 0, key);
    this.objects.set(key, object);
  }

  range(namespace?: string): ApiObject[] {
    const from = namespace === undefined ? 0 : lowerBound(this.keys, `${namespace}/`);
    // "0" is the character after "/".
    const to = namespace === undefined ? this.keys.length : lowerBound(this.keys, `${namespace}0`);
    return this.keys.slice(from, to).map((key) => this.objects.get(key)!);
  }
}

/** Index of the first key that is not smaller. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
