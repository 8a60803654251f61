import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer, type ApiServerOptions } from '@taskwright/runtime/embedded';
import { KubeClient, type KubeObject, type Resource, systemClock } from '@taskwright/runtime/kube';
import { crdOf, resourceOf, taskKind } from '@taskwright/schema';
import { figure, median } from './figure.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * How many writes a second the embedded API server carries out through the client, validated, with an owner for each field, and
 * seen by every watcher: Tasks are created, then each gets a status by merge patch and one by server-side apply.
 */
const TASKS = 500;
const ROUNDS = 7;
const CONCURRENCY = 32;
const WATCHERS = 3;

const tasks = resourceOf(taskKind);
const definitions: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

interface Setting extends Pick<ApiServerOptions, 'stateFile'> {
  readonly watchers: number;
}

async function writesPerSecond({ watchers, ...options }: Setting): Promise<number> {
  const server = new ApiServer({ clock: systemClock, ...options });
  const client = new KubeClient(server.transport, { userAgent: 'bench/1.0' });
  await client.create(definitions, crdOf(taskKind) as unknown as KubeObject);
  const stop = new AbortController();
  const expected = 3 * TASKS;
  const seen = Array.from({ length: watchers }, () => countEvents(client, expected, stop.signal));

  const start = performance.now();
  await inParallel(TASKS, (index) => client.create(tasks, aTask(index)));
  await inParallel(TASKS, (index) => client.patchMerge(tasks, { namespace: 'default', name: nameOf(index), subresource: 'status' }, { status: { phase: 'Pending' } }));
  await inParallel(TASKS, (index) => client.apply(tasks, { metadata: { namespace: 'default', name: nameOf(index) }, status: { phase: 'Running', jobName: nameOf(index) } } as KubeObject,
    { fieldManager: 'bench', force: true, subresource: 'status' }));
  await Promise.all(seen);
  const seconds = (performance.now() - start) / 1_000;
  stop.abort();
  await server.close();
  return expected / seconds;
}

function nameOf(index: number): string {
  return `task-${index}`;
}

function aTask(index: number): KubeObject {
  return {
    metadata: { namespace: 'default', name: nameOf(index), labels: { 'kelos.dev/taskspawner': 'bench' } },
    spec: { prompt: 'Fix the build. '.repeat(60), worker: { type: 'claude-code', credentials: { type: 'none' } }, workspaceRef: { name: 'shop' }, branch: `fix-${index}`, ttlSecondsAfterFinished: 3_600 },
  } as KubeObject;
}

async function inParallel(count: number, write: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    while (next < count) await write(next++);
  }));
}

/** Resolves when the watcher has seen that many changes. */
async function countEvents(client: KubeClient, count: number, signal: AbortSignal): Promise<void> {
  let left = count;
  for await (const { type } of client.watch(tasks, { resourceVersion: '0' }, signal)) if (type !== 'BOOKMARK' && --left === 0) return;
}

const folder = temporaryFolder('embedded');
const settings: Record<string, (round: number) => Setting> = {
  [`${WATCHERS} watchers`]: () => ({ watchers: WATCHERS }),
  'no watcher': () => ({ watchers: 0 }),
  [`${WATCHERS} watchers, kept in a file`]: (round) => ({ watchers: WATCHERS, stateFile: join(folder, `state-${round}`) }),
};
const results = new Map<string, number[]>(Object.keys(settings).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, setting] of Object.entries(settings)) {
    const value = await writesPerSecond(setting(round));
    // The first round warms up.
    if (round > 0) results.get(name)!.push(value);
  }
}
rmSync(folder, { recursive: true });
for (const [name, values] of results) figure('embedded', `writes, ${name}`, median(values), 'writes/s');
