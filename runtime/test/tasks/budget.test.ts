import { type Task, type TaskBudget, taskBudgetResource, type TaskRecord, taskRecordResource, taskResource } from '@taskwright/schema';
import { afterEach, expect, test } from 'vitest';
import { startOperator } from '../../src/operator/operator.ts';
import type { Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script: Script): Promise<TestCluster> {
  const cluster = await startCluster(script);
  running.push(cluster);
  running.push(startOperator({ transport: cluster.api.transport, clock: cluster.clock, images }));
  return cluster;
}

const spends = (costUSD: number): Script => ({ message: result([`cost-usd: ${costUSD}`]) });
const aBudget = (spec: Partial<TaskBudget['spec']>) => ({ metadata: { name: 'daily', namespace: 'dev' }, spec: { taskSelector: {}, period: { type: 'Daily' }, ...spec } });
const named = (name: string, metadata: Partial<Task['metadata']> = {}, spec: Partial<Task['spec']> = {}): Task => ({ metadata: { name, namespace: 'dev', ...metadata }, spec: aTask({ spec }).spec });
const phaseIs = ({ task }: TestCluster, phase: string, name: string) => () => task(name)?.status?.phase === phase;
const recordsOf = async ({ client }: TestCluster) => (await client.list<TaskRecord>(taskRecordResource, { namespace: 'dev' })).items;
const budgetOf = ({ client }: TestCluster) => client.get<TaskBudget>(taskBudgetResource, { namespace: 'dev', name: 'daily' });

test('a budget that is used up lets nobody start until its window ends, and says so', async () => {
  const cluster = await aCluster(spends(3));
  await cluster.create(aBudget({ maxCostUSD: '3' }), taskBudgetResource);
  await cluster.create(named('first'));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'first'), HOUR)).toBe(true);
  await cluster.create(named('second'));
  await cluster.clock.settle();
  expect(cluster.task('second')?.status).toMatchObject({
    phase: 'Waiting',
    message: 'Budget "daily" exceeded: cost 3 >= limit 3',
    conditions: [
      { type: 'Admitted', status: 'False', reason: 'BudgetExceeded' },
      { type: 'BudgetBlocked', status: 'True', reason: 'BudgetExceeded', message: 'Blocked by TaskBudget "daily": cost 3 >= limit 3' },
    ],
  });
  expect((await budgetOf(cluster)).status?.used).toEqual({ costUSD: '3' });
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'second'), { limitMs: 25 * 3_600_000 })).toBe(true);
  expect(cluster.task('second')?.status?.conditions).toMatchObject([{ type: 'Admitted', status: 'True' }]);
});

test('Tasks that run at a time do not overspend together', async () => {
  const cluster = await aCluster({ ...spends(3), runsForMs: 600_000 });
  await cluster.create(aBudget({ maxCostUSD: '10' }), taskBudgetResource);
  const names = Array.from({ length: 8 }, (_, index) => `t${index}`);
  await Promise.all(names.map((name) => cluster.create(named(name))));
  const isStill = () => names.every((name) => /^(Succeeded|Waiting)$/.test(cluster.task(name)?.status?.phase ?? ''));
  expect(await cluster.clock.runUntil(() => isStill() && phaseIs(cluster, 'Waiting', 't7')(), { limitMs: 2 * 3_600_000 })).toBe(true);
  // One alone, since nobody knew what it would cost; then two at a time, until less is left than one costs; and the last one alone.
  expect(await cluster.clock.runUntil(() => names.filter((name) => phaseIs(cluster, 'Succeeded', name)()).length === 4, { limitMs: 3 * 3_600_000 })).toBe(true);
  await cluster.clock.advance(3_600_000);
  expect(names.filter((name) => phaseIs(cluster, 'Succeeded', name)()).length).toBe(4);
  expect(cluster.kubelet.mostActive).toBe(2);
});

test('a Task that declares what it may spend starts only where that fits, and others beside it', async () => {
  const cluster = await aCluster({ ...spends(1), runsForMs: 600_000 });
  await cluster.create(aBudget({ maxCostUSD: '5' }), taskBudgetResource);
  const declared = (costUSD: string) => ({ annotations: { 'taskwright.dev/max-cost-usd': costUSD } });
  await cluster.create(named('two', declared('2')));
  await cluster.create(named('three', declared('3')));
  await cluster.create(named('six', declared('6')));
  await cluster.clock.advance(30_000);
  expect(['two', 'three', 'six'].map((name) => cluster.task(name)?.status?.phase)).toEqual(['Running', 'Running', 'Waiting']);
  expect(cluster.task('six')?.status?.message).toBe('Waiting for room in budget "daily": cost 0 spent, 5 set aside for 2 other Tasks, 6 needed, limit 5');
});

test('a budget is for the Tasks it selects, by the labels they started with', async () => {
  const cluster = await aCluster({ ...spends(3), runsForMs: 600_000 });
  await cluster.create(aBudget({ maxCostUSD: '3', taskSelector: { matchLabels: { team: 'shop' } } }), taskBudgetResource);
  await cluster.create(named('of-shop', { labels: { team: 'shop' } }));
  await cluster.create(named('of-store', { labels: { team: 'store' } }));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'of-store'), HOUR)).toBe(true);
  await cluster.client.patchMerge(taskResource, { namespace: 'dev', name: 'of-shop' }, { metadata: { labels: { team: 'store' } } });
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'of-shop'), HOUR)).toBe(true);
  expect((await recordsOf(cluster)).map(({ metadata, spec }) => [spec.taskRef.name, metadata.labels, metadata.ownerReferences])).toContainEqual(['of-shop', { team: 'shop' }, undefined]);
  expect((await budgetOf(cluster)).status?.used).toEqual({ costUSD: '3' });
  await cluster.create(named('another', { labels: { team: 'shop' } }));
  await cluster.clock.settle();
  expect(cluster.task('another')?.status?.conditions).toMatchObject([{ reason: 'BudgetExceeded' }, {}]);
});

test('what a Task spent stays when it is gone, also when it was deleted while it ran', async () => {
  const cluster = await aCluster({ ...spends(1), stoppedMessage: result(['cost-usd: 0.25']), runsForMs: 60_000 });
  await cluster.create(named('ends', {}, { ttlSecondsAfterFinished: 0 }));
  expect(await cluster.clock.runUntil(() => cluster.task('ends') === undefined, HOUR)).toBe(true);
  await cluster.create(named('stopped'));
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running', 'stopped'), HOUR)).toBe(true);
  await cluster.client.delete(taskResource, { namespace: 'dev', name: 'stopped' });
  expect(await cluster.clock.runUntil(() => cluster.task('stopped') === undefined, HOUR)).toBe(true);
  const records = await recordsOf(cluster);
  expect(records.map(({ spec }) => [spec.taskRef.name, spec.phase, spec.usage])).toEqual(expect.arrayContaining([['ends', 'Succeeded', { costUSD: '1' }], ['stopped', 'Failed', { costUSD: '250m' }]]));
  expect(records.every(({ metadata, spec }) => metadata.name === spec.taskRef.uid)).toBe(true);
});

test('a budget that cannot be counted lets nobody start until it is corrected', async () => {
  const cluster = await aCluster(spends(1));
  await cluster.create(aBudget({ maxCostUSD: '5', taskSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }), taskBudgetResource);
  await cluster.create(named('fix'));
  await cluster.clock.settle();
  const problem = 'spec.taskSelector.matchExpressions[0].operator: "Near" is no operator; it has to be In, NotIn, Exists or DoesNotExist';
  expect(cluster.task()?.status).toMatchObject({ phase: 'Waiting', message: `Waiting for TaskBudget "daily" to be corrected: ${problem}` });
  expect((await budgetOf(cluster)).status?.conditions).toMatchObject([{ type: 'Degraded', reason: 'InvalidSelector', message: problem }]);
  await cluster.client.patchMerge(taskBudgetResource, { namespace: 'dev', name: 'daily' }, { spec: { taskSelector: { matchExpressions: null } } });
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Succeeded', 'fix'), HOUR)).toBe(true);
  expect((await budgetOf(cluster)).status?.conditions).toBeUndefined();
});

test('a budget that is raised or deleted lets go of all that waited', async () => {
  const cluster = await aCluster({ ...spends(1), runsForMs: 60_000 });
  await cluster.create(aBudget({ maxCostUSD: '0' }), taskBudgetResource);
  const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
  await Promise.all(names.map((name) => cluster.create(named(name))));
  await cluster.clock.settle();
  expect(names.every((name) => phaseIs(cluster, 'Waiting', name)())).toBe(true);
  await cluster.client.delete(taskBudgetResource, { namespace: 'dev', name: 'daily' });
  await cluster.clock.advance(30_000);
  expect(names.filter((name) => phaseIs(cluster, 'Waiting', name)())).toEqual([]);
});
