import { crds } from '@taskwright/schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { until } from '../contract/until.ts';
import { images } from '../tasks/task-fixtures.ts';
import { HOME, install, OperatorTransport } from './installed-operator.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

const clusterRoles: Resource = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const definitions: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const USER = `system:serviceaccount:${HOME}:taskwright-operator`;

let connection: RealConnection;
let transport: OperatorTransport;
let operator: Operator;
let role: KubeObject & { rules: { resources: string[]; verbs: string[] }[] };
const isReady = () => until(connection, () => Promise.resolve(operator.isReady));
const says = (text: string) => until(connection, () => Promise.resolve(operator.problem?.includes(text) ?? false));

beforeAll(async () => {
  connection = await connectToCluster();
  const objects = await install(connection);
  role = objects.find(({ kind }) => kind === 'ClusterRole') as typeof role;
  transport = await OperatorTransport.open(connection);
});
afterAll(async () => {
  await operator?.stop();
  await transport?.close();
  await connection.client.apply(clusterRoles, role, { fieldManager: 'install', force: true });
  await redefine();
  await connection.close();
});

async function redefine(change: (definition: KubeObject) => void = () => {}): Promise<void> {
  for (const definition of structuredClone(crds()) as unknown as KubeObject[]) {
    change(definition);
    const { metadata } = await connection.client.get(definitions, { name: definition.metadata.name! });
    await connection.client.replace(definitions, { ...definition, metadata: { ...definition.metadata, resourceVersion: metadata.resourceVersion } });
  }
}

test('real RBAC: what is missing is told before a Task needs it, and is over when it is granted', async () => {
  const rules = role.rules.map((rule) => (rule.resources.includes('jobs') ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'create' && verb !== 'watch') } : rule));
  await connection.client.apply(clusterRoles, { ...role, rules } as KubeObject, { fieldManager: 'install', force: true });
  operator = startOperator({ transport, images, identity: 'review', leaderElection: { namespace: HOME }, reviewsCluster: true });
  operator.ready.catch(() => {});
  expect(await says(`${USER} may not create jobs.batch in all namespaces; install its Role again, or: kubectl create clusterrole grant-create-jobs --verb=create --resource=jobs.batch`)).toBe(true);
  expect(await says(`${USER} may not watch jobs.batch in all namespaces`)).toBe(true);
  expect(operator.isReady).toBe(false);
  await connection.client.apply(clusterRoles, role, { fieldManager: 'install', force: true });
  expect(await isReady()).toBe(true);
});

test('real definitions: fields that the API server would drop are named, and taken back when it does not', async () => {
  await operator.stop();
  await redefine((definition) => {
    if (definition.metadata.name !== 'tasks.kelos.dev') return;
    const { versions } = (definition as unknown as { spec: { versions: { schema: { openAPIV3Schema: { properties: { status: { properties: Record<string, unknown> } } } } }[] } }).spec;
    for (const { schema } of versions) delete schema.openAPIV3Schema.properties.status.properties.usage;
  });
  operator = startOperator({ transport, images, identity: 'review-again', leaderElection: { namespace: HOME }, reviewsCluster: true });
  expect(await says('tasks.kelos.dev: the CustomResourceDefinition is of an older version and does not know status.usage')).toBe(true);
  await redefine();
  expect(await isReady()).toBe(true);
});
