import { type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import type { KubeClient } from '../kube/client.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import { keyOf } from '../kube/object.ts';
import { BY_LISTENING, listeningOf } from '../webhooks/listeners.ts';

/** How TaskSpawners are looked for: by the Workspace and the WorkerPool that their template names, by the WebhookGateway that their trigger names, and by what they listen to. */
export type SpawnerIndex = 'workspace' | 'pool' | 'gateway' | typeof BY_LISTENING;

export function spawnerInformer(client: KubeClient, options: Pick<InformerOptions<never, never>, 'namespace' | 'clock' | 'random' | 'metrics' | 'onError'>): Informer<TaskSpawner, SpawnerIndex> {
  return new Informer<TaskSpawner, SpawnerIndex>(client, {
    ...options,
    resource: taskSpawnerResource,
    // One may be stored without a spec. It is refused as an obstacle, and no other rule has to think of it.
    project: (spawner) => (spawner.spec?.taskTemplate ? spawner : { ...spawner, spec: { when: {}, suspend: false, taskTemplate: {} } }),
    indexes: {
      [BY_LISTENING]: listeningOf,
      workspace: (spawner) => named(spawner, spawner.spec.taskTemplate.workspaceRef?.name ?? spawner.spec.taskTemplate.worker?.workspaceRef?.name),
      gateway: ({ metadata, spec: { when: { githubWebhook, linearWebhook, webhook } } }) => [githubWebhook, linearWebhook, webhook].flatMap((trigger) => named({ metadata }, trigger?.gatewayRef?.name)),
      pool: (spawner) => named(spawner, spawner.spec.taskTemplate.workerPoolRef?.name),
    },
  });
}

function named({ metadata: { namespace } }: Pick<TaskSpawner, 'metadata'>, name: string | undefined): string[] {
  return name ? [keyOf({ metadata: { namespace, name } })] : [];
}
