import { taskResource } from '@taskwright/schema';
import { deletion, idle, normalEvent } from '../kube/plan.ts';
import { hasStarted } from './phase.ts';
import { ttlSecondsOf } from './retry-policy.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { toKubeTime } from '../kube/time.ts';

/**
 * Decides when a finished Task is deleted: `ttlSecondsAfterFinished` after it finished, at once for 0, never without it. One
 * that failed may say otherwise (retry-policy.ts).
 *
 * Every dependant starts first: to a dependant, a deleted Task is one that was never created. That ends in a watch event, so
 * a Task that is held back needs no timer. Its outcome needs no waiting for: it was written together with the phase.
 *
 * The reference waits for neither (docs/compatibility.md, "Expiry").
 */
export function planExpiry({ task, dependants, now }: Pick<TaskFacts, 'task' | 'dependants' | 'now'>): TaskPlan {
  const ttlSeconds = ttlSecondsOf(task);
  if (ttlSeconds === undefined) return idle('it sets no ttlSecondsAfterFinished');

  const blocker = dependants.find((dependant) => !hasStarted(dependant));
  if (blocker) return idle(`Task "${blocker.metadata.name}" depends on it and has not started`);

  // The reference operator leaves this out when a plugin fails to build. Counting from now beats polling for ever.
  if (task.status?.completionTime === undefined) return { status: { ...task.status, completionTime: toKubeTime(now) } };

  const leftMs = Date.parse(task.status.completionTime) + ttlSeconds * 1000 - now.getTime();
  if (leftMs > 0) return { requeueAfterMs: leftMs };
  return { writes: [deletion(taskResource, task)], events: [normalEvent('TaskExpired', 'Deleting Task due to TTL expiration')] };
}
