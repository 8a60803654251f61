import assert from 'node:assert/strict';
import type { Change } from './change-feed.ts';
import { Indexer, type IndexFunctions } from './indexer.ts';
import { keyOf, type KubeObject } from './object.ts';
import { isAtLeast } from './resource-version.ts';
import type { WatchEvent } from './watch.ts';

export interface CacheOptions<T extends KubeObject, Index extends string> {
  readonly indexes: IndexFunctions<T, Index>;
  readonly project: (object: T) => T;
  readonly onError: (error: unknown) => void;
}

/**
 * What is known of one resource, and up to which version. Each method answers what it changed.
 *
 * **Guarantee** It never goes back in time: what is older than what it holds is left out, whether it comes late, twice, or after a
 * write of our own. {@link replace} is one step: no reader sees half a list.
 *
 * **Assumes** Events come in the order of their versions, and each version of the resource comes, in an event or a bookmark.
 */
export class Cache<T extends KubeObject, Index extends string = never> {
  readonly #options: CacheOptions<T, Index>;
  /** Own writes that the watch has not confirmed, by key: the version they gave the object. */
  readonly #ahead = new Map<string, string>();
  #objects: Indexer<T, Index>;
  #position = '';

  constructor(options: CacheOptions<T, Index>) {
    this.#options = options;
    this.#objects = new Indexer(options.indexes, options.onError);
  }

  get objects(): Pick<Indexer<T, Index>, 'get' | 'list' | 'byIndex' | 'countByIndex' | 'size'> {
    return this.#objects;
  }

  /** Everything up to this version is known. Empty before the first list. */
  get position(): string {
    return this.#position;
  }

  /** Takes one event of a watch that goes on from {@link position}. */
  follow({ type, object }: WatchEvent<T>): Change<T>[] {
    const version = versionOf(object);
    if (type === 'BOOKMARK') return this.#advance(version);
    const key = keyOf(object);
    const confirmed = this.#ahead.get(key);
    if (confirmed !== undefined && isAtLeast(version, confirmed)) this.#ahead.delete(key);
    const changes = type === 'DELETED' ? this.#delete(key, object, version) : this.#put(key, object, version);
    return this.#ahead.size === 0 ? (this.#moveTo(version), changes) : [...changes, ...this.#advance(version)];
  }

  /** An empty place to gather a whole list in, for {@link replace}. */
  gather(): Gathering<T, Index> {
    return new Gathering(this.#options);
  }

  /** Takes a whole list as of `version`. The server is right even when it went back, for it was restored then. */
  replace(gathered: Gathering<T, Index>, version: string): Iterable<Change<T>> {
    const before = this.#objects;
    const now = gathered.objects;
    for (const [key, aheadVersion] of this.#ahead) {
      if (isAtLeast(version, aheadVersion)) this.#ahead.delete(key);
      else now.put(before.get(key)!, key);
    }
    const inInitialList = this.#position === '';
    this.#objects = now;
    this.#position = version;
    return difference(before, now, inInitialList);
  }

  /**
   * Takes what a write of ours answered, ahead of the watch. What the watch has passed already is left out; what it passes later
   * without confirming it goes again, because it is not of our selection.
   */
  remember(answered: T): Change<T>[] {
    const version = versionOf(answered);
    if (this.#position === '' || isAtLeast(this.#position, version)) return [];
    const key = keyOf(answered);
    const changes = this.#put(key, { ...answered, metadata: { ...answered.metadata, managedFields: undefined } }, version);
    if (changes.length > 0) this.#ahead.set(key, version);
    return changes;
  }

  #put(key: string, object: T, version: string): Change<T>[] {
    const old = this.#objects.get(key);
    if (old !== undefined && isAtLeast(versionOf(old), version)) return [];
    const stored = projected(object, this.#options);
    this.#objects.put(stored, key);
    if (old === undefined) return [{ type: 'added', object: stored, inInitialList: false }];
    return isSameObject(old, stored) ? [{ type: 'updated', object: stored, old }] : replaced(old, stored);
  }

  #delete(key: string, object: T, version: string): Change<T>[] {
    const old = this.#objects.get(key);
    // A newer one of that name is there already: a write of ours that the watch has yet to reach.
    if (old === undefined || !isAtLeast(version, versionOf(old))) return [];
    this.#objects.delete(key);
    return [{ type: 'deleted', object: projected(object, this.#options), finalStateUnknown: false }];
  }

  #advance(version: string): Change<T>[] {
    this.#moveTo(version);
    const changes: Change<T>[] = [];
    for (const [key, aheadVersion] of this.#ahead) {
      if (!isAtLeast(this.#position, aheadVersion)) continue;
      this.#ahead.delete(key);
      const object = this.#objects.delete(key);
      if (object !== undefined) changes.push({ type: 'deleted', object, finalStateUnknown: true });
    }
    return changes;
  }

  #moveTo(version: string): void {
    if (isAtLeast(version, this.#position)) this.#position = version;
  }
}

/** A list on its way. While everything is being sent, objects come in no order of versions. */
export class Gathering<T extends KubeObject, Index extends string> {
  readonly objects: Indexer<T, Index>;
  readonly #options: CacheOptions<T, Index>;

  constructor(options: CacheOptions<T, Index>) {
    this.#options = options;
    this.objects = new Indexer(options.indexes, options.onError);
  }

  put(object: T): void {
    this.objects.put(projected(object, this.#options));
  }

  delete(object: T): void {
    this.objects.delete(keyOf(object));
  }
}

/** Compared when it is read, a slice at a time; what to compare is fixed now. */
function difference<T extends KubeObject, Index extends string>(before: Indexer<T, Index>, now: Indexer<T, Index>, inInitialList: boolean): Iterable<Change<T>> {
  const present = now.list();
  const gone = before.list().filter((object) => now.get(keyOf(object)) === undefined);
  return (function* () {
    for (const object of present) {
      const old = before.get(keyOf(object));
      if (old === undefined) yield { type: 'added', object, inInitialList } as const;
      else if (!isSameObject(old, object)) yield* replaced(old, object);
      else if (versionOf(old) !== versionOf(object)) yield { type: 'updated', object, old } as const;
    }
    for (const object of gone) yield { type: 'deleted', object, finalStateUnknown: true } as const;
  })();
}

/** Deleted and made anew under the same name while nobody watched. */
function replaced<T>(old: T, object: T): Change<T>[] {
  return [
    { type: 'deleted', object: old, finalStateUnknown: true },
    { type: 'added', object, inInitialList: false },
  ];
}

function projected<T extends KubeObject>(object: T, { project }: { project: (object: T) => T }): T {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const stored = project(object);
  const kept = stored.metadata;
  assert(
    kept.name === name && kept.namespace === namespace && kept.uid === uid && kept.resourceVersion === resourceVersion,
    `project: drops the identity of ${keyOf(object)}; it must keep name, namespace, uid and resourceVersion`,
  );
  return stored;
}

function isSameObject(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.uid === b.metadata.uid;
}

function versionOf(object: KubeObject): string {
  return object.metadata.resourceVersion ?? '';
}
