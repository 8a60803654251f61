import type { Task } from '@taskwright/schema';
import { controllerOf, keyOf } from '../kube/object.ts';
import type { SlotFacts } from './gates/slot.ts';
import { isFinished } from './phase.ts';
import { spawnerOf } from './slot.ts';
import type { Starting } from './starting.ts';
import { siblingKey, type TaskCaches } from './task-caches.ts';
import { turnOf } from './turn.ts';

/** Where a Task stands among those of its TaskSpawner; nothing when none made it, or one that sets no limit. */
export function slotFactsOf(task: Task, caches: TaskCaches, starting: Starting): SlotFacts | undefined {
  const owner = spawnerOf(task);
  const spawner = owner && caches.spawners.get(siblingKey(task, owner.name));
  const limit = spawner?.metadata.uid === owner?.uid ? (spawner?.spec?.maxConcurrency ?? 0) : 0;
  if (!owner || limit === 0) return undefined;
  const { slots } = caches;
  const holders = holdersOf(owner.uid, task, caches, starting);
  // Who has got a Job is seen in line until its status says so.
  const inLine = [...holders.values()].filter((holder) => slots.has(keyOf(holder)));
  const turn = turnOf(task);
  const others = slots.before(owner.uid) - inLine.length - (slots.has(keyOf(task)) ? 1 : 0);
  return { spawner: owner.name, limit, atWork: holders.size, ahead: slots.before(owner.uid, turn) - inLine.filter((holder) => turnOf(holder) < turn).length, others };
}

/** Whom to wake when a Task does not start after all. */
export function waitersForSlot(task: Task, { slots }: TaskCaches): string[] {
  const owner = spawnerOf(task);
  return owner ? slots.first(owner.uid) : [];
}

/** The other Tasks of the spawner that are at work, or about to be, by uid. */
function holdersOf(spawner: string, task: Task, { tasks, jobs }: TaskCaches, starting: Starting): Map<string, Task> {
  const ofJobs = jobs.byIndex('slot', spawner).flatMap((job) => {
    const owner = controllerOf(job);
    const found = owner && tasks.get(siblingKey(job, owner.name));
    return found && found.metadata.uid === owner.uid && !isFinished(found) ? [found] : [];
  });
  const starts = starting.besides(task).flatMap(({ task: other }) => (spawnerOf(other)?.uid === spawner ? [other] : []));
  const holders = new Map([...ofJobs, ...tasks.byIndex('slot', spawner), ...starts].map((holder) => [holder.metadata.uid!, holder]));
  holders.delete(task.metadata.uid!);
  return holders;
}
