import type { Task } from '@taskwright/schema';
import { controllerOf, type KubeObject, keyOf } from '../kube/object.ts';
import { branchLockOf, wantsBranch } from './branch-lock.ts';
import { PATIENCE_MS } from './deletion.ts';
import type { BranchFacts, BranchHolder } from './gates/branch.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';
import { isFinished } from './phase.ts';
import type { Starting } from './starting.ts';
import { jobKeysOf, siblingKey, type TaskCaches } from './task-caches.ts';
import { isAhead } from './turn.ts';
import { workerOf } from './worker.ts';

/** Who else is on the branch of a Task, as the caches and what is under way tell. */
export function branchFactsOf(task: Task, caches: TaskCaches, starting: Starting): BranchFacts | undefined {
  const lock = lockOf(task, caches);
  if (lock === undefined) return undefined;
  const starts = starting.besides(task).filter((start) => start.lock === lock);
  return {
    waiting: queueFor(task, lock, caches).filter(({ metadata }) => metadata.name !== task.metadata.name),
    holders: [...starts.map(({ task: { metadata } }) => ({ taskName: metadata.name! })), ...holdersOf(task, lock, caches)],
  };
}

/** What a Task works under, or wants to; nothing without a branch, or while its Workspace does not exist. */
export function lockOf(task: Task, { workspaces }: TaskCaches): string | undefined {
  const { workspaceName } = workerOf(task);
  const workspace = workspaceName === undefined ? undefined : workspaces.get(siblingKey(task, workspaceName));
  return workspaceName !== undefined && !workspace ? undefined : branchLockOf(task, workspace);
}

/**
 * Whom to wake when a Task has come to its branch, or has left it: the one just behind it, which waited for it by name, and the first of all,
 * which may start now. The others have nothing new to say.
 */
export function neighboursOnBranch(task: Task, caches: TaskCaches): string[] {
  const lock = lockOf(task, caches);
  if (lock === undefined) return [];
  const others = queueFor(task, lock, caches).filter((other) => other.metadata.name !== task.metadata.name && wantsBranch(other));
  const first = (tasks: readonly Task[]) => tasks.reduce<Task | undefined>((found, other) => (found && isAhead(found, other) ? found : other), undefined);
  const neighbours = [first(others), first(others.filter((other) => isAhead(task, other)))];
  return [...new Set(neighbours.flatMap((other) => (other ? [keyOf(other)] : [])))];
}

/** The same for a Job that has ended or gone. Who is next need not wait until its Task says how. */
export function waitersForJob(job: ObservedJob, caches: TaskCaches): string[] {
  return waitersForJobs([keyOf(job)], caches);
}

/** The same for a Pod that has ended or gone: it may be the last of its Task to leave the branch. */
export function waitersForPod(pod: ObservedPod, caches: TaskCaches): string[] {
  return waitersForJobs(jobKeysOf(pod), caches);
}

function waitersForJobs(jobKeys: readonly string[], caches: TaskCaches): string[] {
  return jobKeys.flatMap((key) => caches.tasks.byIndex('job', key)).flatMap((task) => neighboursOnBranch(task, caches));
}

/** Every Task that has not started and asks for this lock. */
function queueFor(task: Task, lock: string, caches: TaskCaches): Task[] {
  const { workspaceName } = workerOf(task);
  const isSame = (other: Task) => workerOf(other).workspaceName === workspaceName || lockOf(other, caches) === lock;
  return caches.tasks.byIndex('branch', siblingKey(task, task.spec.branch!)).filter(isSame);
}

function holdersOf(task: Task, lock: string, { tasks, jobs, pods }: TaskCaches): BranchHolder[] {
  const key = siblingKey(task, lock);
  const atWork = jobs.byIndex('lock', key).filter((job) => controllerOf(job)?.uid !== task.metadata.uid && !hasLeft(job));
  return [...atWork.map(holder), ...pods.byIndex('lock', key).filter((pod) => !isOwn(pod)).map(holder)];

  /** Of a finished Task only the Pods count: an extra container may keep its Job for a while. */
  function hasLeft(job: ObservedJob): boolean {
    const owner = ownerOf(job);
    return owner !== undefined && isFinished(owner) && owner.metadata.uid === controllerOf(job)?.uid;
  }

  function isOwn(pod: ObservedPod): boolean {
    const job = jobKeysOf(pod).map((jobKey) => jobs.get(jobKey)).find((found) => found?.metadata.uid === controllerOf(pod)?.uid);
    return job !== undefined && controllerOf(job)?.uid === task.metadata.uid;
  }

  function ownerOf(job: KubeObject): Task | undefined {
    const owner = controllerOf(job);
    return owner && tasks.get(siblingKey(job, owner.name));
  }
}

/** A Job has the name of its Task, and its Pods know theirs. */
function holder(object: ObservedJob | ObservedPod): BranchHolder {
  const { name, deletionTimestamp } = object.metadata;
  const taskName = controllerOf(object)?.name ?? name!;
  return { taskName, ...(deletionTimestamp ? { goneAt: new Date(Date.parse(deletionTimestamp) + PATIENCE_MS) } : {}) };
}
