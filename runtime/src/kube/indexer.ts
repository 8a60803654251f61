import { keyOf, type KubeObject } from './object.ts';

/** The values under which an object is found. It must be pure: it is asked again when the object leaves. */
export type IndexFunction<T> = (object: T) => readonly string[];

export type IndexFunctions<T, Index extends string> = { readonly [name in Index]: IndexFunction<T> };

/**
 * Objects by key, and by whatever else they are looked for.
 *
 * **Guarantee** An index is never older or newer than its store: both change in the same tick. Every look-up costs what it finds.
 *
 * **Assumes** Objects are shared and read-only: who changes one spoils it for all.
 *
 * **Errors** An index function that throws files its object under nothing; `onError` hears of it.
 */
export class Indexer<T extends KubeObject, Index extends string = never> {
  readonly #objects = new Map<string, T>();
  readonly #namespaces = new Map<string, Set<string>>();
  readonly #indexes: { readonly name: Index; readonly valuesOf: IndexFunction<T>; readonly keys: Map<string, Set<string>> }[];
  readonly #onError: (error: unknown) => void;

  constructor(functions: IndexFunctions<T, Index>, onError: (error: unknown) => void) {
    this.#onError = onError;
    this.#indexes = (Object.keys(functions) as Index[]).map((name) => ({ name, valuesOf: functions[name], keys: new Map() }));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  entries(): IterableIterator<[string, T]> {
    return this.#objects.entries();
  }

  /** All of them, or those of a namespace. */
  list(namespace?: string): T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.#resolve(this.#namespaces.get(namespace));
  }

  byIndex(name: Index, value: string): T[] {
    return this.#resolve(this.#keysOf(name, value));
  }

  /** How many {@link byIndex} finds, without a look at each. */
  countByIndex(name: Index, value: string): number {
    return this.#keysOf(name, value)?.size ?? 0;
  }

  /** Stores an object under its key and answers the one it replaced. */
  put(object: T, key = keyOf(object)): T | undefined {
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    if (old === undefined) file(this.#namespaces, namespaceOf(object), key);
    for (const { name, valuesOf, keys } of this.#indexes) {
      const now = this.#values(name, valuesOf, object);
      const before = old === undefined ? NONE : this.#values(name, valuesOf, old);
      if (isSame(before, now)) continue;
      for (const value of before) unfile(keys, value, key);
      for (const value of now) file(keys, value, key);
    }
    return old;
  }

  delete(key: string): T | undefined {
    const old = this.#objects.get(key);
    if (old === undefined) return undefined;
    this.#objects.delete(key);
    unfile(this.#namespaces, namespaceOf(old), key);
    for (const { name, valuesOf, keys } of this.#indexes) for (const value of this.#values(name, valuesOf, old)) unfile(keys, value, key);
    return old;
  }

  #keysOf(name: Index, value: string): ReadonlySet<string> | undefined {
    const index = this.#indexes.find((candidate) => candidate.name === name);
    if (!index) throw new RangeError(`index: there is no "${name}"; there are ${this.#indexes.map((known) => known.name).sort().join(', ') || 'none'}`);
    return index.keys.get(value);
  }

  #values(name: Index, valuesOf: IndexFunction<T>, object: T): readonly string[] {
    try {
      return valuesOf(object);
    } catch (cause) {
      this.#onError(new Error(`index "${name}": its function threw for ${keyOf(object)}, which is filed under nothing`, { cause }));
      return NONE;
    }
  }

  #resolve(keys: ReadonlySet<string> | undefined): T[] {
    const objects: T[] = [];
    if (keys) for (const key of keys) objects.push(this.#objects.get(key)!);
    return objects;
  }
}

const NONE: readonly string[] = [];

function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? '';
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function file(keysByValue: Map<string, Set<string>>, value: string, key: string): void {
  const keys = keysByValue.get(value);
  if (keys) keys.add(key);
  else keysByValue.set(value, new Set([key]));
}

function unfile(keysByValue: Map<string, Set<string>>, value: string, key: string): void {
  const keys = keysByValue.get(value);
  if (keys?.delete(key) && keys.size === 0) keysByValue.delete(value);
}
