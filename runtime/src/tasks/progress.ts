import { isDeepStrictEqual } from 'node:util';
import type { Task, TaskStatus } from '@taskwright/schema';
import { podResource } from '@taskwright/schema/kubernetes';
import { deletion, type EventNote, normalEvent } from '../kube/plan.ts';
import { withAdmission } from './admission.ts';
import { attemptsOf, keepEndedAttempts, newestPod } from './outcome/attempts.ts';
import { lingering } from './lingering.ts';
import { failedAttemptsOf } from './failed-attempts.ts';
import { outcomeOf } from './outcome/outcome.ts';
import { totalUsage } from './outcome/usage.ts';
import { pendingReason } from './outcome/pending-reason.ts';
import { hasStarted, isRunning } from './phase.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { toKubeTime } from '../kube/time.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';

/** How long a Job may be without a Pod before that is worth a word, in milliseconds. */
const POD_AWAITED_MS = 60_000;

/**
 * Follows a Job that has not ended: `Pending` from when it is there, `Running` from when the first container of a Pod started,
 * and back to neither. Nothing is written while neither the phase nor the message nor the Pod changed.
 */
export function planProgress({ task, job, pods, now }: Pick<TaskFacts, 'task' | 'pods' | 'now'> & { readonly job: ObservedJob }): TaskPlan {
  const lack = podLack(task, job, pods, now);
  const status = statusOf(task, job, pods, now, lack);
  const left = lingering(pods, now);
  const writes = [...keepEndedAttempts(task, pods), ...(left?.is === 'stuck' ? [deletion(podResource, left.pod)] : [])];
  const isNews = !isDeepStrictEqual(status, task.status);
  return {
    ...(isNews ? { status, events: transitionEvents(task, status, job) } : {}),
    ...(writes.length > 0 ? { writes } : {}),
    ...(left?.is === 'in grace' ? { requeueAfterMs: left.leftMs } : {}),
    ...(lack?.is === 'young' ? { requeueAfterMs: lack.leftMs } : {}),
    ...(isNews || writes.length > 0 ? {} : { why: `Job "${job.metadata.name}" has not ended` }),
  };
}

type PodLack = { readonly is: 'young'; readonly leftMs: number } | { readonly is: 'told'; readonly message: string } | undefined;

/**
 * A Job whose Pods the server refuses (Pod Security, a quota, a limit) has none, and nothing but its events says so. A controller that is busy may take its
 * time, too.
 */
function podLack({ status }: Task, { metadata }: ObservedJob, pods: readonly ObservedPod[], now: Date): PodLack {
  if (pods.length > 0 || status?.phase === 'Running' || status?.podName !== undefined || metadata.creationTimestamp === undefined) return undefined;
  const leftMs = Date.parse(metadata.creationTimestamp) + POD_AWAITED_MS - now.getTime();
  if (leftMs > 0) return { is: 'young', leftMs };
  return { is: 'told', message: `Job "${metadata.name}" has no Pod, a minute after it was created; see its events: kubectl describe job ${metadata.name}` };
}

/** The Task says that it has a Job, and there is none. */
export function missesItsJob(task: Task, job: ObservedJob | undefined): boolean {
  return isRunning(task) && !job && !task.metadata.deletionTimestamp;
}

/** A Job that was seen once and is gone: the agent may have done its work or half of it, so it is not started again. */
export function planLostJob({ task, now }: Pick<TaskFacts, 'task' | 'now'>): TaskPlan {
  const outcome = outcomeOf(attemptsOf(task, [], new Map()));
  const usage = totalUsage([...failedAttemptsOf(task).map((attempt) => attempt.usage), outcome.usage]);
  const message = `Job "${task.status!.jobName}" was deleted before it ended; create the Task again to run it again`;
  const status: TaskStatus = { ...task.status, ...outcome, ...(usage ? { usage } : {}), phase: 'Failed', message, completionTime: toKubeTime(now) };
  return { status, events: [{ type: 'Warning', reason: 'TaskFailed', message }] };
}

/** When a container of the Pod first started, an init container included: from then on the Task costs. */
export function firstStart({ status }: ObservedPod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const starts = containers.flatMap(({ state }) => state?.running?.startedAt ?? state?.terminated?.startedAt ?? []);
  return starts.sort()[0];
}

export function earliestStart(pods: readonly ObservedPod[]): string | undefined {
  return pods.flatMap((pod) => firstStart(pod) ?? []).sort()[0];
}

function statusOf(task: Task, job: ObservedJob, pods: readonly ObservedPod[], now: Date, lack: PodLack): TaskStatus {
  const pod = newestPod(pods);
  const running = task.status?.phase === 'Running' || pods.some((candidate) => firstStart(candidate) !== undefined);
  const phase = running ? 'Running' : 'Pending';
  return {
    ...withoutOutdated(task),
    phase,
    jobName: job.metadata.name!,
    ...podNameOf(task, phase, pod),
    ...(running ? { startTime: task.status?.startTime ?? earliestStart(pods) ?? toKubeTime(now) } : {}),
    ...(lack?.is === 'told' ? { message: lack.message } : messageOf(task, pod)),
    conditions: withAdmission(task, 'Admitted', `Job "${job.metadata.name}" was created`, now),
  };
}

function withoutOutdated({ status }: Task): TaskStatus {
  const { message: _message, podName: _podName, ...rest } = status ?? {};
  return rest;
}

/** The first Pod's name comes with the next change of phase: on its own it is not worth a write. A later one's, or its going, is, also when none was left between. */
function podNameOf({ status }: Task, phase: string, pod: ObservedPod | undefined): { podName?: string } {
  const before = status?.podName;
  const unwritten = before === undefined && phase === 'Pending' && status?.phase === phase;
  return pod && !unwritten ? { podName: pod.metadata.name! } : {};
}

/** What is in the Pod's way. A Pod that is stopped forgets it, since its containers count as ended then: the last word stays. */
function messageOf(task: Task, pod: ObservedPod | undefined): { message?: string } {
  const isGoing = pod ? pod.metadata.deletionTimestamp !== undefined : hasStarted(task);
  const message = (pod && pendingReason(pod)) ?? (isGoing ? task.status?.message : undefined);
  return message ? { message } : {};
}

function transitionEvents(task: Task, { phase }: TaskStatus, job: ObservedJob): EventNote[] {
  return [
    ...(hasStarted(task) ? [] : [normalEvent('TaskCreated', `Created Job ${job.metadata.name} for task`)]),
    ...(phase === 'Running' && task.status?.phase !== 'Running' ? [normalEvent('TaskRunning', 'Task started running')] : []),
  ];
}
