import { controllerOf } from '../kube/object.ts';
import { podsToRead } from './outcome/attempts.ts';
import { planDeletion } from './deletion.ts';
import { planExpiry } from './expiry.ts';
import { planFinish } from './finish.ts';
import { type JobEnd, jobEnd } from './outcome/job-state.ts';
import { planLeftover } from './leftover.ts';
import { lingering } from './lingering.ts';
import { isFinished, isRunning } from './phase.ts';
import { planLostJob, planProgress } from './progress.ts';
import { planMissingRecord, recordFirst } from './record.ts';
import { isForeignJob, planNameTaken, planStart } from './start.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';

/**
 * What is to be done about a Task, whatever state it is in: each state has one rule, in a file of its own.
 *
 *     start ──► progress ──► finish ──► expiry        deletion from any of them
 */
export function planTask(facts: TaskFacts): TaskPlan {
  const { task, job } = facts;
  if (task.metadata.deletionTimestamp) return planDeletion(facts);
  if (isFinished(task)) return planMissingRecord(facts) ?? planLeftover(facts) ?? planExpiry(facts);
  if (job && isForeignJob(facts)) return planNameTaken(facts, 'Job', job);
  if (!job) return isRunning(task) ? recordFirst(facts, planLostJob(facts)) : planStart(facts);
  const pods = podsOfJob(facts);
  const end = endOf(job, pods, facts.now);
  return end ? recordFirst(facts, planFinish({ ...facts, job, pods, end })) : planProgress({ ...facts, job, pods });
}

/** The Pods whose logs `planTask` wants to know, if any. */
export function logsToRead(facts: Pick<TaskFacts, 'task' | 'job' | 'pods' | 'now'>): ObservedPod[] {
  const { task, job, now } = facts;
  if (task.metadata.deletionTimestamp || isFinished(task) || !job || isForeignJob(facts)) return [];
  const pods = podsOfJob(facts);
  return endOf(job, pods, now) ? podsToRead(pods) : [];
}

/**
 * Whether the Job has counted Pods that nobody has shown us: it is watched apart from them, and may be seen to end first. What its agents left is
 * written once, so the server is asked.
 */
export function missesPods(facts: Pick<TaskFacts, 'task' | 'job' | 'pods'>): boolean {
  const { task, job } = facts;
  if (task.metadata.deletionTimestamp || isFinished(task) || !job || isForeignJob(facts) || !jobEnd(job)) return false;
  const ended = podsOfJob(facts).filter(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
  return ended.length < (job.status?.succeeded ?? 0) + (job.status?.failed ?? 0);
}

function endOf(job: ObservedJob, pods: readonly ObservedPod[], now: Date): JobEnd | undefined {
  const left = lingering(pods, now);
  return jobEnd(job) ?? (left?.is === 'done' ? left.end : undefined);
}

/** Without those of an earlier Job of the same name. */
function podsOfJob({ job, pods }: Pick<TaskFacts, 'job' | 'pods'>): ObservedPod[] {
  return pods.filter((pod) => controllerOf(pod)?.uid === job?.metadata.uid);
}
