import { type Task, type TaskSpawner, type WebhookGateway, webhookGatewayResource, type WorkerPool, workerPoolResource, type Workspace } from '@taskwright/schema';
import type { KubeClient } from '../kube/client.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import { keyOf, type KubeObject } from '../kube/object.ts';
import { siblingKey, type TaskCaches } from '../tasks/task-caches.ts';
import { ownIndexes } from './belonging.ts';

/** What is read about TaskSpawners instead of asking the server. All but the pools are those of the Task controller: nothing is watched twice. */
export interface SpawnerCaches extends Pick<TaskCaches, 'tasks' | 'workspaces' | 'spawners'> {
  readonly pools: Informer<WorkerPool, 'workspace'>;
  readonly gateways: Informer<WebhookGateway>;
}

export function spawnerCaches({ tasks, workspaces, spawners }: TaskCaches, client: KubeClient, options: Pick<InformerOptions<never, never>, 'namespace' | 'clock' | 'random' | 'metrics' | 'onError'>): SpawnerCaches {
  return {
    tasks,
    workspaces,
    spawners,
    gateways: new Informer<WebhookGateway>(client, { ...options, resource: webhookGatewayResource }),
    pools: new Informer<WorkerPool, 'workspace'>(client, {
      ...options,
      resource: workerPoolResource,
      indexes: { workspace: (pool) => named(pool, (pool.spec as WorkerPool['spec'] | undefined)?.worker?.workspaceRef?.name) },
    }),
  };
}

/** The spawners whose Tasks work in a Workspace, by themselves or through their pool. */
export function spawnersIn(workspace: Workspace, { spawners, pools }: Pick<SpawnerCaches, 'spawners' | 'pools'>): string[] {
  const key = keyOf(workspace);
  return [spawners.byIndex('workspace', key), ...pools.byIndex('workspace', key).map((pool) => spawners.byIndex('pool', keyOf(pool)))].flat().map(keyOf);
}

function named(object: KubeObject, name: string | undefined): string[] {
  return name ? [siblingKey(object, name)] : [];
}

/** Every Task of the spawner that there is. */
export function tasksOf(spawner: TaskSpawner, { tasks }: Pick<SpawnerCaches, 'tasks'>): Task[] {
  return ownIndexes(spawner).flatMap((value) => tasks.byIndex('spawner', value));
}

/** Those of them that have not ended. */
export function unfinishedOf(spawner: TaskSpawner, { tasks }: Pick<SpawnerCaches, 'tasks'>): Task[] {
  return ownIndexes(spawner).flatMap((value) => tasks.byIndex('unfinished', value));
}

/** How many these are: told often, and of ten thousand as fast as of ten. */
export function countUnfinished(spawner: TaskSpawner, { tasks }: Pick<SpawnerCaches, 'tasks'>): number {
  return ownIndexes(spawner).reduce((sum, value) => sum + tasks.countByIndex('unfinished', value), 0);
}
