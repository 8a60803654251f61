import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crds, type Task, taskResource } from '@taskwright/schema';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import type { KubeObject } from '../../src/kube/object.ts';

const SOURCES = ['--conditions=taskwright-source', fileURLToPath(new URL('../../src/operator/main.ts', import.meta.url))];
const BUNDLER = fileURLToPath(new URL('../../../tools/bundle-operator.mjs', import.meta.url));
const CRDS = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

const cleanups: (() => unknown)[] = [];
let client: KubeClient;
let kubeconfig: string;
/** The operator as its image has it, in a folder from which no package is found. */
let image: string;
let bundle: string;

beforeAll(async () => {
  image = await mkdtemp(join(tmpdir(), 'operator-image-'));
  bundle = join(image, 'operator.mjs');
  execFileSync(process.execPath, [BUNDLER, bundle]);
});
afterAll(() => rm(image, { recursive: true }));

beforeEach(async () => {
  const api = new ApiServer({ clock: systemClock });
  const { url, ca, token, close } = await api.listen();
  const directory = await mkdtemp(join(tmpdir(), 'operator-'));
  cleanups.push(() => rm(directory, { recursive: true }), close, () => api.transport.close());
  client = new KubeClient(api.transport, { userAgent: 'test' });
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  kubeconfig = join(directory, 'config');
  await writeFile(kubeconfig, stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'default' } }],
    clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'u', user: { token } }],
  }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function start(program: readonly string[], ...args: string[]): { child: ChildProcess; exit: Promise<unknown[]>; output: () => string } {
  const child = spawn(process.execPath, [...program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  cleanups.push(() => child.kill('SIGKILL'));
  return { child, exit: once(child, 'exit'), output: () => output };
}

/** A watch from the beginning, until something in it is what the test waits for. */
async function seen(resource: typeof taskResource, condition: (object: Task) => boolean): Promise<Task> {
  const abort = new AbortController();
  for await (const { object } of client.watch<Task>(resource, {}, abort.signal)) {
    if (!condition(object)) continue;
    abort.abort();
    return object;
  }
  throw new Error('the watch ended');
}

describe.each([
  { as: 'from its sources', program: () => SOURCES },
  { as: 'as the one file of its image', program: () => [bundle] },
])('$as', ({ program }) => {
  test('the process works on a cluster over HTTP, answers probes, and ends with 0 when asked', async () => {
    const { child, exit, output } = start(program(), `--kubeconfig=${kubeconfig}`, '--leader-elect', '--health-probe-bind-address=127.0.0.1:0', '--metrics-bind-address=127.0.0.1:0');
    const task: Task = { metadata: { name: 'fix', namespace: 'default' }, spec: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' }, prompt: 'Fix it' } };
    await client.create(taskResource, task);
    const { status } = await seen(taskResource, (object) => object.status?.phase === 'Waiting');
    expect(status?.message).toBe('Waiting for Workspace "shop" to be created');

    await expect.poll(output).toContain('"probes"');
    const [health, metrics] = /"probes":\["([^"]+)","([^"]+)"\]/.exec(output())!.slice(1) as [string, string];
    const [healthz, readyz, text] = await Promise.all([`${health}/healthz`, `${health}/readyz`, `${metrics}/metrics`].map(async (url) => (await fetch(url)).text()));
    expect([healthz, readyz]).toEqual(['ok\n', 'ok\n']);
    expect(text).toContain('leader_election_master_status{name="taskwright-operator"} 1');
    expect(text).toMatch(/^controller_runtime_reconcile_total\{controller="task",result="success"\} \d+$/m);

    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    const lease = await client.get<KubeObject & { spec: object }>({ group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true }, { namespace: 'default', name: 'taskwright-operator' });
    expect(lease.spec).toMatchObject({ holderIdentity: '' });
  });

  test('a report is sent and the process ends with 0; with 1 where its key cannot be read', async () => {
    const posts: string[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (text) => (body += text)).on('end', () => {
        posts.push(body);
        response.end();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    cleanups.push(() => receiver.close(), () => receiver.closeAllConnections());
    const key = join(dirname(kubeconfig), 'key');
    await writeFile(key, 'phc_secret\n');
    const flags = ['--telemetry-report', `--telemetry-endpoint=http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, '--version=1.2.0'];
    const { exit, output } = start(program(), `--kubeconfig=${kubeconfig}`, ...flags, `--telemetry-key-file=${key}`);
    expect(await exit).toEqual([0, null]);
    await expect.poll(output).toContain('"telemetry report sent"');
    expect(JSON.parse(posts[0]!)).toMatchObject({ api_key: 'phc_secret', event: 'telemetry_report', properties: { version: '1.2.0', environment: 'production', tasks_total: 0 } });
    expect(output()).not.toContain('phc_secret');
    const other = start(program(), `--kubeconfig=${kubeconfig}`, ...flags, `--telemetry-key-file=${key}-of-nobody`);
    expect(await other.exit).toEqual([1, null]);
    expect(posts).toHaveLength(1);
  });

  test('a command line that cannot be read ends with 2, and says what is allowed', async () => {
    const { exit, output } = start(program(), '--leader-elect=maybe');
    expect(await exit).toEqual([2, null]);
    expect(output()).toBe('taskwright-operator: --leader-elect: got "maybe"; allowed is one of true, false\n');
  });
});

test('the one file imports nothing that is not in Node', async () => {
  const imported = [...(await readFile(bundle, 'utf8')).matchAll(/^import .*from ['"]([^'"]+)['"];$/gm)].map(([, name]) => name!);
  expect(imported.filter((name) => !isBuiltin(name))).toEqual([]);
});
