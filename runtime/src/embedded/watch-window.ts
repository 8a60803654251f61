import type { Change } from './store.ts';

/**
 * The recent changes of one collection: a watch may start at any revision inside the window, and learns that it is too old before it.
 *
 * A ring: when it is full the oldest change makes room for the newest.
 */
export class WatchWindow {
  readonly #size: number;
  readonly #ring: Change[] = [];
  #next = 0;
  #forgotten: number;

  /** `startRevision`: what happened up to there was never recorded. */
  constructor(size: number, startRevision: number) {
    this.#size = size;
    this.#forgotten = startRevision;
  }

  /** The oldest revision a watch can start from. */
  get oldest(): number {
    return this.#forgotten;
  }

  push(change: Change): void {
    if (this.#ring.length < this.#size) {
      this.#ring.push(change);
      return;
    }
    this.#forgotten = this.#ring[this.#next]!.revision;
    this.#ring[this.#next] = change;
    this.#next = (this.#next + 1) % this.#size;
  }

  /** The changes after `revision`, oldest first, or undefined when some of them are forgotten. */
  since(revision: number): Change[] | undefined {
    if (revision < this.#forgotten) return undefined;
    const newestFirst: Change[] = [];
    for (let back = 1; back <= this.#ring.length; back++) {
      const change = this.#ring[(this.#next - back + 2 * this.#ring.length) % this.#ring.length]!;
      if (change.revision <= revision) break;
      newestFirst.push(change);
    }
    return newestFirst.reverse();
  }
}
