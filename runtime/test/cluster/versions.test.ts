import { convert, CONVERTED_DEFINITIONS, crds } from '@taskwright/schema';
import { App } from 'cdk8s';
import { Crds } from 'cdk8s-taskwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Convert } from '../../src/api-webhooks/conversion-review.ts';
import { CONVERSION_PATH, startWebhookServer, type WebhookServer } from '../../src/api-webhooks/webhook-server.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { definitions } from '../contract/connection.ts';
import { until } from '../contract/until.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

interface Definition extends KubeObject { spec: { conversion?: object } }
interface Stored extends KubeObject { spec?: { repo?: string; mcpServers?: { env?: unknown }[]; [field: string]: unknown } }

let connection: RealConnection;
let server: WebhookServer;
let namespace: string;

const resource = (version: string, kind: string): Resource => ({ group: 'kelos.dev', version, kind, plural: `${kind.toLowerCase()}s`, namespaced: true });
const older = (kind: string) => resource('v1alpha1', kind);
const newer = (kind: string) => resource('v1alpha2', kind);

/** As the install defines them, but for where the converter is: a control plane alone reaches no Service. */
beforeAll(async () => {
  connection = await connectToCluster();
  const identity = selfSignedCertificate('versions', ['127.0.0.1']);
  server = await startWebhookServer({ port: 0, host: '127.0.0.1', identity, convert: convert as unknown as Convert });
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
