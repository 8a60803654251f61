export interface ReadyKey {
  readonly key: string;
  readonly priority: number;
  /** In milliseconds of the clock's `elapsed`. */
  readonly since: number;
}

/** Every so many keys the oldest goes first, whatever its priority: a busy high priority must not starve a low one. */
export const AGEING_EVERY = 8;
/** Every second one, when the oldest has waited for so long. Not every one, or one namespace's backlog would starve the others. */
export const AGED_MS = 5_000;

/**
 * The keys that wait for a worker, in the order in which they should get one.
 *
 * **Guarantee** A higher priority goes first; inside a priority the groups take turns, and a group is first in, first out. Yet the oldest
 * key of all is taken every 8th time, and every 2nd time once it has waited 5 s. So no key waits for ever, and neither does a group
 * behind another one that has thousands.
 */
export class ReadyKeys {
  readonly #groupOf: (key: string) => string;
  /** Oldest first: insertion order. */
  readonly #entries = new Map<string, ReadyKey>();
  readonly #levels = new Map<number, Level>();
  #taken = 0;

  constructor(groupOf: (key: string) => string) {
    this.#groupOf = groupOf;
  }

  get size(): number {
    return this.#entries.size;
  }

  sizes(): ReadonlyMap<number, number> {
    return new Map([...this.#levels].map(([priority, groups]) => [priority, [...groups.values()].reduce((sum, keys) => sum + keys.size, 0)]));
  }

  /** A key that is here already keeps its age and takes the higher priority. Answers whether it is new. */
  add(key: string, priority: number, now: number): boolean {
    const known = this.#entries.get(key);
    if (known === undefined) this.#entries.set(key, { key, priority, since: now });
    else if (known.priority < priority) {
      this.#leave(known);
      this.#entries.set(key, { ...known, priority });
    } else return false;
    this.#join(key, priority);
    return known === undefined;
  }

  take(now: number): ReadyKey | undefined {
    const [oldest] = this.#entries.values();
    if (oldest === undefined) return undefined;
    this.#taken += 1;
    const ageingEvery = now - oldest.since > AGED_MS ? 2 : AGEING_EVERY;
    const chosen = this.#taken % ageingEvery === 0 ? oldest : this.#inTurn();
    this.#entries.delete(chosen.key);
    this.#leave(chosen);
    return chosen;
  }

  clear(): void {
    this.#entries.clear();
    this.#levels.clear();
  }

  #inTurn(): ReadyKey {
    const groups = this.#levels.get(Math.max(...this.#levels.keys()))!;
    const [[group, keys]] = groups as unknown as [[string, Set<string>]];
    // Whoever had a turn goes to the end of the line.
    groups.delete(group);
    groups.set(group, keys);
    const [key] = keys;
    return this.#entries.get(key!)!;
  }

  #join(key: string, priority: number): void {
    const groups = getOrCreate(this.#levels, priority, (): Level => new Map());
    getOrCreate(groups, this.#groupOf(key), () => new Set<string>()).add(key);
  }

  #leave({ key, priority }: ReadyKey): void {
    const groups = this.#levels.get(priority)!;
    const group = this.#groupOf(key);
    const keys = groups.get(group)!;
    keys.delete(key);
    if (keys.size === 0) groups.delete(group);
    if (groups.size === 0) this.#levels.delete(priority);
  }
}

/** The groups of one priority in the order of their turns, each with its keys, first in first. */
type Level = Map<string, Set<string>>;

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}
