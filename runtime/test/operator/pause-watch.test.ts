import { type Task, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { deploymentResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { controllerReference, type KubeObject } from '../../src/kube/object.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { Pause } from '../../src/spawners/pause.ts';
import { aTask, images, result } from '../tasks/task-fixtures.ts';
import { startCluster } from '../tasks/test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aFleet(pause: NonNullable<Parameters<typeof startOperator>[0]['pause']>) {
  const cluster = await startCluster({ message: result(['commit: abc']), runsForMs: 60_000 });
  running.push(cluster);
  const spec = { when: { cron: { schedule: '0 0 1 1 *' } }, taskTemplate: { promptTemplate: 'Fix it', worker: { type: 'claude-code', credentials: { type: 'none' } } }, maxConcurrency: 1, suspend: true };
  const x = await cluster.create({ metadata: { name: 'x', namespace: 'dev' }, spec } as KubeObject, taskSpawnerResource);
  const task = (name: string, owner: KubeObject | undefined = x): Promise<KubeObject> => cluster.create({ metadata: { name, namespace: 'dev', ...(owner ? { ownerReferences: [controllerReference(owner, taskSpawnerResource)] } : {}) }, spec: aTask().spec } as Task, taskResource);
  const start = () => running.push(startOperator({ transport: cluster.api.transport, clock: cluster.clock, images, pause }));
  const statuses = () => Object.fromEntries(cluster.tasks.list().map(({ metadata, status }) => [metadata.name, status?.phase === 'Waiting' ? status.conditions?.find(({ type }) => type === 'Admitted')?.reason : status?.phase]));
  return { cluster, task, start, statuses };
}

function aDeployment(name: string, reason?: string): KubeObject {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  return { metadata: { name, namespace: 'dev', ...(reason === undefined ? {} : { annotations: { 'taskwright.dev/pause': reason } }) }, spec: { selector: { matchLabels: { a: 'b' } }, template } } as KubeObject;
}

test('while the Deployment of the operator says so, no Task of a spawner starts; those at work and those of people go on', async () => {
  const { cluster, task, start, statuses } = await aFleet({ deploymentIn: 'dev' });
  await cluster.create(aDeployment('taskwright-operator'), deploymentResource);
  await cluster.create(aDeployment('another', 'not ours'), deploymentResource);
  start();
  await task('a');
  await cluster.clock.advance(20_000);
  await cluster.client.patchMerge(deploymentResource, { namespace: 'dev', name: 'taskwright-operator' }, { metadata: { annotations: { 'taskwright.dev/pause': 'too many' } } });
  await task('b');
  await task('c');
  await cluster.create({ metadata: { name: 'own', namespace: 'dev' }, spec: aTask().spec } as Task, taskResource);
  await cluster.clock.advance(20_000);
  expect(statuses()).toEqual({ a: 'Running', b: 'MaxConcurrencyReached', c: 'MaxConcurrencyReached', own: 'Running' });
  await cluster.clock.advance(300_000);
  expect(statuses()).toEqual({ a: 'Succeeded', b: 'SpawningPaused', c: 'MaxConcurrencyReached', own: 'Succeeded' });
  expect(cluster.task('b')?.status?.message).toBe('Waiting for spawning to go on, which is paused: too many');
  await cluster.client.patchMerge(deploymentResource, { namespace: 'dev', name: 'taskwright-operator' }, { metadata: { annotations: { 'taskwright.dev/pause': null } } });
  expect(await cluster.clock.runUntil(() => cluster.tasks.list().every(({ status }) => status?.phase === 'Succeeded'), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(2);
});

test('an operator that starts while it is paused starts nothing of a spawner, and goes on when the Deployment is gone', async () => {
  const { cluster, task, start, statuses } = await aFleet({ deploymentIn: 'dev' });
  await cluster.create(aDeployment('taskwright-operator', ''), deploymentResource);
  await task('a');
  start();
  await cluster.clock.advance(60_000);
  expect(statuses()).toEqual({ a: 'SpawningPaused' });
  await cluster.client.delete(deploymentResource, { namespace: 'dev', name: 'taskwright-operator' });
  expect(await cluster.clock.runUntil(() => cluster.task('a')?.status?.phase === 'Succeeded', HOUR)).toBe(true);
});

test('a program pauses the operator in it by a switch', async () => {
  const pause = new Pause();
  const { cluster, task, start, statuses } = await aFleet(pause);
  pause.set('not yet');
  start();
  await task('a');
  await cluster.clock.advance(60_000);
  expect(statuses()).toEqual({ a: 'SpawningPaused' });
  pause.set(undefined);
  expect(await cluster.clock.runUntil(() => cluster.task('a')?.status?.phase === 'Succeeded', HOUR)).toBe(true);
});
