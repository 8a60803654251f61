import { isDeepStrictEqual } from 'node:util';
import type { Task, TaskBudget, TaskSpawner } from '@taskwright/schema';
import { labelsOf } from '../budgets/task-records.ts';
import type { Effects } from '../kube/apply-plan.ts';
import type { Change } from '../kube/change-feed.ts';
import { Controller, type ControllerMetrics, source } from '../kube/controller.ts';
import type { Log } from '../kube/log.ts';
import { keyOf, splitKey } from '../kube/object.ts';
import { LOW_PRIORITY } from '../kube/queue.ts';
import type { Random } from '../kube/random.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { Written } from '../kube/written.ts';
import { ADMITTED } from './admission.ts';
import { neighboursOnBranch, waitersForJob, waitersForPod } from './branch-queue.ts';
import { waitersForBudgets } from './budget-standings.ts';
import { budgetedLabelsOf } from './budgeted-labels.ts';
import { DataWatch } from './data-watch.ts';
import type { Surroundings } from './gather.ts';
import { mayPush } from './outcome/attempts.ts';
import { jobEnd } from './outcome/job-state.ts';
import { hasStarted } from './phase.ts';
import { Predecessor } from './predecessor.ts';
import { taskReconciler } from './reconcile-task.ts';
import { spawnerOf } from './slot.ts';
import { waitersForSlot } from './slot-queue.ts';
import { SpawnerLookup } from './spawner-lookup.ts';
import { Starting } from './starting.ts';
import { jobKeysOf, siblingKey, type TaskCaches } from './task-caches.ts';
import type { Pause } from '../spawners/pause.ts';
import type { TaskMetrics } from './task-metrics.ts';

export interface TaskControllerOptions extends Omit<Surroundings, 'wake' | 'starting' | 'predecessor' | 'spawnerLookup' | 'pause'> {
  /** Stops the Tasks of TaskSpawners from starting. Left out: nothing does. */
  readonly pause?: Pause;
  readonly events?: Effects['events'];
  readonly random?: Random;
  readonly log?: Log;
  readonly metrics?: ControllerMetrics;
  readonly taskMetrics?: TaskMetrics;
}

/** Tasks worked on at a time. More fill a burst no faster, since the API server is what is slow then, and the one Task of somebody else waits for their writes. */
const WORKERS = 8;

/**
 * The controller of Tasks, ready to start once its caches have synced.
 *
 * Whatever a Task can wait for wakes it: its Job and Pods, the Workspace and AgentConfigs it names, the Tasks it depends on
 * and those that depend on it, and, while it waits for one, a Secret or ConfigMap.
 */
export function taskController(options: TaskControllerOptions): { controller: Controller; close(): void } {
  const { client, caches, clock, random, images, network, tokens, pause, events, log, metrics, taskMetrics } = options;
  const { tasks, jobs, pods, workspaces, agentConfigs } = caches;
  const written = new Written([tasks, jobs, caches.records], clock);
  const dataWatch = new DataWatch({
    client,
    clock,
    ...(random && { random }),
    wake: (key, afterMs) => controller.queue.addAfter(key, afterMs),
    onError: (err) => (isAboutCluster(err) ? log?.debug : log?.warn)?.call(log, { err }, 'a Secret or ConfigMap cannot be watched'),
  });
  const effects: Effects = { client, fieldManager: 'taskwright-tasks', events, written };

  const controller: Controller = new Controller({
    name: 'task',
    workers: WORKERS,
    sources: [
      source(tasks, (task) => [keyOf(task)]),
      source(tasks, (task) => relatives(caches, task), phaseChanged),
      source(tasks, (task) => neighboursOnBranch(task, caches), standingChanged),
      source(tasks, (task) => waitersForBudgets(task.metadata.namespace, budgetedLabelsOf(task), caches), phaseChanged),
      source(caches.slots, (task) => [keyOf(task)]),
      source(caches.spawners, (spawner) => caches.slots.all(spawner.metadata.uid!), specChanged),
      source(caches.records, (record) => [siblingKey(record, record.spec.taskRef.name)]),
      source(caches.records, (record) => waitersForBudgets(record.metadata.namespace, labelsOf(record), caches)),
      source(caches.budgets, (budget) => tasks.byIndex('budget', keyOf(budget)).map(keyOf), specChanged),
      source(jobs, (job) => tasks.byIndex('job', keyOf(job)).map(keyOf)),
      source(jobs, (job) => waitersForJob(job, caches), ({ type, object }) => type === 'deleted' || jobEnd(object) !== undefined),
      source(pods, (pod) => jobKeysOf(pod).flatMap((key) => tasks.byIndex('job', key).map(keyOf))),
      source(pods, (pod) => waitersForPod(pod, caches), ({ type, object }) => type === 'deleted' || !mayPush(object)),
      source(workspaces, (workspace) => tasks.byIndex('workspace', keyOf(workspace)).map(keyOf)),
      source(agentConfigs, (config) => tasks.byIndex('agentConfig', keyOf(config)).map(keyOf)),
    ],
    reconcile: taskReconciler({
      client,
      caches,
      clock,
      images,
      network,
      tokens,
      ...(pause && { pause }),
      wake: (key) => controller.queue.add(key),
      effects,
      dataWatch,
      metrics: taskMetrics,
      starting: new Starting(),
      predecessor: new Predecessor({ client, caches, clock }),
      spawnerLookup: new SpawnerLookup({ client, spawners: caches.spawners }),
      startEnded(task) {
        const others = [...neighboursOnBranch(task, caches), ...waitersForSlot(task, caches), ...waitersForBudgets(task.metadata.namespace, budgetedLabelsOf(task), caches)];
        for (const key of others) controller.queue.add(key);
      },
    }),
    groupOf: (key) => splitKey(key).namespace ?? '',
    // Reading the log of an agent that printed 100 MB takes its time.
    timeoutMs: 120_000,
    written,
    isToldElsewhere: isAboutCluster,
    clock,
    log,
    metrics: metrics && {
      ...metrics,
      reconciled(outcome, tookMs) {
        metrics.reconciled(outcome, tookMs);
        taskMetrics?.reconciled(outcome);
      },
    },
  });

  const stopListening = pause?.onChange(() => {
    for (const task of tasks.list()) if (spawnerOf(task) && !hasStarted(task)) controller.queue.add(keyOf(task), LOW_PRIORITY);
  });
  return {
    controller,
    close() {
      stopListening?.();
      dataWatch.close();
    },
  };
}

/** The Tasks that wait for this one, and those that may not go before it has started. */
function relatives({ tasks }: TaskCaches, task: Task): string[] {
  const dependencies = (task.spec.dependsOn ?? []).map((name) => siblingKey(task, name));
  return [...tasks.byIndex('dependsOn', keyOf(task)).map(keyOf), ...dependencies];
}

/** It has come to where it waits now, or left that. */
function standingChanged(change: Change<Task>): boolean {
  if (change.type !== 'updated') return true;
  const [before, after] = [change.old, change.object].map(({ metadata, status }) => {
    const admitted = status?.conditions?.find(({ type }) => type === ADMITTED);
    return `${status?.phase} ${admitted?.reason} ${metadata.deletionTimestamp !== undefined}`;
  });
  return before !== after;
}

/** What a budget or a TaskSpawner says of itself is no news to who waits for it: the records, or the Tasks, were. */
function specChanged(change: Change<TaskBudget | TaskSpawner>): boolean {
  if (change.type !== 'updated') return true;
  const [before, after] = [change.old.metadata, change.object.metadata];
  return before.generation !== after.generation || !isDeepStrictEqual(before.annotations, after.annotations);
}

function phaseChanged(change: Change<{ metadata: object }>): boolean {
  return change.type !== 'updated' || (change.old as Task).status?.phase !== (change.object as Task).status?.phase;
}
