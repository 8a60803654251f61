import { taskResource } from '@taskwright/schema';
import { deletion, idle, normalEvent } from '../kube/plan.ts';
import { hasStarted } from './phase.ts';
import { ttlSecondsOf } from './retry-policy.ts';
import { isUntold } from '../reporting/report-plan.ts';
import { wishesOf } from '../reporting/spawner-wishes.ts';
import { isUntoldOnSlack } from '../slack/reporting/report-state.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { toKubeTime } from '../kube/time.ts';

/** After its end a Task waits no longer than this for its report: a forge that is down, or that lets nobody in, must not fill the cluster with Tasks. */
const LONGEST_HOLD_MS = 10 * 60_000;

/**
 * Decides when a finished Task is deleted: `ttlSecondsAfterFinished` after it finished, at once for 0, never without it. One
 * that failed may say otherwise (retry-policy.ts).
 *
 * Every dependant starts first: to a dependant, a deleted Task is one that was never created. That ends in a watch event, so
 * a Task that is held back needs no timer. Its outcome needs no waiting for: it was written together with the phase.
 *
 * Its report comes first as well: nobody tells of a Task that is gone. What was told is written on the Task, which ends the wait too.
 *
 * The reference waits for none of them (docs/compatibility.md, "Expiry").
 */
export function planExpiry({ task, dependants, spawner, now }: Pick<TaskFacts, 'task' | 'dependants' | 'spawner' | 'now'>): TaskPlan {
  const ttlSeconds = ttlSecondsOf(task);
  if (ttlSeconds === undefined) return idle('it sets no ttlSecondsAfterFinished');

  const blocker = dependants.find((dependant) => !hasStarted(dependant));
  if (blocker) return idle(`Task "${blocker.metadata.name}" depends on it and has not started`);

  // The reference operator leaves this out when a plugin fails to build. Counting from now beats polling for ever.
  if (task.status?.completionTime === undefined) return { status: { ...task.status, completionTime: toKubeTime(now) } };

  const endedMs = Date.parse(task.status.completionTime);
  const leftMs = endedMs + ttlSeconds * 1000 - now.getTime();
  if (leftMs > 0) return { requeueAfterMs: leftMs };
  const heldMs = endedMs + LONGEST_HOLD_MS - now.getTime();
  if (heldMs > 0 && (isUntoldOnSlack(task) || isUntold(task, wishesOf(spawner).wishes, now))) return { requeueAfterMs: heldMs, why: 'how it ended is not told yet' };
  return { writes: [deletion(taskResource, task)], events: [normalEvent('TaskExpired', 'Deleting Task due to TTL expiration')] };
}
