import { type Task, taskResource } from '@taskwright/schema';
import { jobResource } from '@taskwright/schema/kubernetes';
import { afterEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../src/embedded/pod.ts';
import { controllerOf } from '../../src/kube/object.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { backoffMs, retryPolicyOf, ttlSecondsOf } from '../../src/tasks/retry-policy.ts';
import { CountedTransport, type Crash } from './counted-transport.ts';
import type { Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script: Script | ((pod: Pod) => Script)): Promise<TestCluster> {
  const cluster = await startCluster(script);
  running.push(cluster);
  return cluster;
}

function anOperator({ api, clock }: TestCluster, crash?: Crash): CountedTransport & { stop(): Promise<void> } {
  const transport = new CountedTransport(api.transport, crash);
  const operator = startOperator({ transport, clock, images });
  running.push(operator);
  return Object.assign(transport, { stop: () => operator.stop() });
}

const retries = (annotations: Record<string, string>) => Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`taskwright.dev/${name}`, value]));
const named = (name: string, annotations: Record<string, string> = {}, spec: Partial<Task['spec']> = {}): Task => ({ metadata: { name, namespace: 'dev', annotations: retries(annotations) }, spec: aTask({ spec }).spec });
const phaseIs = ({ task }: TestCluster, phase: string, name = 'fix') => () => task(name)?.status?.phase === phase;
const fails: Script = { exitCode: 3, message: result(['cost-usd: 0.5']) };
const succeedsAt = (jobName: string) => (pod: Pod): Script => (controllerOf(pod)?.name === jobName ? { message: result(['cost-usd: 2', 'commit: abc']) } : fails);

test('a Task that may be tried again is, after a while, and all that it spent is counted', async () => {
  const cluster = await aCluster(succeedsAt('fix-retry-2'));
  anOperator(cluster);
  await cluster.create(named('fix', { 'retry-limit': '2', 'retry-backoff-seconds': '60' }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Waiting'), HOUR)).toBe(true);
  expect(cluster.task()?.status).toMatchObject({ message: expect.stringMatching(/^Waiting until \S+Z to try again; attempt 1 of 3 failed: Agent exited with code 3$/), conditions: [{ type: 'Admitted', status: 'False', reason: 'RetryBackOff' }] });
  expect(cluster.task()?.status?.jobName).toBeUndefined();
  const waitedFrom = cluster.clock.elapsed();
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running'), HOUR)).toBe(true);
  expect(cluster.clock.elapsed() - waitedFrom).toBeGreaterThanOrEqual(59_000);
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
  expect(cluster.task()?.status).toMatchObject({ jobName: 'fix-retry-2', results: { commit: 'abc' }, usage: { costUSD: '4' } });
  expect([cluster.jobUids.size, cluster.kubelet.mostActive]).toEqual([3, 1]);
});

test('a Task that fails as often as it may has failed, and is deleted when failed ones are', async () => {
  const cluster = await aCluster(fails);
  anOperator(cluster);
  await cluster.create(named('fix', { 'retry-limit': '1', 'ttl-seconds-after-failed': '600' }, { ttlSecondsAfterFinished: 0 }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
  expect([cluster.task()?.status?.usage, cluster.jobUids.size]).toEqual([{ costUSD: '2' }, 2]);
  await cluster.clock.advance(590_000);
  expect(cluster.task()).toBeDefined();
  expect(await cluster.clock.runUntil(() => cluster.task() === undefined, { limitMs: 60_000 })).toBe(true);
  await cluster.clock.advance(10_000);
  expect((await cluster.client.list(jobResource, { namespace: 'dev' })).items).toEqual([]);
});

test('what is to be tried again keeps nobody from its branch, and who depends on it waiting', async () => {
  const cluster = await aCluster((pod) => (controllerOf(pod)?.name === 'fix' ? fails : { message: result(['commit: abc']) }));
  anOperator(cluster);
  await cluster.create(named('fix', { 'retry-limit': '1', 'retry-backoff-seconds': '1800' }, { branch: 'b' }));
  await cluster.create(named('other', {}, { branch: 'b' }));
  await cluster.create(named('review', {}, { dependsOn: ['fix'] }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'other'), { limitMs: 1_200_000 })).toBe(true);
  expect(['fix', 'review'].map((name) => cluster.task(name)?.status?.phase)).toEqual(['Waiting', 'Waiting']);
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'review'), HOUR)).toBe(true);
});

test('only the failures that are named are tried again', async () => {
  const cluster = await aCluster(fails);
  anOperator(cluster);
  await cluster.create(named('fix', { 'retry-limit': '3', 'retry-on': 'Stopped, Preparation' }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), HOUR)).toBe(true);
  expect(cluster.jobUids.size).toBe(1);
});

test('a Task that is deleted between two attempts has spent what it spent', async () => {
  const cluster = await aCluster(fails);
  anOperator(cluster);
  await cluster.create(named('fix', { 'retry-limit': '3' }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Waiting'), HOUR)).toBe(true);
  await cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
  expect(await cluster.clock.runUntil(() => cluster.task() === undefined, HOUR)).toBe(true);
  const records = await cluster.client.list({ group: 'kelos.dev', version: 'v1alpha2', kind: 'TaskRecord', plural: 'taskrecords', namespaced: true }, { namespace: 'dev' });
  expect(records.items).toMatchObject([{ spec: { usage: { costUSD: '1' } } }]);
});

describe('an operator that dies', () => {
  /** Finalizer, Job, three of the status; the same with the note of the first attempt; record, end. */
  const WRITES = 11;
  const crashes = Array.from({ length: WRITES }, (_, write) => (['before', 'after'] as const).map((when): Crash => ({ atWrite: write + 1, when }))).flat();

  test.each(crashes)('$when write $atWrite tries again as often as one that lives', async (crash) => {
    const cluster = await aCluster(succeedsAt('fix-retry-1'));
    await cluster.create(named('fix', { 'retry-limit': '1' }));
    const first = anOperator(cluster, crash);
    await cluster.clock.runUntil(() => first.crashed || phaseIs(cluster, 'Succeeded')(), HOUR);
    await first.stop();
    anOperator(cluster);
    expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded'), HOUR)).toBe(true);
    expect([cluster.task()?.status?.usage, cluster.jobUids.size, cluster.kubelet.mostActive]).toEqual([{ costUSD: '3' }, 2, 1]);
  });
});

test.each([[1, 30], [2, 60], [3, 120], [10, 3_600]])('after failure %i a Task waits %i s', (failures, seconds) => {
  expect(backoffMs(retryPolicyOf(aTask()), failures)).toBe(seconds * 1_000);
});

test.each<[string, Record<string, string>, number | undefined]>([
  ['a failed one says nothing else', {}, 60],
  ['a failed one is kept longer', { 'ttl-seconds-after-failed': '600' }, 600],
  ['a failed one is deleted at once', { 'ttl-seconds-after-failed': '0' }, 0],
])('a ttl: %s', (_it, annotations, ttl) => {
  const spec = { ttlSecondsAfterFinished: 60 };
  expect(ttlSecondsOf(aTask({ spec, status: { phase: 'Failed' }, annotations: retries(annotations) }))).toBe(ttl);
  expect(ttlSecondsOf(aTask({ spec, status: { phase: 'Succeeded' }, annotations: retries(annotations) }))).toBe(60);
});
