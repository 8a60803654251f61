import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crdOf, resourceOf, taskKind } from '@taskwright/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import type { HttpFace } from '../../src/embedded/http-face.ts';
import type { PodLogs } from '../../src/embedded/pod-logs.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { systemClock } from '../../src/kube/clock.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { configMaps, definitions, jobs, namespaces, pods } from '../contract/connection.ts';

const found = spawnSync('kubectl', ['version', '--client', '--output=json']);
const version = found.status === 0 ? (JSON.parse(found.stdout.toString()) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion : undefined;

/** Three lines, then one a little later, as a container that prints does. */
const podLogs: PodLogs = {
  async* stream({ container }, { follow, tailLines = 3, timestamps }) {
    const lines = ['one', 'two', 'three'].slice(-tailLines).map((line) => `${timestamps ? '2026-01-01T00:00:00Z ' : ''}${container}: ${line}\n`);
    yield Buffer.from(lines.join(''));
    if (follow) yield Buffer.from(`${container}: four\n`);
  },
};

describe(`kubectl ${version ?? '(not installed)'}`, () => {
  let folder: string;
  let face: HttpFace;
  let client: KubeClient;
  let namespace: string;
  let count = 0;

  beforeEach((context) => {
    if (version === undefined) context.skip('kubectl is not on the PATH of this machine');
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
    const server = new ApiServer({ clock: systemClock, podLogs });
    server.startControllers();
    face = await server.listen();
    client = new KubeClient(server.transport, { userAgent: 'test/1.0' });
    await client.create(definitions, crdOf(taskKind) as unknown as KubeObject);
    const config = {
      'apiVersion': 'v1', 'kind': 'Config', 'clusters': [{ name: 'c', cluster: { server: face.url, 'certificate-authority-data': Buffer.from(face.ca).toString('base64') } }],
      'users': [{ name: 'u', user: { token: face.token } }],
      'contexts': [{ name: 'c', context: { cluster: 'c', user: 'u' } }], 'current-context': 'c',
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
  });

  afterAll(async () => {
    await face.close();
    rmSync(folder, { recursive: true });
  });

  beforeEach(async () => {
    namespace = `kubectl-${++count}`;
    await client.create(namespaces, { metadata: { name: namespace } });
  });

  const options = () => ({ env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'config'), KUBECTL_EXTERNAL_DIFF: 'diff -u' }, timeout: 120_000 });

  /** Runs one command to its end; what it prints is the claim of each test. */
  function kubectl(args: string, input?: object): Promise<{ code: number; out: string; err: string }> {
    return new Promise((resolve) => {
      const child = execFile('kubectl', ['--namespace', namespace, ...args.split(' ')], options(), (error, out, err) => (
        resolve({ code: error === null ? 0 : Number(error.code), out, err })));
      child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
    });
  }

  /** Runs one that does not end, until it has printed what is waited for. */
  async function until(text: string, args: string, act?: () => Promise<unknown>): Promise<string> {
    const child: ChildProcess = spawn('kubectl', ['--namespace', namespace, ...args.split(' ')], options());
    let out = '';
    let acted = act === undefined;
    try {
      for await (const chunk of child.stdout!) {
        out += String(chunk);
        if (out.includes(text)) break;
        if (!acted) await act!();
        acted = true;
      }
    } finally {
      child.kill();
    }
    return out;
  }

  const configMap = (name: string, data: Record<string, string> = { a: '1' }, labels = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data });
  const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'main', image: 'busybox:1' }] } });
  const task = (name: string, fields = {}) => ({
    apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name }, spec: { prompt: 'Fix it', worker: { type: 'claude-code', credentials: { type: 'none' } }, ...fields },
  });
  const job = (name: string) => ({
    apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1' }] } } },
  });

  test('lists what there is to talk to', async () => {
    const { out } = await kubectl('api-resources --api-group=kelos.dev --no-headers');
    expect(out.trim().split(/\s+/)).toEqual(['tasks', 'kelos.dev/v1alpha2', 'true', 'Task']);
    expect((await kubectl('version')).out).toContain('Server Version: v1.36.2+taskwright');
  });

  test('is told what to do where it sends protobuf, and that helps', async () => {
    const make = 'create configmap made --from-literal=a=1';
    expect((await kubectl(make)).err).toContain('kubectl create … --dry-run=client -o yaml | kubectl apply -f -');
    const { out } = await kubectl(`${make} --dry-run=client -o json`);
    expect((await kubectl('apply -f -', JSON.parse(out) as object)).out).toBe('configmap/made created\n');
  });

  test('scales what says that it can be scaled', async () => {
    const open = { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const versions = [{
      name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
      subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
    }];
    await client.create(definitions, { metadata: { name: 'fleets.test.example.com' }, spec: { group: 'test.example.com', scope: 'Namespaced', names: { plural: 'fleets', kind: 'Fleet' }, versions } } as KubeObject);
    await kubectl('create -f -', { apiVersion: 'test.example.com/v1', kind: 'Fleet', metadata: { name: 'one' }, spec: { replicas: 1 } });
    expect((await kubectl('scale fleets/one --replicas=3')).out).toBe('fleet.test.example.com/one scaled\n');
    expect((await kubectl('scale fleets/one --current-replicas=1 --replicas=4')).code).toBe(1);
    expect((await kubectl('get fleets one -o jsonpath={.spec.replicas}')).out).toBe('3');
  });

  test('creates, gets and deletes', async () => {
    expect((await kubectl('create -f -', configMap('one'))).out).toBe('configmap/one created\n');
    expect((await kubectl('get configmaps one --no-headers')).out).toMatch(/^one\s+1\s+\d+s\n$/);
    expect((await kubectl('get cm one -o jsonpath={.data.a}')).out).toBe('1');
    expect((await kubectl('delete cm one')).out).toBe('configmap "one" deleted\n');
    expect(await kubectl('get cm one')).toMatchObject({ code: 1, err: 'Error from server (NotFound): configmaps "one" not found\n' });
  });

  test('shows the columns of a custom kind', async () => {
    await kubectl('create -f -', task('one'));
    await client.patchMerge(resourceOf(taskKind), { namespace, name: 'one', subresource: 'status' }, { status: { phase: 'Running' } });
    const { out } = await kubectl('get tasks');
    expect(out.split('\n')[0]!.trim().split(/\s+/).slice(0, 3)).toEqual(['NAME', 'TYPE', 'PHASE']);
    expect(out.split('\n')[1]).toContain('Running');
  });

  test('applies, and says what changed', async () => {
    expect((await kubectl('apply -f -', job('one'))).out).toBe('job.batch/one created\n');
    expect((await kubectl('apply -f -', job('one'))).out).toBe('job.batch/one unchanged\n');
    const labelled = { ...job('one'), metadata: { name: 'one', labels: { a: 'b' } } };
    expect((await kubectl('apply -f -', labelled)).out).toBe('job.batch/one configured\n');
    expect((await kubectl('apply -f -', job('one'))).out).toBe('job.batch/one configured\n');
    expect((await client.get(jobs, { namespace, name: 'one' })).metadata.labels).not.toHaveProperty('a');
  });

  test('applies on the server, and is told of conflicts', async () => {
    expect((await kubectl('apply --server-side -f -', configMap('one'))).out).toBe('configmap/one serverside-applied\n');
    const other = await kubectl('apply --server-side --field-manager=other -f -', configMap('one', { a: '2' }));
    expect(other.code).toBe(1);
    expect(other.err).toContain('Apply failed with 1 conflict: conflict with "kubectl": .data.a');
    expect((await kubectl('apply --server-side --field-manager=other --force-conflicts -f -', configMap('one', { a: '2' }))).code).toBe(0);
  });

  test('is refused an object that its CRD does not allow', async () => {
    const { err } = await kubectl('apply -f -', task('one', { worker: { type: 'claude-code' } }));
    expect(err).toContain('worker.credentials is required when worker is set');
    expect((await kubectl('apply -f -', task('one', { promt: 'x' }))).err).toContain('strict decoding error: unknown field "spec.promt"');
  });

  test('shows the difference an apply would make', async () => {
    await kubectl('apply -f -', configMap('one'));
    const { code, out } = await kubectl('diff -f -', configMap('one', { a: '2' }));
    expect(code).toBe(1);
    expect(out).toMatch(/^-\s+a: "1"$/m);
    expect(out).toMatch(/^\+\s+a: "2"$/m);
  });

  test('patches, labels and annotates', async () => {
    await kubectl('create -f -', configMap('one'));
    await kubectl('patch cm one --type=merge -p {"data":{"b":"2"}}');
    await kubectl('patch cm one --type=json -p [{"op":"remove","path":"/data/a"}]');
    await kubectl('patch cm one -p {"data":{"c":"3"}}');
    expect((await kubectl('label cm one team=shop')).out).toBe('configmap/one labeled\n');
    expect((await kubectl('annotate cm one note=yes')).out).toBe('configmap/one annotated\n');
    expect(await client.get(configMaps, { namespace, name: 'one' })).toMatchObject({ data: { b: '2', c: '3' }, metadata: { labels: { team: 'shop' }, annotations: { note: 'yes' } } });
    expect((await kubectl('get cm -l team=shop -o name')).out).toBe('configmap/one\n');
  });

  test('describes', async () => {
    await kubectl('create -f -', job('one'));
    const described = (await kubectl('describe job one')).out;
    expect(described).toMatch(/Selector:\s+batch.kubernetes.io\/controller-uid=/);
    expect(described).toMatch(/Events:\s+<none>/);
    await kubectl('create -f -', task('one'));
    expect((await kubectl('describe task one')).out).toMatch(/Prompt:\s+Fix it/);
  });

  test('explains a field', async () => {
    const { out } = await kubectl('explain task.spec.prompt');
    expect(out).toContain('FIELD: prompt <string>');
    expect((await kubectl('explain pod.spec.containers.image')).out).toContain('FIELD: image <string>');
  });

  test('waits for a condition, a field and a deletion', async () => {
    await kubectl('create -f -', pod('one'));
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    const ready = kubectl('wait pod/one --for=condition=Ready --timeout=15s');
    const running = kubectl('wait pod/one --for=jsonpath={.status.phase}=Running --timeout=15s');
    await client.patchMerge(pods, { namespace, name: 'one', subresource: 'status' }, { status });
    expect((await ready).out).toBe('pod/one condition met\n');
    expect((await running).out).toBe('pod/one condition met\n');
    await client.patchMerge(pods, { namespace, name: 'one' }, { metadata: { finalizers: ['taskwright.dev/hold'] } });
    const deleted = kubectl('delete pod one --timeout=15s');
    const waited = kubectl('wait pod/one --for=delete --timeout=15s');
    for await (const { object } of client.watch(pods, { namespace })) if ((object as KubeObject).metadata.deletionTimestamp !== undefined) break;
    await client.patchMerge(pods, { namespace, name: 'one' }, { metadata: { finalizers: null } });
    expect((await deleted).out).toBe('pod "one" deleted\n');
    expect((await waited).code).toBe(0);
  });

  test('watches', async () => {
    await kubectl('create -f -', pod('one'));
    const succeed = () => client.patchMerge(pods, { namespace, name: 'one', subresource: 'status' }, { status: { phase: 'Succeeded' } });
    const out = await until('Succeeded', 'get pods --watch --no-headers', succeed);
    expect(out.split('\n').filter(Boolean).map((line) => line.split(/\s+/)[2])).toEqual(['Pending', 'Succeeded']);
  });

  test('prints logs, follows them and takes their end', async () => {
    await kubectl('create -f -', pod('one'));
    expect(await kubectl('logs one')).toEqual({ code: 0, out: '', err: '' });
    await client.patchMerge(pods, { namespace, name: 'one' }, { spec: { nodeName: 'here' } });
    expect((await kubectl('logs one')).err).toContain('is waiting to start: ContainerCreating');
    await client.patchMerge(pods, { namespace, name: 'one', subresource: 'status' }, { status: { phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] } });
    expect((await kubectl('logs one')).out).toBe('main: one\nmain: two\nmain: three\n');
    expect((await kubectl('logs one --tail=1 --timestamps')).out).toBe('2026-01-01T00:00:00Z main: three\n');
    expect((await kubectl('logs one -f')).out).toMatch(/main: four\n$/);
  });

  test('deletes a namespace with what is in it', async () => {
    await kubectl('create -f -', configMap('one'));
    expect((await kubectl(`delete namespace ${namespace}`)).out).toBe(`namespace "${namespace}" deleted\n`);
    expect((await kubectl('get cm')).out).toBe('');
  });

  test('asks what it may do', async () => {
    expect((await kubectl('auth can-i create tasks.kelos.dev')).out).toBe('yes\n');
  });
});
