import type { Task } from '@taskwright/schema';
import type { Change, ChangeHandler } from '../kube/change-feed.ts';
import { keyOf, splitKey } from '../kube/object.ts';
import { isRunning } from './phase.ts';
import { spawnerOf, wantsSlot } from './slot.ts';
import { turnOf } from './turn.ts';

/** So many Tasks at the head of a line are told their place. It moves with every Task that goes, and each is written down. */
export const TOLD_THEIR_PLACE = 10;
/** Those, the one that may start, and the one that comes into their number. */
const WOKEN = TOLD_THEIR_PLACE + 2;

/** Where a Task stands. */
interface Stand {
  readonly spawner: string;
  readonly turn: string;
  readonly key: string;
}

/**
 * The Tasks that want a slot of their TaskSpawner, in the order in which they get one.
 *
 * **Guarantee** A change costs what a search in a sorted list does, however long the line. Whoever may start, or is told another place than before, is told of
 * through {@link onChange}: the first few of the line, never all of it. When they go, the next are.
 *
 * **Assumes** It hears of a change before those do who ask.
 */
export class SlotLines {
  /** By the uid of the spawner, the first first. */
  readonly #lines = new Map<string, Stand[]>();
  readonly #stands = new Map<string, Stand>();
  readonly #handlers = new Set<ChangeHandler<Task>>();

  /** To be called with every change of a Task. */
  follow(change: Change<Task>): void {
    const task = change.object;
    const key = keyOf(task);
    const owner = spawnerOf(task);
    const before = this.#stands.get(key);
    const after = owner && change.type !== 'deleted' && wantsSlot(task) ? { spawner: owner.uid, turn: turnOf(task), key } : undefined;
    const isSame = before?.spawner === after?.spawner && before?.turn === after?.turn;
    const places = isSame ? [] : [...(before ? [this.#leave(before)] : []), ...(after ? [this.#enter(after)] : [])];
    const spawner = (after ?? before)?.spawner ?? owner?.uid;
    if (spawner !== undefined && (hasLeftWork(change) || places.some((place) => place < WOKEN))) this.#tell(spawner);
  }

  /** How many stand before a Task whose turn is that; all there are without one. */
  before(spawner: string, turn?: string): number {
    const line = this.#lines.get(spawner) ?? [];
    return turn === undefined ? line.length : positionOf(line, turn);
  }

  /** Whether a Task stands in line. */
  has(taskKey: string): boolean {
    return this.#stands.has(taskKey);
  }

  /** The keys of the first few, who are to be looked at again when a slot is free. */
  first(spawner: string): string[] {
    return (this.#lines.get(spawner) ?? []).slice(0, WOKEN).map(({ key }) => key);
  }

  /** The keys of all of them. */
  all(spawner: string): string[] {
    return (this.#lines.get(spawner) ?? []).map(({ key }) => key);
  }

  /** Hears of each Task whose place may be another, as of a change. */
  onChange(handler: ChangeHandler<Task>): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  #enter(stand: Stand): number {
    const line = this.#lines.get(stand.spawner) ?? [];
    const place = positionOf(line, stand.turn);
    line.splice(place, 0, stand);
    this.#lines.set(stand.spawner, line);
    this.#stands.set(stand.key, stand);
    return place;
  }

  #leave(stand: Stand): number {
    const line = this.#lines.get(stand.spawner)!;
    const place = positionOf(line, stand.turn);
    line.splice(place, 1);
    if (line.length === 0) this.#lines.delete(stand.spawner);
    this.#stands.delete(stand.key);
    return place;
  }

  #tell(spawner: string): void {
    for (const key of this.first(spawner)) {
      const object = { metadata: splitKey(key) } as Task;
      for (const handler of this.#handlers) handler({ type: 'updated', object, old: object });
    }
  }
}

/** It was at work, and is not any more. */
function hasLeftWork(change: Change<Task>): boolean {
  if (change.type === 'added') return false;
  return change.type === 'deleted' ? isRunning(change.object) : isRunning(change.old) && !isRunning(change.object);
}

/** How many of a sorted line come before that turn. */
function positionOf(line: readonly Stand[], turn: string): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (line[middle]!.turn < turn) from = middle + 1;
    else to = middle;
  }
  return from;
}
