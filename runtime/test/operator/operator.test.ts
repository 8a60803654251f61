import { taskResource } from '@taskwright/schema';
import { afterEach, expect, test } from 'vitest';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { CountedTransport } from '../tasks/counted-transport.ts';
import { aTask, images, result } from '../tasks/task-fixtures.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(): Promise<TestCluster> {
  const cluster = await startCluster({ message: result(['branch: b', 'cost-usd: 0.5', 'input-tokens: 7']) });
  running.push(cluster);
  return cluster;
}

const manifest = (name = 'fix', namespace = 'dev') => ({ metadata: { name, namespace }, spec: aTask({ spec: { model: 'opus' } }).spec });

test('of two operators one works, and the other goes on where it stopped', async () => {
  const cluster = await aCluster();
  const operators = ['one', 'two'].map((identity) => {
    const transport = new CountedTransport(cluster.api.transport);
    const operator: Operator = startOperator({ transport, clock: cluster.clock, images, identity, leaderElection: { namespace: 'dev' } });
    return { transport, operator };
  });
  await cluster.clock.runUntil(() => operators.some(({ operator }) => operator.isLeading), HOUR);
  const leader = operators.find(({ operator }) => operator.isLeading)!;
  const follower = operators.find((one) => one !== leader)!;
  running.push(follower.operator);
  const wrote = ({ transport }: typeof leader) => transport.requests.filter((request) => /^(POST|PATCH|DELETE)/.test(request) && !request.includes('leases')).length;

  await cluster.create(manifest());
  await cluster.clock.runUntil(() => cluster.task()?.status?.phase === 'Running', HOUR);
  expect([follower.operator.isReady, follower.operator.isLeading, wrote(follower)]).toEqual([true, false, 0]);
  const stopped = leader.operator.stop();
  await cluster.clock.runUntil(() => follower.operator.isLeading, { limitMs: 5_000 });
  await stopped;
  expect(await cluster.clock.runUntil(() => cluster.task()?.status?.phase === 'Succeeded', HOUR)).toBe(true);
  expect([wrote(leader), wrote(follower), cluster.jobUids.size]).toEqual([4, 2, 1]);
});

test('an operator that is cut off from the server stops leading, and says that it failed', async () => {
  const cluster = await aCluster();
  const transport = new CountedTransport(cluster.api.transport);
  const operator = startOperator({ transport, clock: cluster.clock, images, leaderElection: { namespace: 'dev' } });
  running.push(operator);
  await cluster.clock.runUntil(() => operator.isLeading, HOUR);
  let failure: Error | undefined;
  void operator.failed.then((error) => (failure = error));
  transport.crashed = true;
  await cluster.clock.advance(15_000);
  expect([operator.isLeading, failure?.message]).toEqual([false, 'lease: lost; another process leads now, or the API server could not be reached']);
});

test('an operator for one namespace leaves the others alone', async () => {
  const cluster = await aCluster();
  running.push(startOperator({ transport: cluster.api.transport, clock: cluster.clock, images, namespaces: ['dev'] }));
  await cluster.create(manifest());
  await cluster.create(manifest('other', 'default'));
  expect(await cluster.clock.runUntil(() => cluster.task()?.status?.phase === 'Succeeded', HOUR)).toBe(true);
  expect((await cluster.client.get<{ metadata: object; status?: object }>(taskResource, { namespace: 'default', name: 'other' })).status).toBeUndefined();
});

test('the metrics of the reference count a Task once', async () => {
  const cluster = await aCluster();
  const metrics = new KubeMetrics();
  running.push(startOperator({ transport: cluster.api.transport, clock: cluster.clock, images, metrics }));
  await cluster.create(manifest());
  await cluster.clock.runUntil(() => cluster.task()?.status?.phase === 'Succeeded', HOUR);
  await cluster.clock.settle();
  const lines = (await metrics.text()).split('\n').filter((line) => /^kelos_(?!.*_bucket)/.test(line));
  expect(lines).toEqual([
    'kelos_task_created_total{namespace="dev",type="claude-code"} 1',
    'kelos_task_completed_total{namespace="dev",type="claude-code",phase="Succeeded"} 1',
    'kelos_task_duration_seconds_sum{namespace="dev",type="claude-code",phase="Succeeded"} 60',
    'kelos_task_duration_seconds_count{namespace="dev",type="claude-code",phase="Succeeded"} 1',
    'kelos_task_cost_usd_total{namespace="dev",type="claude-code",spawner="",model="opus"} 0.5',
    'kelos_task_input_tokens_total{namespace="dev",type="claude-code",spawner="",model="opus"} 7',
  ]);
});
