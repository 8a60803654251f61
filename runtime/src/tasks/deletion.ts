import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import { controllerOf } from '../kube/object.ts';
import { deletionInAnyVersion, idle, warningEvent, type Write } from '../kube/plan.ts';
import { toKubeTime } from '../kube/time.ts';
import { hasFinalizer, removeFinalizer } from './finalizer.ts';
import { attemptsOf, keepEndedAttempts } from './outcome/attempts.ts';
import { failedAttemptsOf } from './failed-attempts.ts';
import { outcomeOf } from './outcome/outcome.ts';
import { totalUsage } from './outcome/usage.ts';
import { isFinished } from './phase.ts';
import { recordWrites } from './record.ts';
import { isForeignJob } from './start.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';

/** A Pod on a node that is gone never ends. This long after it was asked to, in milliseconds, it counts as gone. */
export const PATIENCE_MS = 10 * 60_000;
const WHY = 'its agent has not stopped yet';

/**
 * Lets a deleted Task go once its Job and the Job's Pods are gone: an agent that still pushes has a Task that says so, and
 * whoever waits for the branch sees that it is not free yet. A Job of somebody else is left alone.
 */
export function planDeletion(facts: Pick<TaskFacts, 'task' | 'job' | 'pods' | 'now'>): TaskPlan {
  const { task, now } = facts;
  if (!hasFinalizer(task)) return idle('it is being deleted, and nothing of ours holds it');
  const { job, pods } = stillThere(facts);
  if (!job && pods.length === 0) return { writes: [...spentUntilNow(facts), removeFinalizer(task)] };
  const kept = keepEndedAttempts(task, pods);
  if (kept.length > 0) return { writes: kept, why: WHY };

  // An operator that was away for long has not asked yet: only who was asked can be given up on.
  if (job && !job.metadata.deletionTimestamp) return { writes: [deletionInAnyVersion(jobResource, job)], requeueAfterMs: PATIENCE_MS, why: WHY };

  const askedAt = [task, job, ...pods].map((object) => Date.parse(object?.metadata.deletionTimestamp ?? '')).filter((time) => !Number.isNaN(time));
  const leftMs = Math.max(...askedAt) + PATIENCE_MS - now.getTime();
  if (leftMs <= 0) {
    const unasked = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    if (unasked.length > 0) return { writes: unasked.map((pod) => deletionInAnyVersion(podResource, pod)), requeueAfterMs: PATIENCE_MS, why: WHY };
    const left = job ? `Job "${job.metadata!.name}"` : `Pod "${pods[0]!.metadata!.name}"`;
    return { writes: [removeFinalizer(task)], events: [warningEvent('DeletionIncomplete', `${left} is still there after 10 minutes; deleting the Task without it`)] };
  }
  return { requeueAfterMs: leftMs, why: WHY };
}

/** A Task that is deleted while it runs has spent what its attempts said when they were stopped. */
function spentUntilNow({ task, now }: Pick<TaskFacts, 'task' | 'now'>): Write[] {
  if (isFinished(task)) return [];
  const usage = totalUsage([...failedAttemptsOf(task).map((attempt) => attempt.usage), outcomeOf(attemptsOf(task, [], new Map())).usage]);
  return usage ? recordWrites(task, { ...task.status, phase: 'Failed', completionTime: toKubeTime(now), usage }) : [];
}

/** The last look before the Task goes: Job and Pods are watched apart from it and from each other, so none of them in sight proves nothing yet. */
export function isAboutToGo(facts: Pick<TaskFacts, 'task' | 'job' | 'pods'>): boolean {
  if (!facts.task.metadata.deletionTimestamp || !hasFinalizer(facts.task)) return false;
  const { job, pods } = stillThere(facts);
  return !job && pods.length === 0;
}

function stillThere(facts: Pick<TaskFacts, 'task' | 'job' | 'pods'>): Pick<TaskFacts, 'job' | 'pods'> {
  if (!isForeignJob(facts)) return facts;
  return { pods: facts.pods.filter((pod) => controllerOf(pod)?.uid !== facts.job!.metadata.uid) };
}
