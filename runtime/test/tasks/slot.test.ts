import { type Task, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { controllerReference, type KubeObject } from '../../src/kube/object.ts';
import { afterEach, expect, test } from 'vitest';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { CountedTransport } from './counted-transport.ts';
import { type Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const success: Script = { message: result(['commit: abc']), runsForMs: 60_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script: Parameters<typeof startCluster>[0] = success): Promise<TestCluster> {
  const cluster = await startCluster(script);
  running.push(cluster);
  return cluster;
}

function anOperator({ api, clock }: TestCluster): Operator & { transport: CountedTransport } {
  const transport = new CountedTransport(api.transport);
  const operator = startOperator({ transport, clock, images });
  running.push(operator);
  return Object.assign(operator, { transport });
}

function aSpawner({ create }: TestCluster, name: string, maxConcurrency?: number): Promise<KubeObject> {
  const spec = { when: { cron: { schedule: '0 0 1 1 *' } }, taskTemplate: { promptTemplate: 'Fix it', worker: { type: 'claude-code', credentials: { type: 'none' } } }, ...(maxConcurrency === undefined ? {} : { maxConcurrency }), suspend: true };
  return create({ metadata: { name, namespace: 'dev' }, spec } as KubeObject, taskSpawnerResource);
}

function aTaskOf(spawner: KubeObject, name: string, { priority, ...spec }: Partial<Task['spec']> & { priority?: number } = {}): Task {
  const annotations = priority === undefined ? {} : { annotations: { 'taskwright.dev/priority': `${priority}` } };
  return { metadata: { name, namespace: 'dev', ownerReferences: [controllerReference(spawner, taskSpawnerResource)], ...annotations }, spec: aTask({ spec }).spec };
}

const phases = (cluster: TestCluster) => Object.fromEntries(cluster.tasks.list().map(({ metadata, status }) => [metadata.name, status?.phase]));
const atWork = (cluster: TestCluster) => cluster.tasks.list().filter(({ status }) => status?.phase === 'Pending' || status?.phase === 'Running').length;
const messageOf = (cluster: TestCluster, name: string) => cluster.task(name)?.status?.message;
const phaseIs = (cluster: TestCluster, phase: string, name: string) => () => cluster.task(name)?.status?.phase === phase;
const allAre = (cluster: TestCluster, phase: string) => () => cluster.tasks.list().every(({ status }) => status?.phase === phase);
const names = (count: number) => Array.from({ length: count }, (_, index) => `t${`${index}`.padStart(3, '0')}`);

/** The order in which Jobs were made. */
function starts(cluster: TestCluster): string[] {
  const order: string[] = [];
  cluster.tasks.onChange(({ object: { metadata, status } }) => {
    if (status?.phase === 'Pending' && !order.includes(metadata.name!)) order.push(metadata.name!);
  });
  return order;
}

test('no more Tasks of a spawner work at a time than its maxConcurrency, and those that wait know their place', async () => {
  const cluster = await aCluster();
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 2);
  await Promise.all(names(5).map((name) => cluster.create(aTaskOf(x, name))));
  await cluster.clock.advance(20_000);
  expect(phases(cluster)).toEqual({ t000: 'Running', t001: 'Running', t002: 'Waiting', t003: 'Waiting', t004: 'Waiting' });
  expect(['t002', 't003', 't004'].map((name) => messageOf(cluster, name))).toEqual([1, 2, 3].map((place) => `Waiting for a slot of TaskSpawner "x" (2 of 2 run), place ${place} of 3`));
  expect(cluster.task('t002')?.status?.conditions).toEqual([{ type: 'Admitted', status: 'False', reason: 'MaxConcurrencyReached', message: messageOf(cluster, 't002'), lastTransitionTime: expect.any(String), observedGeneration: 1 }]);
  expect(await cluster.clock.runUntil(allAre(cluster, 'Succeeded'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(2);
});

test('the most urgent goes first, then the oldest', async () => {
  const cluster = await aCluster();
  const order = starts(cluster);
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  await cluster.create(aTaskOf(x, 'first'));
  for (const [name, priority] of [['old', undefined], ['a', 10], ['urgent', 2], ['young', undefined]] as const) {
    await cluster.clock.advance(1_000);
    await cluster.create(aTaskOf(x, name, priority === undefined ? {} : { priority }));
  }
  expect(await cluster.clock.runUntil(allAre(cluster, 'Succeeded'), HOUR)).toBe(true);
  expect(order).toEqual(['first', 'urgent', 'a', 'old', 'young']);
});

test('200 Tasks that wait for 5 slots cost a bounded number of writes each', async () => {
  const cluster = await aCluster();
  const { transport } = anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 5);
  for (const name of names(200)) await cluster.create(aTaskOf(x, name));
  await cluster.clock.advance(20_000);
  expect(messageOf(cluster, 't199')).toBe('Waiting for a slot of TaskSpawner "x", behind 10 others or more');
  expect(messageOf(cluster, 't005')).toBe('Waiting for a slot of TaskSpawner "x" (5 of 5 run), place 1 of more than 10');
  const told = transport.requests.filter((request) => request.startsWith('PATCH') && request.endsWith('/status')).length;
  expect(await cluster.clock.runUntil(allAre(cluster, 'Succeeded'), { limitMs: 24 * 3_600_000 })).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(5);
  const writes = transport.requests.filter((request) => !request.startsWith('GET'));
  // Once each, and the first ten again while the line was shorter than that; then the seven writes of a life, and a place that moves ten times at most.
  expect(told).toBeLessThanOrEqual(200 + 50);
  expect(writes.length).toBeLessThanOrEqual(200 * (7 + 1 + 10));
});

test('a Task that waits for something else takes no slot and keeps nobody from one', async () => {
  const cluster = await aCluster();
  const order = starts(cluster);
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  await cluster.create(aTaskOf(x, 'dependant', { dependsOn: ['young'] }));
  await cluster.create(aTaskOf(x, 'no-secret', { credentials: { type: 'api-key', secretRef: { name: 'none' } } }));
  await cluster.create({ ...aTaskOf(x, 'busy', { branch: 'b' }), metadata: { name: 'busy', namespace: 'dev' } });
  await cluster.clock.advance(1_000);
  await cluster.create(aTaskOf(x, 'on-branch', { branch: 'b' }));
  await cluster.create(aTaskOf(x, 'young'));
  await cluster.clock.advance(20_000);
  expect(phases(cluster)).toEqual({ 'dependant': 'Waiting', 'no-secret': 'Waiting', 'busy': 'Running', 'on-branch': 'Waiting', 'young': 'Running' });
  expect(messageOf(cluster, 'on-branch')).toBe('Waiting for branch "b" (locked by busy)');
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'dependant'), HOUR)).toBe(true);
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'on-branch'), HOUR)).toBe(true);
  expect(order.slice(0, 2)).toEqual(['busy', 'young']);
  expect(cluster.task('no-secret')?.status?.conditions).toMatchObject([{ reason: 'SecretMissing' }]);
});

test('Tasks of two spawners and of none wait only for their own', async () => {
  const cluster = await aCluster();
  anOperator(cluster);
  const [x, y, free] = [await aSpawner(cluster, 'x', 1), await aSpawner(cluster, 'y', 1), await aSpawner(cluster, 'free')];
  for (const [spawner, name] of [[x, 'x1'], [x, 'x2'], [y, 'y1'], [free, 'f1'], [free, 'f2']] as const) await cluster.create(aTaskOf(spawner, name));
  await cluster.create({ ...aTaskOf(x, 'own'), metadata: { name: 'own', namespace: 'dev' } });
  await cluster.clock.advance(20_000);
  expect(phases(cluster)).toEqual({ x1: 'Running', x2: 'Waiting', y1: 'Running', f1: 'Running', f2: 'Running', own: 'Running' });
});

test('a limit that is raised, lowered or taken away is heeded at once', async () => {
  const cluster = await aCluster({ ...success, runsForMs: 600_000 });
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  const limit = (maxConcurrency: number) => cluster.client.patchMerge(taskSpawnerResource, { namespace: 'dev', name: 'x' }, { spec: { maxConcurrency } });
  for (const name of names(20)) await cluster.create(aTaskOf(x, name));
  await cluster.clock.advance(20_000);
  expect(atWork(cluster)).toBe(1);
  await limit(15);
  await cluster.clock.advance(20_000);
  expect(atWork(cluster)).toBe(15);
  await limit(3);
  await cluster.clock.advance(20_000);
  expect([atWork(cluster), messageOf(cluster, 't015')]).toEqual([15, 'Waiting for a slot of TaskSpawner "x" (15 of 3 run), place 1 of 5']);
  await limit(0);
  await cluster.clock.advance(20_000);
  expect(atWork(cluster)).toBe(20);
});

test('Tasks whose spawner is gone go anyway', async () => {
  const cluster = await aCluster();
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  await cluster.create(aTaskOf(x, 'a'));
  await cluster.create(aTaskOf(x, 'b'));
  await cluster.clock.advance(20_000);
  expect(phases(cluster)).toEqual({ a: 'Running', b: 'Waiting' });
  await cluster.client.delete(taskSpawnerResource, { namespace: 'dev', name: 'x' }, { propagationPolicy: 'Orphan' });
  await cluster.clock.advance(20_000);
  expect(phases(cluster)).toEqual({ a: 'Running', b: 'Running' });
});

test('an operator that takes over finds who has the slots', async () => {
  const cluster = await aCluster({ ...success, runsForMs: 600_000 });
  const first = anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 2);
  for (const name of names(4)) await cluster.create(aTaskOf(x, name));
  await cluster.clock.advance(20_000);
  await first.stop();
  for (const name of ['u1', 'u2']) await cluster.create(aTaskOf(x, name));
  const { transport } = anOperator(cluster);
  expect(await cluster.clock.runUntil(allAre(cluster, 'Succeeded'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(2);
  expect(transport.requests.filter((request) => request.startsWith('GET'))).toEqual(['taskbudgets', 'taskspawners', 'jobs', 'pods', 'taskrecords'].map((plural) => expect.stringMatching(`^GET .*/namespaces/dev/${plural}$`)));
});

test('Tasks of one spawner on one branch are told of few things, and run one at a time', async () => {
  const cluster = await aCluster();
  const { transport } = anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  for (const name of names(30)) await cluster.create(aTaskOf(x, name, { branch: 'b' }));
  expect(await cluster.clock.runUntil(allAre(cluster, 'Succeeded'), { limitMs: 24 * 3_600_000 })).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(1);
  const ofLast = transport.requests.filter((request) => request.startsWith('PATCH') && request.endsWith('/t029/status'));
  expect(ofLast.length).toBeLessThanOrEqual(8);
});

test('a Task that is deleted while it waits leaves its place to the next', async () => {
  const cluster = await aCluster();
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  for (const name of names(3)) await cluster.create(aTaskOf(x, name));
  await cluster.clock.advance(20_000);
  await cluster.client.delete(taskResource, { namespace: 'dev', name: 't001' });
  await cluster.clock.advance(1_000);
  expect(messageOf(cluster, 't002')).toBe('Waiting for a slot of TaskSpawner "x" (1 of 1 run), place 1 of 1');
});

test('a Task that is tried again gives its slot to the next meanwhile, and asks for one again', async () => {
  const cluster = await aCluster((pod) => (pod.metadata.labels?.['kelos.dev/task'] === 'a' ? { exitCode: 3 } : success));
  anOperator(cluster);
  const x = await aSpawner(cluster, 'x', 1);
  const flaky = aTaskOf(x, 'a');
  await cluster.create({ ...flaky, metadata: { ...flaky.metadata, annotations: { 'taskwright.dev/retry-limit': '1', 'taskwright.dev/retry-backoff-seconds': '30' } } });
  await cluster.create(aTaskOf(x, 'b'));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'b'), HOUR)).toBe(true);
  expect(cluster.task('a')?.status?.conditions?.map(({ reason }) => reason)).toEqual(['RetryBackOff']);
  expect(await cluster.clock.runUntil(() => messageOf(cluster, 'a') === 'Waiting for a slot of TaskSpawner "x" (1 of 1 run), place 1 of 1', HOUR)).toBe(true);
  expect(await cluster.clock.runUntil(() => ['a', 'b'].every((name) => ['Failed', 'Succeeded'].includes(cluster.task(name)?.status?.phase ?? '')), HOUR)).toBe(true);
  expect([phases(cluster), cluster.kubelet.mostActive]).toEqual([{ a: 'Failed', b: 'Succeeded' }, 1]);
});
