import { type AgentConfig, agentConfigResource, type Task, taskResource, type TaskSpawner, type Workspace, workspaceResource } from '@taskwright/schema';
import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Informer, type InformerMetrics } from '../kube/informer.ts';
import { controllerOf, keyOf, type KubeObject, type ObjectMeta } from '../kube/object.ts';
import type { Random } from '../kube/random.ts';
import { type BudgetCaches, budgetCaches } from '../budgets/budget-caches.ts';
import { spawnerIndex } from '../spawners/belonging.ts';
import { spawnerInformer, type SpawnerIndex } from '../spawners/spawner-informer.ts';
import { trailKeysOf } from '../spawners/loop-trail.ts';
import { blockingBudgetOf } from './budget-blocked.ts';
import { reportKeysOf } from '../reporting/report-target.ts';
import { BRANCH_LABEL, heldLockOf } from './branch-lock.ts';
import { ENFORCED_LIMIT } from './enforced-limit.ts';
import { jobNamesOf } from './names.ts';
import { mayPush } from './outcome/attempts.ts';
import { jobEnd } from './outcome/job-state.ts';
import { failedAttemptsOf } from './failed-attempts.ts';
import { hasStarted, isFinished, isRunning } from './phase.ts';
import { heldSlotOf, SLOT_LABEL, spawnerOf } from './slot.ts';
import { SlotLines } from './slot-lines.ts';
import { workerOf } from './worker.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';

/** Only Jobs and Pods of Tasks are watched, never all of a cluster. */
export const OF_TASKS = 'kelos.dev/managed-by=kelos-controller,kelos.dev/component=task';

/** How Tasks are looked for. `workspace` to `budget` only know Tasks that have not started: to the others a change is no news. */
export type TaskIndex = 'job' | 'dependsOn' | 'workspace' | 'agentConfig' | 'branch' | 'budget' | 'atWork' | 'slot' | 'spawner' | 'unfinished' | 'trail' | 'report';

/** What the Task controller reads instead of asking the server. */
export interface TaskCaches extends BudgetCaches {
  readonly tasks: Informer<Task, TaskIndex>;
  /** Who wants a slot of its TaskSpawner. */
  readonly slots: SlotLines;
  readonly spawners: Informer<TaskSpawner, SpawnerIndex>;
  readonly jobs: Informer<ObservedJob, 'lock' | 'active' | 'slot'>;
  readonly pods: Informer<ObservedPod, 'job' | 'lock'>;
  readonly workspaces: Informer<Workspace>;
  readonly agentConfigs: Informer<AgentConfig>;
}

export interface TaskCachesOptions {
  /** Left out: all of them. */
  readonly namespace?: string | undefined;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random?: Random;
  readonly metrics?: InformerMetrics;
  readonly onError: (error: unknown) => void;
}

export function taskCaches({ client, ...options }: TaskCachesOptions): TaskCaches {
  const tasks = new Informer<Task, TaskIndex>(client, {
    ...options,
    resource: taskResource,
    // A Task may be stored without a spec. It is refused by a gate of its own, and no other rule has to think of it.
    project: (task) => (task.spec ? task : { ...task, spec: { prompt: '' } }),
    indexes: {
      job: (task) => jobNamesOf(task).map((name) => siblingKey(task, name)),
      report: reportKeysOf,
      dependsOn: (task) => (task.spec.dependsOn ?? []).map((name) => siblingKey(task, name)),
      workspace: (task) => waiting(task, [workerOf(task).workspaceName ?? []].flat()),
      agentConfig: (task) => waiting(task, workerOf(task).agentConfigRefs.map(({ name }) => name)),
      budget: (task) => [blockingBudgetOf(task) ?? []].flat().map((name) => siblingKey(task, name)),
      atWork: (task) => (isRunning(task) || (failedAttemptsOf(task).length > 0 && !isFinished(task)) ? [task.metadata.namespace!] : []),
      spawner: spawnerIndex,
      unfinished: (task) => (isFinished(task) ? [] : spawnerIndex(task)),
      trail: trailKeysOf,
      slot: (task) => (isRunning(task) ? [spawnerOf(task)?.uid ?? []].flat() : []),
      branch: (task) => (task.metadata.deletionTimestamp ? [] : waiting(task, [task.spec.branch || []].flat())),
    },
  });
  const slots = new SlotLines();
  // Before anybody else hears of it: who is woken by the change asks the lines.
  tasks.onChange((change) => slots.follow(change));
  return {
    tasks,
    slots,
    spawners: spawnerInformer(client, options),
    jobs: new Informer<ObservedJob, 'lock' | 'active' | 'slot'>(client, {
      ...options,
      resource: jobResource,
      labelSelector: OF_TASKS,
      project: projectJob,
      indexes: { lock: (job) => (jobEnd(job) ? [] : lockKeysOf(job)), active: (job) => (jobEnd(job) ? [] : [job.metadata.namespace!]), slot: (job) => (jobEnd(job) ? [] : [heldSlotOf(job) ?? []].flat()) },
    }),
    pods: new Informer<ObservedPod, 'job' | 'lock'>(client, {
      ...options,
      resource: podResource,
      labelSelector: OF_TASKS,
      project: projectPod,
      indexes: { job: (pod) => jobKeysOf(pod), lock: (pod) => (mayPush(pod) ? lockKeysOf(pod) : []) },
    }),
    workspaces: new Informer<Workspace>(client, { ...options, resource: workspaceResource }),
    agentConfigs: new Informer<AgentConfig>(client, { ...options, resource: agentConfigResource }),
    ...budgetCaches(client, options),
  };
}

export function siblingKey({ metadata: { namespace } }: KubeObject, name: string): string {
  return keyOf({ metadata: { namespace, name } });
}

/** The Job that controls the Pod, if one does. */
export function jobKeysOf(pod: KubeObject): string[] {
  const owner = controllerOf(pod);
  return owner?.kind === 'Job' ? [siblingKey(pod, owner.name)] : [];
}

function lockKeysOf(object: KubeObject): string[] {
  return [heldLockOf(object) ?? []].flat().map((lock) => siblingKey(object, lock));
}

function waiting(task: Task, names: readonly string[]): string[] {
  return hasStarted(task) ? [] : names.map((name) => siblingKey(task, name));
}

/** What the rules use of a Job: a Pod template is most of its size. */
function projectJob({ metadata, spec, status }: ObservedJob): ObservedJob {
  return { metadata: identity(metadata), spec: { activeDeadlineSeconds: spec?.activeDeadlineSeconds }, status };
}

/** Conditions that hold are no reason for anything. */
function projectPod({ metadata, status }: ObservedPod): ObservedPod {
  if (!status) return { metadata: identity(metadata) };
  const { phase, reason, message, conditions, initContainerStatuses, containerStatuses } = status;
  const unmet = conditions?.filter(({ status: isMet }) => isMet !== 'True');
  return { metadata: identity(metadata), status: { phase, reason, message, conditions: unmet, initContainerStatuses, containerStatuses } };
}

function identity(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, ownerReferences, annotations } = metadata;
  const limit = annotations?.[ENFORCED_LIMIT];
  const kept = Object.entries({ [BRANCH_LABEL]: heldLockOf({ metadata }), [SLOT_LABEL]: heldSlotOf({ metadata }) }).filter((label): label is [string, string] => label[1] !== undefined);
  const labels = kept.length === 0 ? {} : { labels: Object.fromEntries(kept) };
  return { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, ownerReferences, ...labels, ...(limit === undefined ? {} : { annotations: { [ENFORCED_LIMIT]: limit } }) };
}
