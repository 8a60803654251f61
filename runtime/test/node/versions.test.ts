import { CONVERTED_DEFINITIONS } from '@taskwright/schema';
import { type Secret, secretResource } from '@taskwright/schema/kubernetes';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Definition, DEFINITIONS } from '../../src/api-webhooks/callers.ts';
import { hostsOf, secretName } from '../../src/api-webhooks/certificate-controller.ts';
import { type Certificates, certificatesOf, secretData } from '../../src/api-webhooks/certificates.ts';
import type { Resource } from '../../src/kube/object.ts';
import { selfSignedCertificate } from '../../src/kube/self-signed-certificate.ts';
import { install, kubectlOf, LIMIT_MS, NAMESPACE, OPERATOR, until } from './install.ts';
import { type NodeCluster, startNodeCluster } from './node-cluster.ts';

const SERVICE = { namespace: OPERATOR.namespace, name: 'taskwright-webhook' };
const OLDER_WORKSPACES: Resource = { group: 'kelos.dev', version: 'v1alpha1', kind: 'Workspace', plural: 'workspaces', namespaced: true };
const HOUR_MS = 60 * 60_000;

const kubectl = kubectlOf(inject('node'));
/** What kubectl prints, or why it failed. */
const tried = (args: readonly string[], input?: string) => kubectl(args, input).catch((error: Error & { stderr?: string }) => `failed: ${error.stderr}`);
let cluster: NodeCluster;

/** Over the install of all tests, as an upgrade. */
beforeAll(async () => {
  cluster = await startNodeCluster({ script: [] });
  await install(inject('node'), { kinds: { servesOlderVersions: true }, operator: { convertsOlderVersions: true, validatesObjects: true } });
});
afterAll(async () => await cluster?.stop());

const workspace = (name: string) => ({ apiVersion: 'kelos.dev/v1alpha1', kind: 'Workspace', metadata: { name, namespace: NAMESPACE }, spec: { repo: cluster.repo } });
const impossible = (name: string) => JSON.stringify({
  apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', metadata: { name, namespace: NAMESPACE },
  spec: { prompt: '{{', dependsOn: ['nobody'], worker: { type: 'codex', credentials: { type: 'none' } } },
});
/** The API server hears of a webhook, its certificate and its Pods a moment after they are there. */
const refuses = () => until(() => tried(['create', '--dry-run=server', '-f', '-'], impossible('probe')), (answer) => answer.includes('denied the request'));
const older = () => until(() => tried(['-n', NAMESPACE, 'get', 'workspaces.v1alpha1.kelos.dev', '-o', 'name']), (answer) => !answer.startsWith('failed'));

test('manifests of v1alpha1 are applied, twice, run, and are read in either version', async () => {
  expect(await older()).not.toContain('failed');
  const task = {
    apiVersion: 'kelos.dev/v1alpha1', kind: 'Task', metadata: { name: 'older', namespace: NAMESPACE },
    spec: { type: 'claude-code', image: 'example.com/shell-agent:1', credentials: { type: 'none' }, workspaceRef: { name: 'older' }, agentConfigRef: { name: 'older' }, branch: 'docs/older', prompt: 'commit' },
  };
  const config = { apiVersion: 'kelos.dev/v1alpha1', kind: 'AgentConfig', metadata: { name: 'older', namespace: NAMESPACE }, spec: { agentsMD: 'Be brief.' } };
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [workspace('older'), config, task] });
  await kubectl(['apply', '-f', '-'], manifest);
  await kubectl(['apply', '-f', '-'], manifest);
  const { status, spec } = await cluster.task('older', ({ status: now }) => now?.phase === 'Succeeded' || now?.phase === 'Failed');
  expect([status?.phase, spec.agentConfigRefs]).toEqual(['Succeeded', [{ name: 'older' }]]);
  const read = await kubectl(['-n', NAMESPACE, 'get', 'tasks.v1alpha1.kelos.dev', 'older', '-o', 'jsonpath={.apiVersion} {.status.phase} {.spec.agentConfigRef.name}']);
  expect(read).toBe('kelos.dev/v1alpha1 Succeeded older');
});

test('a certificate is exchanged while versions are converted, and no request fails', async () => {
  await kubectl(['apply', '-f', '-'], JSON.stringify(workspace('busy')));
  const address = { namespace: SERVICE.namespace, name: secretName(SERVICE) };
  const stored = async () => certificatesOf(await cluster.client.get<Secret>(secretResource, address));
  const store = (certificates: Certificates) => cluster.client.patchMerge(secretResource, address, { data: secretData(certificates) });
  const before = await stored();
  const now = Date.parse((await cluster.client.create<Secret>(secretResource, { metadata: { namespace: NAMESPACE, name: 'now' } }, { dryRun: true })).metadata.creationTimestamp!);
  const pair = (until: number) => selfSignedCertificate(SERVICE.name, hostsOf(SERVICE), { from: new Date(now - 2 * HOUR_MS), until: new Date(until) });
  const [due, next] = [pair(now + HOUR_MS), pair(now + 1_000 * HOUR_MS)];

  let isOver = false;
  const failures: unknown[] = [];
  const writing = (async () => {
    for (let count = 0; !isOver; count++) {
      await cluster.client.patchMerge(OLDER_WORKSPACES, { namespace: NAMESPACE, name: 'busy' }, { metadata: { labels: { count: String(count) } } }).catch((error: unknown) => failures.push(error));
    }
  })();
  try {
    // As if time had passed: what ends soon is trusted by all, and then shown.
    await store({ ...before, trusted: [...before.trusted, due.cert.trim(), next.cert.trim()] });
    const bundles = async () => (await cluster.client.list<Definition>(DEFINITIONS)).items
      .filter(({ metadata }) => CONVERTED_DEFINITIONS.some((name) => name === metadata.name))
      .map(({ spec }) => Buffer.from(spec?.conversion?.webhook?.clientConfig?.caBundle ?? '', 'base64').toString());
    expect((await until(bundles, (all) => all.every((bundle) => bundle.includes(next.cert.trim())))).map((bundle) => bundle.includes(next.cert.trim()))).toEqual([true, true, true, true]);
    await store({ ...(await stored()), current: due, next });
    expect((await until(stored, ({ current }) => current?.cert === next.cert)).current).toEqual(next);
  } finally {
    isOver = true;
    await writing;
  }
  expect(failures).toEqual([]);
  expect(await refuses()).toContain('admission webhook "objects.taskwright.dev" denied the request: spec.prompt, line 1, column 1: is not a template that can be rendered');
});

test('without an operator v1alpha2 is read and written, and v1alpha1 comes back with it', async () => {
  expect(await refuses()).toContain('denied the request');
  const scale = (replicas: number) => kubectl(['-n', OPERATOR.namespace, 'scale', `--replicas=${replicas}`, `deployment/${OPERATOR.name}`]);
  await kubectl(['apply', '-f', '-'], JSON.stringify(workspace('alone')));
  await scale(0);
  try {
    await kubectl(['-n', OPERATOR.namespace, 'wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/component=operator', `--timeout=${LIMIT_MS}ms`]);
    expect(await kubectl(['-n', NAMESPACE, 'get', 'workspaces', 'alone', '-o', 'jsonpath={.apiVersion} {.spec.repo}'])).toBe(`kelos.dev/v1alpha2 ${cluster.repo}`);
    expect(await tried(['-n', NAMESPACE, 'get', 'workspaces.v1alpha1.kelos.dev', 'alone'])).toContain('failed: ');
    await kubectl(['apply', '-f', '-'], impossible('unasked'));
    await kubectl(['-n', NAMESPACE, 'get', 'tasks']);
    await kubectl(['-n', NAMESPACE, 'delete', 'task', 'unasked', `--timeout=${LIMIT_MS}ms`]);
  } finally {
    await scale(2);
    await kubectl(['-n', OPERATOR.namespace, 'rollout', 'status', `--timeout=${LIMIT_MS}ms`, `deployment/${OPERATOR.name}`]);
  }
  expect(await older()).toContain('workspace.kelos.dev/alone');
  expect(await refuses()).toContain('denied the request');
});
