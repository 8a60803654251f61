import { type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { jobResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { CountedTransport } from './counted-transport.ts';
import { type Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script?: Script): Promise<TestCluster> {
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

const onBranch = (name: string, spec: Partial<Task['spec']> = {}): Task => ({ metadata: { name, namespace: 'dev' }, spec: aTask({ spec: { branch: 'b', ...spec } }).spec });
const phaseIs = ({ task }: TestCluster, phase: string, name: string) => () => task(name)?.status?.phase === phase;
const success: Script = { message: result(['commit: abc']) };

/** The order in which Jobs were made. */
function starts(cluster: TestCluster): string[] {
  const order: string[] = [];
  cluster.tasks.onChange(({ object: { metadata, status } }) => {
    if (status?.phase === 'Pending' && !order.includes(metadata.name!)) order.push(metadata.name!);
  });
  return order;
}

test('Tasks on one branch run one at a time, the oldest first, woken by the one before and by no timer', async () => {
  const cluster = await aCluster(success);
  const order = starts(cluster);
  const { transport } = anOperator(cluster);
  for (const name of ['third', 'first', 'second']) {
    await cluster.create(onBranch(name));
    await cluster.clock.advance(1_000);
  }
  expect(cluster.task('first')?.status).toMatchObject({ phase: 'Waiting', message: 'Waiting for branch "b" (locked by third)', conditions: [{ reason: 'BranchLocked' }] });
  expect(cluster.task('second')?.status).toMatchObject({ phase: 'Waiting', message: 'Waiting for branch "b" (locked by first)', conditions: [{ reason: 'BranchLocked' }] });
  const asked = transport.requests.length;
  await cluster.clock.advance(10_000);
  expect(transport.requests.slice(asked).filter((request) => !request.includes('tasks/third'))).toEqual([]);
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'second'), HOUR)).toBe(true);
  expect(order).toEqual(['third', 'first', 'second']);
  expect(cluster.kubelet.mostActive).toBe(1);
});

test('the next Task has the branch when the agent before it is done, though nobody has said yet how that ended', async () => {
  const cluster = await aCluster(success);
  const told = Promise.withResolvers<void>();
  const { transport } = cluster.api;
  const request: Transport['request'] = async (asked) => {
    if (asked.path.includes('/tasks/a/status') && String(asked.body).includes('"Succeeded"')) await told.promise;
    return transport.request(asked);
  };
  const operator = startOperator({ transport: { request, stream: (asked) => transport.stream(asked), close: async () => {} }, clock: cluster.clock, images });
  running.push(operator);
  await cluster.create(onBranch('a'));
  await cluster.clock.advance(1_000);
  await cluster.create(onBranch('b'));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'b'), HOUR)).toBe(true);
  expect(cluster.task('a')?.status?.phase).toBe('Running');
  told.resolve();
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'a'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(1);
});

test('a burst of Tasks on one branch still runs one at a time, and each is told of three things at most', async () => {
  const cluster = await aCluster(success);
  anOperator(cluster);
  const messages = new Map<string, Set<string>>();
  cluster.tasks.onChange(({ object: { metadata, status } }) => {
    if (status?.phase === 'Waiting') messages.set(metadata.name!, (messages.get(metadata.name!) ?? new Set()).add(status.message!));
  });
  const names = Array.from({ length: 12 }, (_, index) => `t${index}`);
  await Promise.all(names.map((name) => cluster.create(onBranch(name))));
  expect(await cluster.clock.runUntil(() => names.every((name) => phaseIs(cluster, 'Succeeded', name)()), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(1);
  expect(Math.max(...[...messages.values()].map(({ size }) => size))).toBeLessThanOrEqual(3);
});

test('other branches, repositories and namespaces are not waited for', async () => {
  const cluster = await aCluster(success);
  anOperator(cluster);
  for (const name of ['shop', 'same-shop', 'other']) {
    await cluster.create({ metadata: { name, namespace: 'dev' }, spec: { repo: `https://github.com/acme/${name.replace('same-', '')}` } } as never, workspaceResource);
  }
  await cluster.client.create({ group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }, { metadata: { name: 'prod' } });
  await cluster.create(onBranch('a', { workspaceRef: { name: 'shop' } }));
  await cluster.clock.advance(1_000);
  await cluster.create(onBranch('same', { workspaceRef: { name: 'same-shop' } }));
  await cluster.create(onBranch('other-repo', { workspaceRef: { name: 'other' } }));
  await cluster.create(onBranch('other-branch', { workspaceRef: { name: 'shop' }, branch: 'c' }));
  await cluster.create({ ...onBranch('elsewhere'), metadata: { name: 'elsewhere', namespace: 'prod' } });
  await cluster.create(onBranch('no-repo'));
  await cluster.clock.advance(1_000);
  const waiting = cluster.tasks.list().filter(({ status }) => status?.phase === 'Waiting');
  expect([cluster.tasks.list().length, waiting.map(({ metadata }) => metadata.name)]).toEqual([6, ['same']]);
  expect(cluster.task('same')?.status?.message).toBe('Waiting for branch "b" (locked by a)');
});

test('an older Task that depends on a younger one of its branch lets it go first', async () => {
  const cluster = await aCluster(success);
  const order = starts(cluster);
  anOperator(cluster);
  await cluster.create(onBranch('old', { dependsOn: ['young'] }));
  await cluster.clock.advance(1_000);
  await cluster.create(onBranch('young'));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'old'), HOUR)).toBe(true);
  expect(order).toEqual(['young', 'old']);
});

test('a Task that waits for a Workspace or a Secret keeps nobody from its branch', async () => {
  const cluster = await aCluster(success);
  anOperator(cluster);
  await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://github.com/a/b' } } as never, workspaceResource);
  await cluster.create(onBranch('old', { workspaceRef: { name: 'shop' }, credentials: { type: 'api-key', secretRef: { name: 'none' } } }));
  await cluster.create(onBranch('young', { workspaceRef: { name: 'shop' } }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'young'), HOUR)).toBe(true);
  expect(cluster.task('old')?.status?.conditions).toMatchObject([{ reason: 'SecretMissing' }]);
});

test('a deleted Task keeps the branch until its agent has stopped', async () => {
  const cluster = await aCluster({ ...success, runsForMs: 600_000 });
  anOperator(cluster);
  await cluster.create(onBranch('a'));
  await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'a'), HOUR);
  await cluster.create(onBranch('z'));
  await cluster.clock.settle();
  await cluster.client.delete(taskResource, { namespace: 'dev', name: 'a' });
  await cluster.create({ ...onBranch('a'), metadata: { name: 'b', namespace: 'dev' } });
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'z'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(1);
});

test('a Job that is deleted under its Task holds the branch until its Pod has gone', async () => {
  const cluster = await aCluster({ ...success, runsForMs: 600_000 });
  anOperator(cluster);
  await cluster.create(onBranch('a'));
  await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'a'), HOUR);
  await cluster.create(onBranch('z'));
  await cluster.clock.settle();
  await cluster.client.delete(jobResource, { namespace: 'dev', name: 'a' }, { propagationPolicy: 'Background' });
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed', 'a'), HOUR)).toBe(true);
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'z'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(1);
});

test('an operator that takes over finds who holds the branch, and asks once', async () => {
  const cluster = await aCluster({ ...success, runsForMs: 600_000 });
  const first = anOperator(cluster);
  await cluster.create(onBranch('a'));
  await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'a'), HOUR);
  await first.stop();
  await cluster.create(onBranch('b'));
  await cluster.create(onBranch('c'));
  const { transport } = anOperator(cluster);
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'c'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(1);
  expect(transport.requests.filter((request) => request.startsWith('GET'))).toEqual(['GET kelos.dev/v1alpha2/namespaces/dev/taskbudgets', 'GET batch/v1/namespaces/dev/jobs', 'GET v1/namespaces/dev/pods', 'GET kelos.dev/v1alpha2/namespaces/dev/taskrecords']);
});
