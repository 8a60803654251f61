import type { TaskSpawner, Workspace } from '@taskwright/schema';
import type { GitHubClients } from '../github/github-clients.ts';
import type { Clock } from '../kube/clock.ts';
import { siblingKey } from '../tasks/task-caches.ts';
import type { SourceContext } from '../sources/source.ts';
import { type References, workspaceNameOf } from './obstacle.ts';
import type { Secrets } from './secrets.ts';
import type { SpawnerCaches } from './spawner-caches.ts';

export interface SourceSurroundings {
  readonly caches: Pick<SpawnerCaches, 'workspaces' | 'pools' | 'gateways'>;
  readonly secrets: Secrets;
  readonly fetch: typeof globalThis.fetch;
  readonly github: GitHubClients;
  readonly clock: Clock;
}

/** What a source may use for a spawner. `onMissingSecret` hears of those that it asked for in vain. */
export function sourceContext(spawner: TaskSpawner, { caches, secrets, ...surroundings }: SourceSurroundings, { signal, log, onMissingSecret }: Pick<SourceContext, 'signal' | 'log'> & { readonly onMissingSecret?: (name: string) => void }): SourceContext {
  const workspace = workspaceOf(spawner, caches);
  return {
    spawner,
    ...(workspace && { workspace }),
    async readSecret(secret) {
      const data = await secrets.read(spawner.metadata.namespace!, secret);
      if (data === undefined) onMissingSecret?.(secret);
      return data;
    },
    ...surroundings,
    signal,
    log,
  };
}

export function referencesOf(spawner: TaskSpawner, { pools, workspaces, gateways }: Pick<SpawnerCaches, 'workspaces' | 'pools' | 'gateways'>): References {
  return { gateway: (name) => gateways.get(siblingKey(spawner, name)), pool: (name) => pools.get(siblingKey(spawner, name)), workspace: (name) => workspaces.get(siblingKey(spawner, name)) };
}

/** Where its Tasks work, if that is there. */
export function workspaceOf(spawner: TaskSpawner, caches: Pick<SpawnerCaches, 'workspaces' | 'pools' | 'gateways'>): Workspace | undefined {
  const { pool, workspace } = referencesOf(spawner, caches);
  const name = workspaceNameOf(spawner, pool);
  return name === undefined ? undefined : workspace(name);
}
