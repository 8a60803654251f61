import { type Task, type TaskBudget, taskBudgetResource, type TaskRecord, taskRecordResource } from '@taskwright/schema';
import { type Job, jobResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import type { Pod } from '../../src/embedded/pod.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { amountsOf } from '../../src/budgets/amounts.ts';
import { limitAnnotations, limitOf, limitVariables } from '../../src/tasks/enforced-limit.ts';
import type { Script } from './fake-kubelet.ts';
import { limitIn, stepAgent } from './step-agent.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

async function aCluster(script: Script | ((pod: Pod) => Script)): Promise<TestCluster> {
  const cluster = await startCluster(script);
  running.push(cluster, startOperator({ transport: cluster.api.transport, clock: cluster.clock, images }));
  return cluster;
}

const annotated = (annotations: Record<string, string>) => Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`taskwright.dev/${name}`, value]));
const named = (name: string, annotations: Record<string, string> = {}, spec: Partial<Task['spec']> = {}): Task => ({ metadata: { name, namespace: 'dev', annotations: annotated(annotations) }, spec: aTask({ spec }).spec });
const aBudget = (maxCostUSD: string, annotations: Record<string, string> = { 'hard-stop': 'true' }): TaskBudget => ({ metadata: { name: 'daily', namespace: 'dev', annotations: annotated(annotations) }, spec: { taskSelector: {}, period: { type: 'Daily', timezone: 'UTC' }, maxCostUSD } });
const hasEnded = ({ task }: TestCluster, name = 'fix') => () => /^(Succeeded|Failed)$/.test(task(name)?.status?.phase ?? '');
const recordsOf = async ({ client }: TestCluster) => (await client.list<TaskRecord>(taskRecordResource, { namespace: 'dev' })).items;
const jobsOf = async ({ client }: TestCluster) => (await client.list<Job & { metadata: { name: string } }>(jobResource, { namespace: 'dev' })).items;

test('three Tasks at a time that want more than their budget has overspend it by no more than one step each', async () => {
  const cluster = await aCluster(stepAgent(5));
  await cluster.create(aBudget('1'), taskBudgetResource);
  const names = ['a', 'b', 'c'];
  for (const name of names) await cluster.create(named(name, { 'max-cost-usd': '0.3' }));
  expect(await cluster.clock.runUntil(() => names.every((name) => hasEnded(cluster, name)()), HOUR)).toBe(true);
  expect(cluster.kubelet.mostActive).toBe(3);
  expect(names.map((name) => cluster.task(name)?.status?.usage)).toEqual(names.map(() => ({ costUSD: '400m' })));
  expect((await recordsOf(cluster)).map(({ spec }) => [spec.taskRef.name, spec.phase, spec.usage?.costUSD]).sort()).toEqual(names.map((name) => [name, 'Failed', '400m']));
});

test.each([1, 2, 3])('Tasks that do not say what they want leave nothing to others that is not there, in order %i', async (wanted) => {
  const cluster = await aCluster(stepAgent(wanted));
  await cluster.create(aBudget('1'), taskBudgetResource);
  const names = ['a', 'b', 'c'];
  await Promise.all(names.map((name) => cluster.create(named(name))));
  await cluster.clock.advance(3_600_000);
  const spent = (await recordsOf(cluster)).reduce((sum, { spec }) => sum + amountsOf(spec.usage).cost, 0n);
  expect(spent).toBeLessThanOrEqual(1_100_000_000n);
  expect(names.map((name) => cluster.task(name)?.status?.phase).sort()).toEqual(['Waiting', 'Waiting', wanted > 1 ? 'Failed' : 'Succeeded'].sort());
});

test('one that is stopped has failed for its own reason, with all that it did, and is not tried again', async () => {
  const cluster = await aCluster(stepAgent(5));
  await cluster.create(named('fix', { 'hard-stop': 'true', 'max-cost-usd': '1', 'retry-limit': '3' }));
  expect(await cluster.clock.runUntil(hasEnded(cluster), HOUR)).toBe(true);
  const message = 'Agent failed: claude-code was stopped at the limit of what it may spend';
  expect(cluster.task()?.status).toMatchObject({
    phase: 'Failed', message, results: { branch: 'b' }, usage: { costUSD: '1100m' },
    conditions: [{ type: 'Admitted' }, { type: 'LimitReached', status: 'True', reason: 'SpendLimitReached', message }],
  });
  expect(cluster.jobUids.size).toBe(1);
});

test('who declared nothing is tried again where it asks for that, with what its budget has left', async () => {
  const cluster = await aCluster(stepAgent(5));
  await cluster.create(aBudget('2'), taskBudgetResource);
  await cluster.create(named('fix', { 'retry-limit': '3', 'retry-on': 'Limit', 'retry-backoff-seconds': '1' }));
  expect(await cluster.clock.runUntil(() => /exceeded/.test(cluster.task()?.status?.message ?? ''), HOUR)).toBe(true);
  expect([cluster.task()?.status?.phase, cluster.jobUids.size]).toEqual(['Waiting', 1]);
  await cluster.client.patchMerge(taskBudgetResource, { namespace: 'dev', name: 'daily' }, { spec: { maxCostUSD: '3' } });
  expect(await cluster.clock.runUntil(() => cluster.jobUids.size === 2, HOUR)).toBe(true);
  expect((await jobsOf(cluster)).map(({ metadata, spec }) => [metadata.name, spec!.template.spec!.containers[0]!.env!.find(({ name }) => name === 'TASKWRIGHT_MAX_COST_USD')?.value])).toContainEqual(['fix-retry-1', '0.9']);
});

test('another attempt may spend what the ones before it have left', async () => {
  const cluster = await aCluster((pod) => (limitIn(pod) === '1' ? { exitCode: 3, message: result(['cost-usd: 0.4'], { error: 'no idea' }) } : stepAgent(5)(pod)));
  await cluster.create(named('fix', { 'hard-stop': 'true', 'max-cost-usd': '1', 'retry-limit': '1', 'retry-backoff-seconds': '1' }));
  expect(await cluster.clock.runUntil(hasEnded(cluster), HOUR)).toBe(true);
  // 0.4, and of the 0.6 that were left seven steps.
  expect([cluster.task()?.status?.usage, cluster.jobUids.size, cluster.kubelet.mostActive]).toEqual([{ costUSD: '1100m' }, 2, 1]);
});

test('who has spent all that it declared is not tried again, whether it is stopped for that or not', async () => {
  const cluster = await aCluster({ exitCode: 3, message: result(['cost-usd: 0.6']) });
  await cluster.create(named('fix', { 'max-cost-usd': '1', 'retry-limit': '5' }));
  expect(await cluster.clock.runUntil(hasEnded(cluster), HOUR)).toBe(true);
  // Two Pods of its first Job.
  expect([cluster.task()?.status?.usage, cluster.jobUids.size]).toEqual([{ costUSD: '1200m' }, 1]);
});

test('a Job with a limit has one Pod, and what would replace it unseen is left out of its policy', async () => {
  const cluster = await aCluster(stepAgent(0.1));
  const rules = [{ action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget', status: 'True' as const }] }, { action: 'FailJob' as const, onExitCodes: { operator: 'In' as const, values: [42] } }];
  await cluster.create(named('fix', { 'hard-stop': 'true', 'max-cost-usd': '1.5', 'max-input-tokens': '1000' }, { podFailurePolicy: { rules } }));
  expect(await cluster.clock.runUntil(() => cluster.jobUids.size === 1, HOUR)).toBe(true);
  const [job] = await jobsOf(cluster);
  expect([job!.spec!.backoffLimit, job!.spec!.podFailurePolicy]).toEqual([0, { rules: [expect.objectContaining({ action: 'FailJob' })] }]);
  expect(job!.metadata!.annotations).toEqual({ 'taskwright.dev/enforced-limit': '{"of":["cost","inputTokens"],"costUSD":"1500m","inputTokens":1000}' });
  const env = job!.spec!.template.spec!.containers[0]!.env!.filter(({ name }) => name.startsWith('TASKWRIGHT_MAX_'));
  expect(env).toEqual([{ name: 'TASKWRIGHT_MAX_COST_USD', value: '1.5' }, { name: 'TASKWRIGHT_MAX_INPUT_TOKENS', value: '1000' }]);
});

test('an annotation of a budget that nobody can read lets nobody start until it is corrected', async () => {
  const cluster = await aCluster(stepAgent(0.1));
  await cluster.create(aBudget('1', { 'hard-stop': 'yes' }), taskBudgetResource);
  await cluster.create(named('fix'));
  await cluster.clock.settle();
  const problem = 'metadata.annotations: taskwright.dev/hard-stop has to be true or false, got "yes"';
  expect(cluster.task()?.status).toMatchObject({ phase: 'Waiting', message: `Waiting for TaskBudget "daily" to be corrected: ${problem}` });
  expect((await cluster.client.get<TaskBudget>(taskBudgetResource, { namespace: 'dev', name: 'daily' })).status?.conditions).toMatchObject([{ type: 'Degraded', reason: 'InvalidAnnotation', message: problem }]);
  await cluster.client.patchMerge(taskBudgetResource, { namespace: 'dev', name: 'daily' }, { metadata: { annotations: { 'taskwright.dev/hard-stop': 'true' } } });
  expect(await cluster.clock.runUntil(hasEnded(cluster), HOUR)).toBe(true);
});

test.each<{ limit: object }>([{ limit: { cost: 1n } }, { limit: { cost: 0n } }, { limit: { inputTokens: 5n, outputTokens: 0n } }])('a Job gives back the limit that it was made with: $limit', ({ limit }) => {
  expect(limitOf({ metadata: limitAnnotations(limit) })).toEqual(limit);
});

test('a Job without a limit, or with one that a hand wrote, has none', () => {
  expect([undefined, { metadata: {} }, ...['', '{', '[]', '{}', '{"of":1}'].map((text) => ({ metadata: { annotations: { 'taskwright.dev/enforced-limit': text } } }))].map((job) => limitOf(job))).toEqual(Array(7).fill(undefined));
});

test('what the agent is told has digits and a point, to a billionth', () => {
  expect(limitVariables({ cost: 1n }).concat(limitVariables({ cost: 2_500_000_000n }), limitVariables({ cost: 10_000_000_000n }), limitVariables()).map(({ value }) => value)).toEqual(['0.000000001', '2.5', '10']);
});
