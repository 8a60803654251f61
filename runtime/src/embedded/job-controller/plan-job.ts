import { creation, deletion, type EventNote, idle, normalEvent, type Plan, warningEvent, type Write } from '../../kube/plan.ts';
import { type Pod, podResource } from '../pod.ts';
import { toKubeTime } from '../../kube/time.ts';
import { conditionOf, finishedBy, type Job, type JobCondition, jobResource, type JobStatus } from './job.ts';
import { type DefaultedJobSpec, withJobDefaults } from './job-defaults.ts';
import { accountFor, isTracked, type PodAccount, withoutTracking } from './pod-accounting.ts';
import { podNameOf, podOfJob } from './pod-of-job.ts';
import { retryDelayMs } from './retry-delay.ts';

export interface JobFacts {
  readonly job: Job;
  /** The Pods this Job controls. */
  readonly pods: readonly Pod[];
  readonly now: Date;
}

/** The real controller's bound on Pods created or deleted in one go: a Job of a thousand Pods must not starve the others. */
const MOST_PODS_PER_PLAN = 500;

/**
 * Decides the next step of a Job, as the controller of Kubernetes does.
 *
 * An end has two moments: `SuccessCriteriaMet` or `FailureTarget` when it is decided and the Pods are told to stop,
 * `Complete` or `Failed` when the last of them has stopped and was counted. Nothing runs once a Job is finished.
 */
export function planJob({ job, pods, now }: JobFacts): Plan<JobStatus> {
  if (finishedBy(job) !== undefined) return planFinished(job, pods, now);
  const spec = withJobDefaults(job.spec);
  const account = accountFor(job, pods, spec);
  if (job.metadata.deletionTimestamp !== undefined) return { writes: account.releasable.map(release), why: 'it is being deleted' };

  const startTime = spec.suspend ? undefined : (job.status?.startTime ?? toKubeTime(now));
  const end = decideEnd(job, spec, account, startTime, now);
  const pod = planPods(job, spec, account, end, now);
  const status: JobStatus = {
    ...(pod.activeAfter > 0 && { active: pod.activeAfter }),
    ...account.counted,
    ready: account.active.filter(isReady).length,
    terminating: account.terminating.length + pod.deleted,
    ...(startTime !== undefined && { startTime }),
    uncountedTerminatedPods: {
      ...(account.uncounted.succeeded.length > 0 && { succeeded: [...account.uncounted.succeeded] }),
      ...(account.uncounted.failed.length > 0 && { failed: [...account.uncounted.failed] }),
    },
    ...nextConditions(job, spec, end, isQuiet(account) && pod.deleted === 0, now),
  };
  const deadlineMs = end === undefined ? msUntilDeadline(spec, startTime, now) : undefined;
  const requeueAfterMs = Math.min(deadlineMs ?? Infinity, pod.retryInMs ?? Infinity);
  return {
    status,
    writes: [...account.releasable.map(release), ...pod.writes],
    events: [...pod.events, ...endEvents(job, status)],
    ...(Number.isFinite(requeueAfterMs) && { requeueAfterMs }),
  };
}

interface End {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}

/** Whether the Job is to end, and why. What was decided before stays decided. */
function decideEnd(job: Job, spec: DefaultedJobSpec, account: PodAccount, startTime: string | undefined, now: Date): End | undefined {
  const decided = conditionOf(job, 'FailureTarget') ?? conditionOf(job, 'SuccessCriteriaMet');
  if (decided) return decided as End;
  if (account.failJobMessage !== undefined) return { type: 'FailureTarget', reason: 'PodFailurePolicy', message: account.failJobMessage };
  if (account.failed > spec.backoffLimit || restartsOf(account.active) > spec.backoffLimit) {
    return { type: 'FailureTarget', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  if (msUntilDeadline(spec, startTime, now) === 0) {
    return { type: 'FailureTarget', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  const isComplete = spec.completions === undefined ? account.succeeded > 0 && account.active.length === 0 : account.succeeded >= spec.completions;
  if (isComplete) return { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' };
  return undefined;
}

interface PodPlan {
  readonly writes: Write[];
  readonly events: EventNote[];
  readonly deleted: number;
  readonly activeAfter: number;
  readonly retryInMs?: number;
}

/** Which Pods to create and which to delete. */
function planPods(job: Job, spec: DefaultedJobSpec, account: PodAccount, end: End | undefined, now: Date): PodPlan {
  const active = account.active.length;
  const wanted = end !== undefined || spec.suspend ? 0 : wantedPods(spec, account);
  if (active > wanted) {
    const surplus = [...account.active].sort(leastReadyFirst).slice(0, Math.min(active - wanted, MOST_PODS_PER_PLAN));
    return {
      // A Pod that the Job stops counts as failed when the Job fails, and as nothing when it is suspended: it needs no finalizer to wait for.
      writes: surplus.map((pod) => deletion(podResource, pod)),
      events: surplus.map(({ metadata }) => normalEvent('SuccessfulDelete', `Deleted pod: ${metadata.name}`)),
      deleted: surplus.length,
      activeAfter: active - surplus.length,
    };
  }
  const replaceable = spec.podReplacementPolicy === 'Failed' ? account.terminating.length : 0;
  const missing = Math.min(wanted - active - replaceable, MOST_PODS_PER_PLAN);
  if (missing <= 0) return { writes: [], events: [], deleted: 0, activeAfter: active };
  const retryInMs = retryDelayMs({ succeeded: account.succeededPods, failed: account.failedPods, failures: account.failed }, now);
  if (retryInMs > 0) return { writes: [], events: [], deleted: 0, activeAfter: active, retryInMs };
  const created = freeAttempts(job, account, missing).map((attempt) => podOfJob(job, attempt));
  return {
    writes: created.map((pod) => creation(podResource, pod)),
    events: created.map(({ metadata }) => normalEvent('SuccessfulCreate', `Created pod: ${metadata.name}`)),
    deleted: 0,
    activeAfter: active + created.length,
  };
}

function wantedPods(spec: DefaultedJobSpec, { active, succeeded }: PodAccount): number {
  // Once one worker of a shared queue has succeeded the queue is empty: the others finish, nobody joins.
  if (spec.completions === undefined) return succeeded > 0 ? active.length : spec.parallelism;
  return Math.max(Math.min(spec.parallelism, spec.completions - succeeded), 0);
}

/** Attempts are numbered by what has ended; one whose Pod is still there is taken. */
function freeAttempts(job: Job, { active, terminating, succeededPods, failedPods, succeeded, failed }: PodAccount, count: number): number[] {
  const taken = new Set([...active, ...terminating, ...succeededPods, ...failedPods].map(({ metadata }) => metadata.name));
  const free: number[] = [];
  for (let attempt = succeeded + failed; free.length < count; attempt++) {
    if (!taken.has(podNameOf(job, attempt))) free.push(attempt);
  }
  return free;
}

type Conditions = Pick<JobStatus, 'conditions' | 'completionTime'>;

function nextConditions(job: Job, spec: DefaultedJobSpec, end: End | undefined, isOver: boolean, now: Date): Conditions {
  const time = toKubeTime(now);
  const conditions = [...(job.status?.conditions ?? [])];
  const set = (condition: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>) => {
    const index = conditions.findIndex(({ type }) => type === condition.type);
    if (index >= 0 && conditions[index]!.status === condition.status) return;
    conditions.splice(index >= 0 ? index : conditions.length, 1, { ...condition, lastProbeTime: time, lastTransitionTime: time });
  };
  if (end !== undefined) {
    const { type, reason, message } = end;
    set({ type, status: 'True', reason, message });
    if (isOver) set({ type: type === 'FailureTarget' ? 'Failed' : 'Complete', status: 'True', reason, message });
    return { conditions, ...(isOver && type === 'SuccessCriteriaMet' && { completionTime: time }) };
  }
  if (spec.suspend) set({ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' });
  else if (conditions.some(({ type }) => type === 'Suspended')) set({ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' });
  return conditions.length > 0 ? { conditions } : {};
}

/** One event per condition that this plan brings. */
function endEvents(job: Job, { conditions = [] }: JobStatus): EventNote[] {
  const before = new Map(job.status?.conditions?.map(({ type, status }) => [type, status]));
  return conditions.flatMap(({ type, status, reason, message }) => {
    if (before.get(type) === status) return [];
    if (type === 'Complete') return [normalEvent('Completed', 'Job completed')];
    if (type === 'FailureTarget') return [warningEvent(reason, message)];
    if (type === 'Suspended') return [normalEvent(status === 'True' ? 'Suspended' : 'Resumed', message)];
    return [];
  });
}

/** A finished Job only lets go of its Pods, and of itself when its time has come. */
function planFinished(job: Job, pods: readonly Pod[], now: Date): Plan<JobStatus> {
  const tracked = pods.filter(isTracked).map(release);
  const ttlSeconds = job.spec.ttlSecondsAfterFinished;
  if (job.metadata.deletionTimestamp !== undefined || ttlSeconds === undefined) return tracked.length > 0 ? { writes: tracked } : idle('it has finished');
  const expiresMs = Date.parse(finishedBy(job)!.lastTransitionTime) + ttlSeconds * 1_000;
  if (now.getTime() < expiresMs) return { writes: tracked, requeueAfterMs: expiresMs - now.getTime() };
  return { writes: [...tracked, deletion(jobResource, job)] };
}

/** Nothing runs, nothing is on its way out, nothing is left to count. */
function isQuiet({ active, terminating, uncounted }: PodAccount): boolean {
  return active.length === 0 && terminating.length === 0 && uncounted.succeeded.length === 0 && uncounted.failed.length === 0;
}

function msUntilDeadline({ activeDeadlineSeconds }: DefaultedJobSpec, startTime: string | undefined, now: Date): number | undefined {
  if (activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Math.max(Date.parse(startTime) + activeDeadlineSeconds * 1_000 - now.getTime(), 0);
}

/** Pods that restart their containers in place report their failures there. */
function restartsOf(active: readonly Pod[]): number {
  return active
    .filter(({ spec }) => spec.restartPolicy === 'OnFailure')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function leastReadyFirst(a: Pod, b: Pod): number {
  return Number(isReady(a)) - Number(isReady(b));
}

function release(pod: Pod): Write {
  return { verb: 'mergePatch', resource: podResource, target: pod, patch: { metadata: { finalizers: withoutTracking(pod.metadata) } } };
}
