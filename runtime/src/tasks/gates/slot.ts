import type { Gate } from '../gate.ts';
import { TOLD_THEIR_PLACE } from '../slot-lines.ts';

/** Where a Task stands among those of its TaskSpawner. */
export interface SlotFacts {
  /** The name of the spawner. */
  readonly spawner: string;
  /** Its `maxConcurrency`. */
  readonly limit: number;
  /** Its other Tasks that are at work, or about to be. */
  readonly atWork: number;
  /** Those that want a slot and come first. */
  readonly ahead: number;
  /** All others that want one. */
  readonly others: number;
}

/**
 * Lets as many Tasks of a TaskSpawner work at a time as its `maxConcurrency` says: the most urgent first, then the oldest.
 *
 * Only who could start now stands in line: a Task that waits for something else, a dependency, a budget or a branch, keeps nobody from a slot, and who waits
 * for a slot waits for nobody but agents that are at work. So no two Tasks ever wait for each other.
 *
 * A place counts the free slots as taken by those before it, so that nothing changes for a Task when one before it starts. The first ten are told theirs, and
 * how many wait as long as that is no more; to all others the same is said as long as they wait. So a Task is written to about ten times, however long the line is.
 */
export const slotGate: Gate = ({ slot }) => {
  if (!slot) return undefined;
  const { spawner, limit, atWork, ahead, others } = slot;
  const free = Math.max(limit - atWork, 0);
  const place = ahead - free + 1;
  if (place < 1) return undefined;
  const waiting = `Waiting for a slot of TaskSpawner "${spawner}"`;
  if (place > TOLD_THEIR_PLACE) return { hold: 'MaxConcurrencyReached', message: `${waiting}, behind ${TOLD_THEIR_PLACE} others or more` };
  const all = others + 1 - free;
  const told = all > TOLD_THEIR_PLACE ? `more than ${TOLD_THEIR_PLACE}` : `${all}`;
  return { hold: 'MaxConcurrencyReached', message: `${waiting} (${Math.max(atWork, limit)} of ${limit} run), place ${place} of ${told}` };
};
