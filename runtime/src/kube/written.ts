import { type Clock, systemClock } from './clock.ts';
import type { Informer } from './informer.ts';
import { apiVersionOf, keyOf, type KubeObject, type Resource } from './object.ts';

/** How long a cache is given to show a write of ours, in milliseconds. Then it is believed as it is. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Lets a reconciler read its own writes: a Job it has just created must be in the cache at its next run, or it would plan a second.
 *
 * The answer of each write goes straight into the cache. What cannot (a deletion, a cache that has moved on) is waited for.
 *
 * **Guarantee** {@link isBehind} is true for at most 5 s after a write, and false as soon as the caches show every write of the key.
 *
 * **Assumes** Deterministic names: when the wait is over and the cache is still old, a second create is answered AlreadyExists.
 */
export class Written {
  readonly #clock: Clock;
  readonly #informers = new Map<string, Informer<KubeObject, string>>();
  /** By the key that was reconciled. */
  readonly #unseen = new Map<string, Unseen[]>();

  constructor(informers: readonly Pick<Informer, 'resource' | 'get' | 'remember' | 'reflects'>[] = [], clock: Clock = systemClock) {
    this.#clock = clock;
    for (const informer of informers) this.#informers.set(idOf(informer.resource), informer as Informer<KubeObject, string>);
  }

  /** The run for `key` wrote this, and got this answer. */
  wrote(key: string, resource: Resource, answered: KubeObject): void {
    const informer = this.#informers.get(idOf(resource));
    if (informer === undefined) return;
    informer.remember(answered);
    this.#waitFor(key, () => informer.reflects(answered));
  }

  /** The run for `key` deleted this. */
  deleted(key: string, resource: Resource, target: KubeObject): void {
    const informer = this.#informers.get(idOf(resource));
    if (informer === undefined) return;
    this.#waitFor(key, () => {
      const cached = informer.get(keyOf(target));
      return cached?.metadata.uid !== target.metadata.uid || cached?.metadata.deletionTimestamp !== undefined;
    });
  }

  /** The caches do not show yet what the last run for `key` wrote: run it later. */
  isBehind(key: string): boolean {
    const unseen = this.#unseen.get(key);
    if (unseen === undefined) return false;
    const now = this.#clock.elapsed();
    const left = unseen.filter(({ isSeen, since }) => now - since < LONGEST_WAIT_MS && !isSeen());
    if (left.length === 0) this.#unseen.delete(key);
    else this.#unseen.set(key, left);
    return left.length > 0;
  }

  #waitFor(key: string, isSeen: () => boolean): void {
    if (isSeen()) return;
    const unseen = this.#unseen.get(key) ?? [];
    this.#unseen.set(key, [...unseen, { isSeen, since: this.#clock.elapsed() }]);
  }
}

interface Unseen {
  readonly isSeen: () => boolean;
  readonly since: number;
}

function idOf(resource: Resource): string {
  return `${apiVersionOf(resource)}/${resource.plural}`;
}
