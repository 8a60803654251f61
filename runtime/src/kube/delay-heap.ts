import type { Clock, Timer } from './clock.ts';

/**
 * Gives keys back when their time has come.
 *
 * **Guarantee** A key waits once: the earliest time asked for wins. One timer, however many keys wait.
 */
export class DelayHeap {
  readonly #clock: Clock;
  readonly #onDue: (key: string) => void;
  /** A binary heap, the earliest first. A key that was moved forward leaves its old entry behind, to be skipped. */
  readonly #heap: Entry[] = [];
  readonly #waiting = new Map<string, Entry>();
  #timer: Timer | undefined;
  #timerDueAt = Infinity;

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(key: string, delayMs: number): void {
    const dueAt = this.#clock.elapsed() + delayMs;
    const current = this.#waiting.get(key);
    if (current !== undefined && current.dueAt <= dueAt) return;
    const entry = { key, dueAt };
    this.#waiting.set(key, entry);
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    this.#arm();
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerDueAt = Infinity;
    this.#heap.length = 0;
    this.#waiting.clear();
  }

  #arm(): void {
    const dueAt = this.#heap[0]?.dueAt ?? Infinity;
    if (dueAt >= this.#timerDueAt) return;
    this.#timer?.cancel();
    this.#timerDueAt = dueAt;
    this.#timer = this.#clock.after(dueAt - this.#clock.elapsed(), () => this.#ring());
  }

  #ring(): void {
    this.#timer = undefined;
    this.#timerDueAt = Infinity;
    const now = this.#clock.elapsed();
    for (let first = this.#heap[0]; first !== undefined && first.dueAt <= now; first = this.#heap[0]) {
      this.#pop();
      if (this.#waiting.get(first.key) !== first) continue;
      this.#waiting.delete(first.key);
      this.#onDue(first.key);
    }
    this.#arm();
  }

  #pop(): void {
    const last = this.#heap.pop()!;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown(0);
  }

  #siftUp(index: number): void {
    for (let child = index; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (this.#dueAt(parent) <= this.#dueAt(child)) return;
      this.#swap(parent, child);
      child = parent;
    }
  }

  #siftDown(index: number): void {
    for (let parent = index; ; ) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) if (this.#dueAt(child) < this.#dueAt(least)) least = child;
      if (least === parent) return;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #dueAt(index: number): number {
    return this.#heap[index]?.dueAt ?? Infinity;
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b]!, this.#heap[a]!];
  }
}

interface Entry {
  readonly key: string;
  readonly dueAt: number;
}
