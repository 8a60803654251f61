import type { Task, TaskStatus } from '@taskwright/schema';
import { configMapResource, jobResource, secretResource } from '@taskwright/schema/kubernetes';
import { controllerOf, type KubeObject } from '../kube/object.ts';
import { creationAsSent, type EventNote, idle, warningEvent, type Write } from '../kube/plan.ts';
import { type RefusalReason, withAdmission } from './admission.ts';
import { blockedCondition } from './budget-blocked.ts';
import { snapshotAnnotation } from './budgeted-labels.ts';
import { addFinalizer } from './finalizer.ts';
import type { Hold, Obstacle } from './gate.ts';
import { cachedObstacle } from './gates/cached-obstacle.ts';
import { gitTokenGate, tokenRequestOf } from './gates/git-token.ts';
import { promptGate, promptOf } from './gates/prompt.ts';
import { mergedConfigOf, referencedDataGate } from './gates/referenced-data.ts';
import { type BuildStep, JobBuildError } from './job-build-error.ts';
import { buildJob } from './pod/job.ts';
import { destinationsOf, type ServiceName } from './network/reach.ts';
import { policyWrite } from './network/policy-objects.ts';
import { cleanText } from './outcome/clean-text.ts';
import { hasStarted, isFinished } from './phase.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';
import { toKubeTime } from '../kube/time.ts';
import { workerOf } from './worker.ts';
import { CLONE_CACHE, cloneCacheOf } from '../workspaces/clone-cache.ts';
import type { TokenRequest } from '../workspaces/installation-tokens.ts';

/** Asked last: nobody asks GitHub for the token of a Task that waits for something else. */
const LAST_GATE = gitTokenGate;

/** ConfigMaps and Secrets are not watched, so what waits for one to go looks again. */
const LEFTOVER_RETRY_MS = 2_000;

/** On a busy server a new Task is told at the latest after this long what it waits for. */
const TOLD_WITHIN_MS = 5_000;

export interface RefusedObject {
  readonly kind: string;
  readonly name: string;
  /** The HTTP status. */
  readonly code: number;
  /** In the words of the server. */
  readonly why: string;
}

const REFUSAL_OF_STEP: Readonly<Record<BuildStep, RefusalReason>> = {
  Job: 'JobBuildFailed',
  'plugin ConfigMap': 'PluginConfigMapFailed',
  'MCP server secret': 'MCPSecretFailed',
};

/**
 * Takes a Task without a Job to its Job: holds it while a gate objects, refuses what can never run, else creates the Job.
 *
 * The finalizer and what the Job mounts come first, the Job last; its status is written when the Job is seen
 * (progress.ts). So `Pending` proves that there was a Job, and a Job that vanished is never taken for one not made yet.
 */
export function planStart(facts: TaskFacts): TaskPlan {
  const { task, now } = facts;
  try {
    const obstacle = obstacleTo(facts) ?? LAST_GATE(facts);
    if (!obstacle) return { writes: startWrites(facts), ...warnings(facts) };
    return 'hold' in obstacle
      ? (toldLater(facts, obstacle) ?? hold(facts, obstacle))
      : refuse(facts, obstacle.refuse, obstacle.message, obstacle.event ?? obstacle.message);
  } catch (error) {
    if (!(error instanceof JobBuildError)) throw error;
    const verb = error.step === 'MCP server secret' ? 'resolve' : 'build';
    const message = `Failed to ${verb} ${error.step}: ${error.message}`;
    return refuse({ task, now }, REFUSAL_OF_STEP[error.step], message, message);
  }
}

/** The token that a Task needs before it can start, when it needs nothing else. */
export function tokenToAsk(facts: TaskFacts): TokenRequest | undefined {
  return tokenRequestOf(facts) && isAboutToStart(facts) ? tokenRequestOf(facts) : undefined;
}

/** The Services that the network policy of a Task leads to, when it needs nothing else. */
export function servicesToRead(facts: TaskFacts): ServiceName[] {
  if (!facts.network || !isAboutToStart(facts)) return [];
  return destinationsOf(facts).flatMap(({ service }) => service ?? []);
}

/** The claim that is looked for before a Pod names it, when the Task needs nothing else. */
export function claimToRead(facts: TaskFacts): string | undefined {
  const claim = cloneCacheOf(facts.workspace);
  return claim !== undefined && isAboutToStart(facts) ? claim : undefined;
}

function isAboutToStart(facts: TaskFacts): boolean {
  const { task, job } = facts;
  if (task.metadata.deletionTimestamp || job || hasStarted(task)) return false;
  try {
    return !obstacleTo(facts);
  } catch (error) {
    if (error instanceof JobBuildError) return false; // The plan meets the same error, and reports it.
    throw error;
  }
}

/**
 * A name that the Task needs belongs to something else, which is neither adopted nor deleted: the Task cannot run. What an
 * earlier Task of the same name left behind is on its way out, and is waited for.
 */
export function planNameTaken(facts: Pick<TaskFacts, 'task' | 'now'>, kind: string, existing: KubeObject): TaskPlan {
  const { task } = facts;
  const { name, deletionTimestamp } = existing.metadata;
  const owner = controllerOf(existing);
  if (deletionTimestamp || (owner?.kind === 'Task' && owner.name === task.metadata.name)) {
    return hold(facts, { hold: 'JobNameTaken', message: `Waiting for the old ${kind} "${name}" to be gone`, retryAfterMs: LEFTOVER_RETRY_MS });
  }
  const message = `${kind} "${name}" already exists and does not belong to this Task; delete it or give the Task another name`;
  return refuse(facts, 'JobNameTaken', message, message);
}

/** Nothing can be made for a Task whose namespace is being deleted. It goes with it, and has nothing to wait for but that. */
export function planNamespaceTerminating(facts: Pick<TaskFacts, 'task' | 'now'>): TaskPlan {
  const { namespace } = facts.task.metadata;
  const message = `Waiting for nothing: namespace "${namespace}" is being deleted, and this Task with it; create it in another`;
  return hasStarted(facts.task) ? idle(message) : hold(facts, { hold: 'NamespaceTerminating', message });
}

/** What is said of a Task for which something was refused, and whether the server is asked again. */
export interface RefusalPlan {
  readonly plan: TaskPlan;
  readonly asksAgain: boolean;
}

/**
 * The server would not make something that the Task needs. An object that is not valid (422) stays so; whatever else it says (a quota, a policy, a kind that
 * is not served) may change, so the Task waits, and the queue asks less and less often.
 */
export function planRefusedCreation(facts: Pick<TaskFacts, 'task' | 'now'>, { kind, name, code, why }: RefusedObject): RefusalPlan {
  if (hasStarted(facts.task)) return { plan: idle(why), asksAgain: true };
  const said = cleanText(why);
  if (code !== 422) {
    const message = `Waiting for the API server to take ${kind} "${name}": ${said}`;
    return { plan: hold(facts, { hold: 'CreationRefused', message, event: message }), asksAgain: true };
  }
  const message = `Failed to build ${kind}: the API server refuses it, ${said}`;
  return { plan: refuse(facts, 'JobBuildFailed', message, message), asksAgain: false };
}

/** A Job of the Task's name that another object, or nobody, controls. */
export function isForeignJob({ task, job }: Pick<TaskFacts, 'task' | 'job'>): boolean {
  return job !== undefined && controllerOf(job)?.uid !== task.metadata.uid;
}

/** A Task that has not ended finds its name taken. That may end it for good, and the Job it sees may be gone already. */
export function meetsForeignJob(facts: Pick<TaskFacts, 'task' | 'job'>): boolean {
  return isForeignJob(facts) && !isFinished(facts.task) && !facts.task.metadata.deletionTimestamp;
}

function obstacleTo(facts: TaskFacts): Obstacle | undefined {
  return cachedObstacle(facts) ?? promptGate(facts) ?? referencedDataGate(facts);
}

function startWrites(facts: TaskFacts): Write[] {
  const { task, workspace, agentConfig, budgets, read, gitToken, cloneCache, images, network: rules, serviceNamed, limit } = facts;
  const asked = { ...task, spec: { ...task.spec, prompt: promptOf(facts) } };
  const { configMaps, secrets, job } = buildJob({ task: asked, worker: workerOf(task), workspace, config: mergedConfigOf({ task, agentConfig }), read, gitToken, cloneCache, images, limit });
  return [
    addFinalizer(task, budgets().standings.length > 0 ? snapshotAnnotation(task) : {}),
    ...configMaps.map((object) => creationAsSent(configMapResource, object)),
    ...secrets.map((object) => creationAsSent(secretResource, object)),
    // Before the Pods that it is about: none of them runs for a moment without it.
    ...(rules ? [policyWrite(task, { destinations: destinationsOf(facts), rules, serviceNamed })] : []),
    creationAsSent(jobResource, job),
  ];
}

/** What the Task runs without. */
function warnings({ task, workspace, cloneCache }: TaskFacts): Pick<TaskPlan, 'events'> {
  const { branch } = task.spec;
  const events: EventNote[] = [];
  // A branch needs a repository to be in. The Task runs all the same, as in the reference.
  if (branch && !workspace) events.push(warningEvent('BranchWithoutWorkspace', `Branch "${branch}" is set but workspaceRef is not configured, branch checkout will be skipped`));
  const claim = cloneCacheOf(workspace);
  if (claim !== undefined && !cloneCache) {
    events.push(warningEvent('CloneCacheMissing', `PersistentVolumeClaim "${claim}" of annotation ${CLONE_CACHE} of Workspace "${workspace!.metadata.name}" does not exist, cloning without it; create it in this namespace`));
  }
  return events.length > 0 ? { events } : {};
}

/**
 * While the server is busy, what a Task waits for that others are about to end yields to work, as events do: in a burst it is over before it could be told, and
 * telling costs as much as a Job. Only where nobody looks at what this Task waits for to know whose turn it is.
 */
function toldLater({ task, branch, slot, serverIsBusy, now }: TaskFacts, { hold: reason, message, retryAfterMs = TOLD_WITHIN_MS }: Hold): TaskPlan | undefined {
  const isSoonOver = reason === 'BranchLocked' || (reason === 'DependencyUnfinished' && !branch);
  const leftMs = TOLD_WITHIN_MS - (now.getTime() - Date.parse(task.metadata.creationTimestamp ?? ''));
  const mayWait = leftMs > 0 && leftMs <= TOLD_WITHIN_MS;
  return serverIsBusy && isSoonOver && !slot && !task.status?.phase && mayWait ? { ...idle(message), requeueAfterMs: Math.min(leftMs, retryAfterMs) } : undefined;
}

function hold({ task, now }: Pick<TaskFacts, 'task' | 'now'>, { hold: reason, message, event, retryAfterMs, blocked }: Hold): TaskPlan {
  const retry = retryAfterMs === undefined ? {} : { requeueAfterMs: retryAfterMs };
  if (task.status?.phase === 'Waiting' && task.status.message === message) return { ...idle(message), ...retry };
  const since = waitsSince(task, now);
  const conditions = [...withAdmission(task, reason, message, since), ...(blocked ? [blockedCondition(task, reason, blocked, since)] : [])];
  const events = event === undefined ? {} : { events: [warningEvent(reason, event)] };
  // Of a Task that is tried again they name what failed.
  const { jobName: _jobName, podName: _podName, ...before } = task.status ?? {};
  return { status: { ...before, phase: 'Waiting', message, conditions }, why: message, ...events, ...retry };
}

/** Of a Task of which nothing was said yet, that is since it was made, however late it is told. */
function waitsSince({ metadata: { creationTimestamp }, status }: Task, now: Date): Date {
  return status?.phase || creationTimestamp === undefined || Date.parse(creationTimestamp) > now.getTime() ? now : new Date(creationTimestamp);
}

function refuse({ task, now }: Pick<TaskFacts, 'task' | 'now'>, reason: RefusalReason, message: string, note: string): TaskPlan {
  const status: TaskStatus = {
    ...task.status,
    phase: 'Failed',
    message,
    completionTime: toKubeTime(now),
    conditions: withAdmission(task, reason, message, now),
  };
  return { status, events: [warningEvent(reason === 'DependencyCycle' ? 'DependencyFailed' : reason, note)] };
}
