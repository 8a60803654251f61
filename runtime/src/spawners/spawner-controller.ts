import type { Task } from '@taskwright/schema';
import type { Effects } from '../kube/apply-plan.ts';
import type { Change } from '../kube/change-feed.ts';
import type { KubeClient } from '../kube/client.ts';
import { Controller, type ControllerMetrics, source } from '../kube/controller.ts';
import type { Log } from '../kube/log.ts';
import { keyOf, type KubeObject, splitKey } from '../kube/object.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { LOW_PRIORITY } from '../kube/queue.ts';
import { Written } from '../kube/written.ts';
import { DataWatch } from '../tasks/data-watch.ts';
import { isFinished } from '../tasks/phase.ts';
import { spawnerKeysOf } from './belonging.ts';
import { LONGEST_LOOK_MS, spawnerReconciler, type SpawnerReconcilerOptions } from './reconcile-spawner.ts';
import type { Pause } from './pause.ts';
import { spawnersIn } from './spawner-caches.ts';

export interface SpawnerControllerOptions extends Omit<SpawnerReconcilerOptions, 'effects' | 'dataWatch' | 'pause'> {
  /** Stops all looks at once. */
  readonly pause: Pause;
  readonly client: KubeClient;
  readonly events?: Effects['events'];
  readonly log?: Log;
  readonly controllerMetrics?: ControllerMetrics;
}

/** A look mostly waits for its service: a thousand spawners of which some are slow must not keep the others waiting. */
const WORKERS = 64;

/**
 * The controller of TaskSpawners, ready to start once its caches have synced. When each looks next is an entry of its queue: no spawner has a timer or a process of its own.
 *
 * What a spawner can wait for wakes it: the end of one of its Tasks, its Workspace or WorkerPool, and a Secret that a source asked for.
 */
export function spawnerController(options: SpawnerControllerOptions): { controller: Controller; close(): void } {
  const { client, caches, clock, random, events, log, controllerMetrics, metrics } = options;
  const written = new Written([caches.spawners], clock);
  const dataWatch = new DataWatch({
    client,
    clock,
    random,
    wake: (key, afterMs) => {
      lookAgain(key);
      controller.queue.addAfter(key, afterMs);
    },
    onError: (err) => (isAboutCluster(err) ? log?.debug : log?.warn)?.call(log, { err }, 'a Secret cannot be watched'),
  });
  const { reconcile, lookAgain } = spawnerReconciler({ ...options, dataWatch, effects: { client, fieldManager: 'taskwright-spawners', events, written } });
  const controller: Controller = new Controller({
    name: 'taskspawner',
    sources: [
      source(caches.spawners, (spawner) => [keyOf(spawner)]),
      source(caches.tasks, spawnerKeysOf, standingChanged),
      source(caches.workspaces, (workspace) => spawnersIn(workspace, caches), specChanged),
      source(caches.gateways, (gateway) => caches.spawners.byIndex('gateway', keyOf(gateway)).map(keyOf), specChanged),
      source(caches.pools, (pool) => caches.spawners.byIndex('pool', keyOf(pool)).map(keyOf), specChanged),
    ],
    reconcile,
    groupOf: (key) => splitKey(key).namespace ?? '',
    workers: WORKERS,
    timeoutMs: 3 * LONGEST_LOOK_MS,
    written,
    isToldElsewhere: isAboutCluster,
    clock,
    log,
    metrics: controllerMetrics && {
      ...controllerMetrics,
      reconciled(outcome, tookMs) {
        controllerMetrics.reconciled(outcome, tookMs);
        metrics?.reconciled(outcome);
      },
    },
  });
  const stopListening = options.pause.onChange(() => {
    for (const spawner of caches.spawners.list()) controller.queue.add(keyOf(spawner), LOW_PRIORITY);
  });
  return {
    controller,
    close() {
      stopListening();
      dataWatch.close();
    },
  };
}

/** It came, went, ended, or is about to go: nothing else about a Task is for its spawner to know. */
function standingChanged(change: Change<Task>): boolean {
  if (change.type !== 'updated') return true;
  const [before, after] = [change.old, change.object].map((task) => `${isFinished(task)} ${task.metadata.deletionTimestamp !== undefined}`);
  return before !== after;
}

function specChanged(change: Change<KubeObject>): boolean {
  return change.type !== 'updated' || change.old.metadata.generation !== change.object.metadata.generation;
}
