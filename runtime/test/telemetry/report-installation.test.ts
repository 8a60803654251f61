import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kinds, resourceOf, sessionKind, taskRecordResource, taskResource, taskSpawnerResource, workspaceResource } from '@taskwright/schema';
import { configMapResource, namespaceResource } from '@taskwright/schema/kubernetes';
import { App, Chart } from 'cdk8s';
import { Taskwright } from 'cdk8s-taskwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import { reportInstallation } from '../../src/telemetry/report-installation.ts';
import { AuthorizedTransport, HOME, type Rules } from '../operator/authorized-transport.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';

const ID = { namespace: HOME, name: 'taskwright-telemetry' };

let cluster: TestCluster;
let receiver: { url: string; status: number; headers: Record<string, string>; posts: { path: string; headers: IncomingHttpHeaders; body: string }[] };
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  cluster = await startCluster();
  await cluster.client.create(namespaceResource, { metadata: { name: HOME } });
  const posts: typeof receiver.posts = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => (body += text)).on('end', () => {
      posts.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
      response.writeHead(receiver.status, receiver.headers).end('{"status":1}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, status: 200, headers: {}, posts };
  cleanups.push(() => server.close(), () => server.closeAllConnections(), () => cluster.stop());
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The rights that `usageReport` installs. */
function installedRules(): Rules {
  const chart = new Chart(new App(), 'taskwright');
  new Taskwright(chart, 'install', { usageReport: { endpoint: 'https://posthog.example.com' } });
  const rulesOf = (name: string) => chart.toJson().find(({ rules, metadata }) => rules && metadata.name === name).rules;
  return { everywhere: rulesOf('taskwright-system-telemetry'), atHome: rulesOf('taskwright-telemetry') };
}

async function report({ transport = cluster.api.transport, endpoint = receiver.url, ...options }: { transport?: Transport; endpoint?: string; namespaces?: string[]; apiKey?: string; fetch?: typeof fetch } = {}) {
  const lines: [string, object, string][] = [];
  const line = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message]);
  const { apiKey, ...rest } = options;
  let ids = 0;
  await reportInstallation({
    client: new KubeClient(transport, { userAgent: 'test', clock: cluster.clock }),
    home: HOME, version: '1.2.0', environment: 'production', receiver: { endpoint, ...(apiKey === undefined ? {} : { apiKey }) },
    newId: () => `id-${(ids += 1)}`, fetch, clock: cluster.clock, log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }, ...rest,
  });
  return lines;
}

const sent = (index = 0) => JSON.parse(receiver.posts[index]!.body) as { distinct_id: string; properties: Record<string, unknown> };
const keptId = async () => (await cluster.client.get<KubeObject & { data?: object }>(configMapResource, ID)).data;

test('a cluster is reported in one event without a name of anything in it, with the rights that the constructs install', async () => {
  const planted = ['planted-ns', 'planted-task', 'planted-prompt', 'planted-repo', 'planted-person', 'planted-type', 'planted-model', 'planted-label'];
  await cluster.client.create(namespaceResource, { metadata: { name: 'planted-ns' } });
  const metadata = { name: 'planted-task', namespace: 'planted-ns', labels: { team: 'planted-label' }, annotations: { by: 'planted-person' } };
  const spec = { type: 'codex', credentials: { type: 'none' }, prompt: 'planted-prompt', model: 'planted-model' };
  for (let index = 0; index < 120; index += 1) await cluster.create({ metadata: { ...metadata, name: `planted-task-${index}` }, spec } as KubeObject);
  await cluster.create({ metadata, spec: { repo: 'https://git.example.com/planted-person/planted-repo.git' } } as KubeObject, workspaceResource);
  await cluster.create({ metadata, spec: { when: { cron: { schedule: '@daily' } }, taskTemplate: { ...spec, prompt: undefined, promptTemplate: 'planted-prompt' } } } as KubeObject, taskSpawnerResource);
  await cluster.create({ metadata, spec: { taskRef: { name: 'planted-task', uid: 'u' }, type: 'codex', phase: 'Succeeded', completionTime: '2026-01-01T00:00:00Z', usage: { costUSD: '1500m' } } } as KubeObject, taskRecordResource);
  await cluster.client.patchMerge(taskResource, { namespace: 'planted-ns', name: 'planted-task-0', subresource: 'status' }, { status: { phase: 'planted-type' } });

  const transport = new AuthorizedTransport(cluster.api.transport, installedRules());
  const lines = await report({ transport, apiKey: 'phc_secret' });
  expect([...transport.refused]).toEqual([]);
  const [{ path, headers, body }] = receiver.posts as [(typeof receiver.posts)[0]];
  expect([path, headers['content-type'], receiver.posts.length]).toEqual(['POST /in/capture/', 'application/json', 1]);
  const { properties, ...event } = JSON.parse(body);
  expect(event).toEqual({ api_key: 'phc_secret', event: 'telemetry_report', distinct_id: 'id-1', timestamp: cluster.clock.now().toISOString() });
  expect(properties).toMatchObject({ k8s_version: 'v1.36.2+taskwright', tasks_total: 120, tasks_by_phase: { Unknown: 120 }, taskspawners_by_source: { cron: 1 }, scale_namespaces: 1, usage_total_cost_usd: 1.5, resources_workspaces: 1 });
  for (const name of planted) expect(body).not.toContain(name);
  expect(lines).toEqual([['info', { installation: 'id-1', endpoint: receiver.url }, 'telemetry report sent']]);
  // The rights are those that are used, and no others.
  await cluster.client.patchMerge(configMapResource, ID, { data: null });
  await report({ transport });
  const allowed = [...installedRules().everywhere, ...installedRules().atHome].flatMap(({ apiGroups: [group], resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`)));
  expect([...transport.used].sort()).toEqual([...new Set(allowed)].sort());
});

test('without a key none is sent', async () => {
  await report();
  expect(Object.keys(sent())).toEqual(['event', 'distinct_id', 'properties', 'timestamp']);
});

test('the id of an installation is made once, kept, and put into a ConfigMap that lacks it', async () => {
  await report();
  expect(await keptId()).toEqual({ installationId: 'id-1' });
  await cluster.client.patchMerge(configMapResource, ID, { data: { installationId: 'kept', other: 'x' } });
  await report();
  expect(sent(1).distinct_id).toBe('kept');
  await cluster.client.patchMerge(configMapResource, ID, { data: { installationId: null } });
  await report();
  expect(sent(2).distinct_id).toBe('id-1');
  expect(await keptId()).toEqual({ installationId: 'id-1', other: 'x' });
});

test.each([
  { found: 'no ConfigMap', before: async () => {} },
  { found: 'one without an id', before: () => cluster.client.create(configMapResource, { metadata: ID }) },
])('of two reports that find $found, both go by the id of the first', async ({ before }) => {
  await before();
  let isFirst = true;
  const write = async (request: KubeRequest) => {
    if (isFirst && request.method !== 'GET') {
      isFirst = false;
      await cluster.client.apply(configMapResource, { metadata: ID, data: { installationId: 'theirs' } } as KubeObject, { fieldManager: 'other', force: true });
    }
    return cluster.api.transport.request(request);
  };
  await report({ transport: { request: write, stream: (request) => cluster.api.transport.stream(request), close: async () => {} } });
  expect(sent().distinct_id).toBe('theirs');
  expect(await keptId()).toEqual({ installationId: 'theirs' });
});

test('what is in namespaces that are not watched is not counted', async () => {
  await cluster.client.create(namespaceResource, { metadata: { name: 'other' } });
  const spec = { worker: { type: 'codex', credentials: { type: 'none' } } };
  for (const namespace of ['dev', 'other']) await cluster.create({ metadata: { name: 'x', namespace }, spec } as KubeObject, resourceOf(sessionKind));
  await report({ namespaces: ['dev'] });
  expect(sent().properties).toMatchObject({ sessions_total: 1, scale_namespaces: 1 });
});

test('kinds that the cluster does not have are reported with 0', async () => {
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
  await cluster.client.delete(definitions, { name: 'modelapis.kaos.tools' });
  await report();
  expect(Object.keys(sent().properties).filter((name) => name.startsWith('resources_')).sort()).toEqual(kinds.map(({ plural }) => `resources_${plural}`).sort());
});

test('a cluster that does not let itself be read is an error, and nothing is sent', async () => {
  await expect(report({ transport: new AuthorizedTransport(cluster.api.transport, { everywhere: [], atHome: [] }) })).rejects.toThrow('/apis/kelos.dev/v1alpha2/taskrecords: taskrecords.kelos.dev is forbidden');
  expect(receiver.posts).toEqual([]);
});

test.each([
  { answer: 'a refusal', status: 401, headers: {}, reason: /^127\.0\.0\.1:\d+ answered with status 401; allowed is 2xx$/ },
  { answer: 'another address', status: 307, headers: { location: '/elsewhere' }, reason: /^127\.0\.0\.1:\d+ answered with status 307; allowed is 2xx$/ },
])('$answer is a line of the log, without the key and the report', async ({ status, headers, reason }) => {
  Object.assign(receiver, { status, headers });
  expect(await report({ apiKey: 'phc_secret' })).toEqual([['error', { installation: 'id-1', reason: expect.stringMatching(reason) }, 'telemetry report not sent']]);
  expect(receiver.posts).toHaveLength(1);
});

test('a receiver that is not there, or does not answer, is a line of the log', async () => {
  const unreachable: typeof fetch = () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }));
  expect(await report({ endpoint: 'https://p.example.com', fetch: unreachable })).toEqual([['error', { installation: 'id-1', reason: 'p.example.com cannot be reached, ECONNREFUSED' }, 'telemetry report not sent']]);
  const asked = Promise.withResolvers<void>();
  const silent: typeof fetch = (_url, init) => new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error));
    asked.resolve();
  });
  const reported = report({ endpoint: 'https://p.example.com', fetch: silent });
  await asked.promise;
  await cluster.clock.advance(30_000);
  expect(await reported).toEqual([['error', { installation: 'id-1', reason: 'p.example.com did not answer within 30 s' }, 'telemetry report not sent']]);
});
