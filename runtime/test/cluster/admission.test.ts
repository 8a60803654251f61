import { crds, type Task, taskBudgetResource, taskResource } from '@taskwright/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { objectOf, POLICY_CASES, type PolicyCase } from '../admission/policy-cases.ts';
import { refusal } from '../contract/connection.ts';
import { defineKind } from '../contract/define-kind.ts';
import { until } from '../contract/until.ts';
import { installOperator, OperatorTransport, resourceOf } from './installed-operator.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

const RESOURCES = { Task: taskResource, TaskBudget: taskBudgetResource } as const;
const RETRIES = 'taskwright.dev/retry-limit';

let connection: RealConnection;
/** Where the object of a case is stored before it is changed. */
const homes = new Map<PolicyCase, string>();
let empty: string;
let policies: KubeObject[] = [];

/** What was stored before there were policies comes first. */
beforeAll(async () => {
  connection = await connectToCluster();
  for (const definition of crds().filter(({ metadata: { name } }) => name === 'tasks.kelos.dev' || name === 'taskbudgets.kelos.dev')) await defineKind(connection, definition as unknown as KubeObject);
  empty = await connection.namespace();
  for (const row of POLICY_CASES) {
    if (!row.before) continue;
    homes.set(row, await connection.namespace());
    await connection.client.create(RESOURCES[row.kind], objectOf(row, row.before, homes.get(row)!));
  }
  await connection.client.create(taskResource, aTask('stored', { [RETRIES]: 'two' }, ['example.com/kept']));
  policies = (await installOperator(connection, { admissionPolicies: true })).filter(({ kind }) => kind!.startsWith('ValidatingAdmissionPolicy'));
  if (!await until(connection, () => probes(false))) throw new Error('the policies do not take effect');
});

/** The next suite is about the definitions alone. */
afterAll(async () => {
  for (const policy of policies) await connection.client.delete(await resourceOf(connection.client, policy), { name: policy.metadata.name! });
  const isOver = await until(connection, () => probes(true));
  await connection.close();
  if (!isOver) throw new Error('the policies outlive their deletion');
});

/** Whether both kinds are taken, or refused, by what each policy refuses. */
async function probes(taken: boolean): Promise<boolean> {
  const create = (resource: Resource, object: KubeObject) => connection.client.create(resource, object, { dryRun: true }).then(() => true, () => false);
  return (await Promise.all([create(taskResource, aTask('probe', { [RETRIES]: 'two' })), create(taskBudgetResource, aBudget('probe'))])).every((isTaken) => isTaken === taken);
}

function aTask(name: string, annotations: Record<string, string>, finalizers?: string[]): KubeObject {
  return { metadata: { name, namespace: empty, annotations, ...(finalizers && { finalizers }) }, spec: { prompt: 'Fix it', worker: { type: 'codex', credentials: { type: 'none' } } } } as KubeObject;
}

function aBudget(name: string): KubeObject {
  const taskSelector = { matchExpressions: [{ key: 'team', operator: 'In' }] };
  return { metadata: { name, namespace: empty }, spec: { taskSelector, period: { type: 'Daily' }, maxCostUSD: 1 } } as KubeObject;
}

async function write(row: PolicyCase): Promise<unknown> {
  const resource = RESOURCES[row.kind];
  const home = homes.get(row);
  if (home === undefined) return await connection.client.create(resource, objectOf(row, row.object, empty), { dryRun: true });
  const object = objectOf(row, row.object, home);
  const { metadata: { resourceVersion } } = await connection.client.get(resource, { namespace: home, name: object.metadata.name! });
  return await connection.client.replace(resource, { ...object, metadata: { ...object.metadata, resourceVersion } });
}

test.each(POLICY_CASES)('$kind: $it', async (row) => {
  if (row.refused === undefined) return void await write(row);
  const { code, message } = await refusal(write(row));
  const { plural } = RESOURCES[row.kind];
  const policy = `taskwright-system-${plural}`;
  const says = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${row.refused}`;
  expect([code, message]).toEqual([422, `${plural}.kelos.dev "${row.object.name ?? 'one'}" is forbidden: ${says}`]);
});

test('whoever reads, works on and deletes a Task of before the policies does not notice them', async () => {
  const { client } = connection;
  const address = { namespace: empty, name: 'stored' };
  const transport = await OperatorTransport.open(connection);
  const operator = new KubeClient(transport, { userAgent: 'admission-test' });
  try {
    expect((await client.list(taskResource, { namespace: empty })).items.map(({ metadata }) => metadata.name)).toEqual(['stored']);
    await operator.patchMerge(taskResource, address, { metadata: { finalizers: ['example.com/kept', 'kelos.dev/task-cleanup'] } });
    await operator.patchMerge(taskResource, address, { metadata: { annotations: { 'taskwright.dev/failed-attempts': '[]' } } });
    await operator.patchMerge(taskResource, { ...address, subresource: 'status' }, { status: { phase: 'Waiting' } });
    expect((await client.get<Task>(taskResource, address)).status).toEqual({ phase: 'Waiting' });
    await client.delete(taskResource, address);
    await operator.patchMerge(taskResource, address, { metadata: { finalizers: null } });
    expect(await until(connection, () => client.get(taskResource, address).then(() => false, () => true))).toBe(true);
    expect(transport.forbidden).toEqual([]);
  } finally {
    await transport.close();
  }
});
