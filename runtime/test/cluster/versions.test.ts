import { convert, CONVERTED_DEFINITIONS, crds } from '@taskwright/schema';
import { App, Chart } from 'cdk8s';
import { Crds, Taskwright } from 'cdk8s-taskwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONVERSION_PATH, startWebhookServer, type WebhookServer } from '../../src/api-webhooks/webhook-server.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { definitions, refusal } from '../contract/connection.ts';
import { until } from '../contract/until.ts';
import { resourceOf } from './installed-operator.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

interface Definition extends KubeObject { spec: { conversion?: object } }
interface Stored extends KubeObject { spec?: { repo?: string; mcpServers?: { env?: unknown }[]; [field: string]: unknown } }

let connection: RealConnection;
let server: WebhookServer;
let namespace: string;

const resource = (version: string, kind: string): Resource => ({ group: 'kelos.dev', version, kind, plural: `${kind.toLowerCase()}s`, namespaced: true });
const older = (kind: string) => resource('v1alpha1', kind);
const newer = (kind: string) => resource('v1alpha2', kind);

const chart = new Chart(new App(), 'taskwright');
new Taskwright(chart, 'install', { convertsOlderVersions: true });
/** What guards the conversion. */
const policies = (chart.toJson() as KubeObject[]).filter(({ metadata }) => metadata.name === 'taskwright-system-tasks-v1alpha1');
const REST = 'taskwright.dev/v1alpha2-rest';

/** As the install defines them, but for where the converter is: a control plane alone reaches no Service. */
beforeAll(async () => {
  connection = await connectToCluster();
  const identity = selfSignedCertificate('versions', ['127.0.0.1']);
  server = await startWebhookServer({ port: 0, host: '127.0.0.1', identity, convert, faultsOf: () => [] });
  const clientConfig = { url: `https://127.0.0.1:${server.port}${CONVERSION_PATH}`, caBundle: Buffer.from(identity.cert).toString('base64') };
  const made = new Crds(new App(), 'crds', { servesOlderVersions: true }).toJson() as Definition[];
  for (const definition of made.filter(({ metadata }) => CONVERTED_DEFINITIONS.includes(metadata.name!))) {
    const conversion = { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } };
    await connection.client.apply(definitions, { ...definition, spec: { ...definition.spec, conversion } } as KubeObject, { fieldManager: 'contract', force: true });
  }
  namespace = await connection.namespace();
  for (const kind of ['Task', 'Workspace', 'AgentConfig', 'TaskSpawner']) {
    const isServed = await until(connection, () => connection.client.list(older(kind), { namespace }).then(() => true, () => false));
    if (!isServed) throw new Error(`${kind} is not served in v1alpha1`);
  }
});

/** The next suite finds the definitions as it expects them. */
afterAll(async () => {
  for (const policy of policies) await connection.client.delete(await resourceOf(connection.client, policy), { name: policy.metadata.name! });
  for (const definition of crds().filter(({ metadata }) => CONVERTED_DEFINITIONS.includes(metadata.name))) {
    const stored = await connection.client.get<Definition>(definitions, { name: definition.metadata.name });
    const { metadata: { resourceVersion, uid } } = stored;
    await connection.client.replace(definitions, { ...definition, metadata: { ...definition.metadata, resourceVersion, uid }, spec: { ...definition.spec, conversion: { strategy: 'None' } } } as unknown as KubeObject);
  }
  await server.close();
  await connection.close();
});

test('a Task of v1alpha1 is one of v1alpha2, and the other way round', async () => {
  const { client } = connection;
  const credentials = { type: 'api-key', secretRef: { name: 'claude' } };
  await client.create(older('Task'), { metadata: { namespace, name: 'old' }, spec: { type: 'claude-code', prompt: 'a', credentials, agentConfigRef: { name: 'team' } } } as KubeObject);
  expect((await client.get<Stored>(newer('Task'), { namespace, name: 'old' })).spec).toEqual({ type: 'claude-code', prompt: 'a', credentials, agentConfigRefs: [{ name: 'team' }] });
  const spec = { prompt: 'b', worker: { type: 'codex', credentials, model: 'large' } };
  await client.create(newer('Task'), { metadata: { namespace, name: 'new' }, spec } as KubeObject);
  expect((await client.get<Stored>(older('Task'), { namespace, name: 'new' })).spec).toMatchObject({ type: 'codex', prompt: 'b', credentials, model: 'large' });
  expect((await client.get<Stored>(newer('Task'), { namespace, name: 'new' })).spec).toEqual(spec);
});

test('a label that is set through v1alpha1 leaves the spec as it was', async () => {
  const { client } = connection;
  const spec = { prompt: 'b', worker: { type: 'codex', credentials: { type: 'none' }, podOverrides: { activeDeadlineSeconds: 60 } }, podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] } };
  await client.create(newer('Task'), { metadata: { namespace, name: 'labelled' }, spec } as KubeObject);
  await client.patchMerge(older('Task'), { namespace, name: 'labelled' }, { metadata: { labels: { a: 'b' } } });
  const { metadata, spec: after } = await client.get<Stored>(newer('Task'), { namespace, name: 'labelled' });
  expect([metadata.labels, after]).toEqual([{ a: 'b' }, spec]);
});

test('the environment of an MCP server is a map in one version and a list in the other', async () => {
  const { client } = connection;
  await client.create(older('AgentConfig'), { metadata: { namespace, name: 'team' }, spec: { mcpServers: [{ name: 'db', type: 'stdio', command: 'db', env: { B: '2', A: '1' } }] } } as KubeObject);
  expect((await client.get<Stored>(newer('AgentConfig'), { namespace, name: 'team' })).spec!.mcpServers![0]!.env).toEqual([{ name: 'A', value: '1' }, { name: 'B', value: '2' }]);
});

test('a list holds what was made in either', async () => {
  const { client } = connection;
  await client.create(older('Workspace'), { metadata: { namespace, name: 'one' }, spec: { repo: 'https://git.example/a/a.git' } } as KubeObject);
  await client.create(newer('Workspace'), { metadata: { namespace, name: 'two' }, spec: { repo: 'https://git.example/b/b.git' } } as KubeObject);
  for (const version of [older, newer]) {
    const { items } = await client.list<Stored>(version('Workspace'), { namespace });
    expect(items.map(({ metadata: { name }, spec }) => [name, spec?.repo])).toEqual([['one', 'https://git.example/a/a.git'], ['two', 'https://git.example/b/b.git']]);
  }
});

test('what v1alpha1 carries of a Task cannot be written, and so changes neither its spec nor what it spent', async () => {
  const { client } = connection;
  const spec = { prompt: 'b', worker: { type: 'codex', credentials: { type: 'none' }, podOverrides: { activeDeadlineSeconds: 60 } } };
  const address = { namespace, name: 'guarded' };
  await client.create(newer('Task'), { metadata: address, spec } as KubeObject);
  const { metadata: { annotations } } = await client.get(older('Task'), address);
  const kept = annotations?.[REST];
  const forgedSpec = { prompt: 'b', worker: { ...spec.worker, image: 'evil.example/image' } };
  const worker = JSON.stringify([[{ path: ['spec', 'worker'], to: forgedSpec.worker }, ...['type', 'credentials', 'podOverrides'].map((field) => ({ path: ['spec', field], from: spec.worker[field as 'type'] }))]]);
  const usage = JSON.stringify([...JSON.parse(kept!) as object[], [{ path: ['status', 'usage'], to: { inputTokens: 1 } }]]);

  // Without the policy the server believes it, though the rule of the spec has been asked.
  await client.patchMerge(older('Task'), address, { metadata: { annotations: { [REST]: worker } } });
  expect((await client.get<Stored>(newer('Task'), address)).spec).toEqual(forgedSpec);
  await client.patchMerge(older('Task'), address, { metadata: { annotations: { [REST]: kept } } });
  expect((await client.get<Stored>(newer('Task'), address)).spec).toEqual(spec);

  for (const policy of policies) await client.apply(await resourceOf(client, policy), policy, { fieldManager: 'contract', force: true });
  const isGuarded = () => client.patchMerge(older('Task'), address, { metadata: { annotations: { [REST]: worker } } }, { dryRun: true }).then(() => false, () => true);
  if (!await until(connection, isGuarded)) throw new Error('the policy for v1alpha1 does not take effect');
  for (const forged of [worker, usage, null]) {
    const { code, message } = await refusal(client.patchMerge(older('Task'), address, { metadata: { annotations: { [REST]: forged } } }));
    expect([code, message?.split(': ').slice(2, 4)]).toEqual([422, ['metadata.annotations', expect.stringContaining(`${REST} changes; `)]]);
  }
  expect((await client.get<Stored>(newer('Task'), address)).spec).toEqual(spec);
  await client.patchMerge(older('Task'), address, { metadata: { labels: { a: 'b' }, finalizers: ['example.com/kept'] } });
  await client.patchMerge(older('Task'), address, { metadata: { finalizers: null } });
  await client.delete(older('Task'), address);
  expect(await until(connection, () => client.get(newer('Task'), address).then(() => false, () => true))).toBe(true);
});

test('the spec of a Task cannot be taken away in v1alpha1 either', async () => {
  const { client } = connection;
  const address = { namespace, name: 'kept' };
  await client.create(older('Task'), { metadata: address, spec: { type: 'codex', prompt: 'a', credentials: { type: 'none' } } } as KubeObject);
  expect(await refusal(client.patchMerge(older('Task'), address, { spec: null }))).toMatchObject({ code: 422, message: expect.stringContaining('it cannot be taken away') as string });
});
