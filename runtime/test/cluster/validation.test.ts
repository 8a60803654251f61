import { agentConfigResource, crds, taskResource, workspaceResource } from '@taskwright/schema';
import { App, Chart } from 'cdk8s';
import { Taskwright } from 'cdk8s-taskwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Configuration, CONFIGURATIONS } from '../../src/api-webhooks/callers.ts';
import { startWebhookServer, VALIDATION_PATH, type WebhookServer } from '../../src/api-webhooks/webhook-server.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { systemRandom } from '../../src/kube/random.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { objectFaults } from '../../src/operator/object-faults.ts';
import { startWebhooks } from '../../src/operator/webhooks.ts';
import { refusal } from '../contract/connection.ts';
import { defineKind } from '../contract/define-kind.ts';
import { until } from '../contract/until.ts';
import { HOME, installOperator, OperatorTransport } from './installed-operator.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

const BY_URL = 'validation-by-url';
const KINDS = ['tasks.kelos.dev', 'workspaces.kelos.dev', 'agentconfigs.kelos.dev'];

let connection: RealConnection;
let namespace: string;
let server: WebhookServer;
/** What we were asked about, since a test began. */
let asked: string[] = [];

const chart = new Chart(new App(), 'taskwright');
new Taskwright(chart, 'install', { validatesObjects: true });
const installed = (chart.toJson() as Configuration[]).find(({ kind }) => kind === 'ValidatingWebhookConfiguration')!;

/** As it is installed, but for where we are: a control plane alone reaches no Service. */
beforeAll(async () => {
  connection = await connectToCluster();
  for (const definition of crds().filter(({ metadata }) => KINDS.includes(metadata.name))) await defineKind(connection, definition as unknown as KubeObject);
  await installOperator(connection);
  namespace = await connection.namespace();
  const identity = selfSignedCertificate('validation', ['127.0.0.1']);
  const faultsOf = (object: KubeObject) => {
    asked.push(`${object.kind} ${object.metadata.name}`);
    return objectFaults(object);
  };
  server = await startWebhookServer({ port: 0, host: '127.0.0.1', identity, convert: (object) => object, faultsOf });
  const clientConfig = { url: `https://127.0.0.1:${server.port}${VALIDATION_PATH}`, caBundle: Buffer.from(identity.cert).toString('base64') };
  const webhooks = installed.webhooks!.map((webhook) => ({ ...webhook, clientConfig }));
  await connection.client.apply(CONFIGURATIONS, { ...installed, metadata: { name: BY_URL }, webhooks } as KubeObject, { fieldManager: 'validation' });
  const isAsked = () => connection.client.create(taskResource, aTask('probe', '{{'), { dryRun: true }).then(() => false, () => true);
  if (!await until(connection, isAsked)) throw new Error('the webhook is not asked');
});
afterAll(async () => {
  for (const name of [BY_URL, installed.metadata.name!]) await connection.client.delete(CONFIGURATIONS, { name }).catch(() => undefined);
  await server.close();
  await connection.close();
});

function aTask(name: string, prompt: string, annotations?: Record<string, string>): KubeObject {
  return { metadata: { name, namespace, ...(annotations && { annotations }) }, spec: { prompt, dependsOn: ['plan'], worker: { type: 'codex', credentials: { type: 'none' } } } } as KubeObject;
}

const good: readonly (readonly [Resource, object])[] = [
  [taskResource, { prompt: '{{.Deps.plan.Name}}', dependsOn: ['plan'], worker: { type: 'codex', credentials: { type: 'none' } } }],
  [workspaceResource, { repo: 'https://git.example/a/b.git', files: [{ path: 'a.md', content: '' }] }],
  [agentConfigResource, { plugins: [{ name: 'house' }] }],
];
const bad: readonly (readonly [Resource, object, string])[] = [
  [taskResource, { ...good[0]![1], prompt: '{{.Deps.review.Name}}' }, 'spec.prompt, line 1, column 3: reads a variable that is not there, got .Deps.review; .Deps has plan; add that Task to dependsOn'],
  [workspaceResource, { repo: 'https://git.example/a/b.git', files: [{ path: '/etc/passwd', content: '' }] }, 'spec.files: invalid workspace file path "/etc/passwd": absolute paths are not allowed'],
  [agentConfigResource, { mcpServers: ['a', 'b'].map((path) => ({ name: 'db', type: 'http', url: `https://x/${path}` })) }, 'spec: invalid MCP server configuration: duplicate MCP server name "db"'],
];

test('what could run is taken, and what could not is refused with the reason, also as a change', async () => {
  const { client } = connection;
  for (const [resource, spec] of good) await client.create(resource, { metadata: { namespace, name: 'one' }, spec } as KubeObject);
  for (const [resource, spec, reason] of bad) {
    const { code, message } = await refusal(client.create(resource, { metadata: { namespace, name: 'two' }, spec } as KubeObject));
    expect([code, message]).toEqual([422, `admission webhook "objects.taskwright.dev" denied the request: ${reason}`]);
  }
  for (const [resource, spec] of bad.slice(1)) expect((await refusal(client.patchMerge(resource, { namespace, name: 'one' }, { spec }))).code).toBe(422);
});

test('nobody is asked about reading, status, labels, finalizers and deleting, nor about what the operator writes', async () => {
  const { client } = connection;
  const address = { namespace, name: 'quiet' };
  const transport = await OperatorTransport.open(connection);
  const operator = new KubeClient(transport, { userAgent: 'validation-test' });
  await client.create(taskResource, aTask('quiet', 'a'));
  asked = [];
  await client.list(taskResource, { namespace });
  await client.patchMerge(taskResource, { ...address, subresource: 'status' }, { status: { phase: 'Waiting' } });
  await client.patchMerge(taskResource, address, { metadata: { labels: { a: 'b' }, finalizers: ['example.com/kept'] } });
  await operator.patchMerge(taskResource, address, { metadata: { annotations: { 'taskwright.dev/failed-attempts': '[]' } } });
  await client.delete(taskResource, address);
  await client.patchMerge(taskResource, address, { metadata: { finalizers: null } });
  expect(asked).toEqual([]);
  expect(await until(connection, () => client.get(taskResource, address).then(() => false, () => true))).toBe(true);
  await transport.close();
});

test('what was stored before is judged by what changes', async () => {
  const { client } = connection;
  const address = { namespace, name: 'before' };
  await client.create(taskResource, aTask('before', 'a', { 'taskwright.dev/output-schema': '{"type":"object","properties":{"a":{"type":"string"}}}' }));
  const schema = (text: string) => ({ metadata: { annotations: { 'taskwright.dev/output-schema': text } } });
  expect((await refusal(client.patchMerge(taskResource, address, schema('{')))).code).toBe(422);
  await client.patchMerge(taskResource, address, { metadata: { annotations: { 'example.com/note': 'a' } } });
  expect((await client.get(taskResource, address)).metadata.annotations?.['example.com/note']).toBe('a');
});

test('the operator tells the configuration what to trust, with the rights it is installed with, and an install that comes again leaves that', async () => {
  await installOperator(connection, { validatesObjects: true });
  const transport = await OperatorTransport.open(connection);
  const client = new KubeClient(transport, { userAgent: 'validation-test' });
  const service = { namespace: HOME, name: 'taskwright-webhook' };
  const webhooks = startWebhooks({ client, clock: systemClock, random: systemRandom, service, converts: false, configuration: installed.metadata.name, certificate: 'made', address: { host: '127.0.0.1', port: 0 }, onError: () => {} });
  const bundle = () => connection.client.get<Configuration>(CONFIGURATIONS, { name: installed.metadata.name! }).then((found) => found.webhooks?.[0]?.clientConfig?.caBundle ?? '');
  try {
    expect(await until(connection, async () => Buffer.from(await bundle(), 'base64').toString().startsWith('-----BEGIN CERTIFICATE-----'))).toBe(true);
    expect(await until(connection, () => Promise.resolve(webhooks.problem === undefined))).toBe(true);
    const told = await bundle();
    await connection.client.apply(CONFIGURATIONS, installed, { fieldManager: 'install', force: true });
    expect(await bundle()).toBe(told);
    expect(transport.forbidden).toEqual([]);
  } finally {
    await webhooks.stop();
    await transport.close();
  }
});

test('while nobody answers everything is taken, as without a webhook', async () => {
  const { client } = connection;
  await server.close();
  const address = { namespace, name: 'alone' };
  await client.create(taskResource, aTask('alone', '{{'));
  expect((await client.get(taskResource, address)).metadata.name).toBe('alone');
  await client.patchMerge(taskResource, address, { metadata: { annotations: { 'example.com/note': 'a' } } });
  await client.delete(taskResource, address);
  expect(await until(connection, () => client.get(taskResource, address).then(() => false, () => true))).toBe(true);
});
