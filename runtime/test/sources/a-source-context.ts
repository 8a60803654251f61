import type { TaskSpawner, TaskSpawnerSpec, Workspace } from '@taskwright/schema';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { GitHubClients } from '../../src/github/github-clients.ts';
import type { Clock } from '../../src/kube/clock.ts';
import { silentLog } from '../../src/kube/log.ts';
import type { SourceContext } from '../../src/sources/source.ts';

interface Given {
  readonly when: TaskSpawnerSpec['when'];
  readonly fetch: typeof globalThis.fetch;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly prompt?: string;
  readonly workspace?: Workspace;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** What a source is given for a spawner `shop/workers`. */
export function aSourceContext({ when, fetch, secrets = {}, prompt, workspace, clock = new VirtualClock(), signal = new AbortController().signal }: Given): SourceContext {
  const spawner: TaskSpawner = { metadata: { name: 'workers', namespace: 'shop' }, spec: { when, suspend: false, taskTemplate: { ...prompt !== undefined && { promptTemplate: prompt } } } };
  return { spawner, ...workspace && { workspace }, readSecret: async (name) => secrets[name], fetch, github: new GitHubClients({ fetch, clock }), clock, signal, log: silentLog };
}
