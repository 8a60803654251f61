import { type Task, type TaskBudget, taskBudgetResource } from '@taskwright/schema';
import { namespaceResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { isNotFound } from '../../src/kube/api-error.ts';
import type { KubeRequest, KubeResponse } from '../../src/kube/transport.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { CountedTransport } from './counted-transport.ts';
import { images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR = { limitMs: 3_600_000 };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

/** Once it is told to, nothing can be made in the namespace, as in one whose content has not been deleted yet. */
class Terminating extends CountedTransport {
  isTerminating = false;

  override async request(request: KubeRequest): Promise<KubeResponse> {
    const isRefused = this.isTerminating && request.method === 'POST' && !request.path.includes('/events');
    if (!isRefused) return super.request(request);
    this.requests.push(`${request.method} ${request.path}`);
    const details = { causes: [{ reason: 'NamespaceTerminating', message: 'namespace dev is being terminated', field: 'metadata.namespace' }] };
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Forbidden', code: 403, message: 'unable to create new content in namespace dev because it is being terminated', details };
    return { status: 403, headers: {}, body: Buffer.from(JSON.stringify(status)) };
  }
}

async function anOperatedCluster(runsForMs: number): Promise<TestCluster & { transport: Terminating }> {
  const cluster = await startCluster({ runsForMs, stoppedMessage: result(['cost-usd: 0.5']), message: result(['cost-usd: 0.5']) });
  const transport = new Terminating(cluster.api.transport);
  const operator = startOperator({ transport, clock: cluster.clock, images });
  running.push(cluster, operator);
  await operator.ready;
  return { ...cluster, transport };
}

const manifest: Task = { metadata: { name: 'fix', namespace: 'dev' }, spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'Fix it' } };

test('a namespace goes, with a Task that runs under a budget in it', async () => {
  const { client, clock, create, task } = await anOperatedCluster(HOUR.limitMs);
  const budget: TaskBudget = { metadata: { name: 'day', namespace: 'dev' }, spec: { taskSelector: {}, period: { type: 'Daily', timezone: 'UTC' }, maxCostUSD: '10' } };
  await create(budget, taskBudgetResource);
  await create(manifest);
  expect(await clock.runUntil(() => task()?.status?.phase === 'Running', HOUR)).toBe(true);
  await client.delete(namespaceResource, { name: 'dev' });
  await clock.advance(30 * 60_000);
  expect(await client.get(namespaceResource, { name: 'dev' }).catch((error: unknown) => isNotFound(error))).toBe(true);
});

test('a Task that cannot start since its namespace goes says so, and asks no more', async () => {
  const { clock, create, task, transport } = await anOperatedCluster(60_000);
  transport.isTerminating = true;
  await create(manifest);
  await clock.advance(HOUR.limitMs);
  const message = 'Waiting for nothing: namespace "dev" is being deleted, and this Task with it; create it in another';
  const { phase, conditions } = task()!.status!;
  expect({ phase, admitted: conditions!.map(({ type, status, reason, message: said }) => ({ type, status, reason, said })) }).toEqual({
    phase: 'Waiting', admitted: [{ type: 'Admitted', status: 'False', reason: 'NamespaceTerminating', said: message }],
  });
  // It was woken by its finalizer and by its status.
  expect(transport.requests.filter((request) => request.startsWith('POST')).length).toBeLessThanOrEqual(4);
});

test('a Task that ends while its namespace goes asks no more, either', async () => {
  const { clock, create, task, transport } = await anOperatedCluster(60_000);
  await create(manifest);
  expect(await clock.runUntil(() => task()?.status?.phase === 'Running', HOUR)).toBe(true);
  transport.isTerminating = true;
  const before = transport.requests.length;
  await clock.advance(HOUR.limitMs);
  expect(task()!.status!.phase).toBe('Running');
  expect(transport.requests.slice(before).filter((request) => request.startsWith('POST')).length).toBeLessThanOrEqual(4);
});
