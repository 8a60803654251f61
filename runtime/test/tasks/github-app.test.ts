import { type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { jobResource, type Secret, secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import type { GitHub } from '../../src/testing/github.ts';
import { aGitHub, appData } from '../workspaces/app-fixture.ts';
import { type Crash, CountedTransport } from './counted-transport.ts';
import type { Script } from './fake-kubelet.ts';
import { aTask, images, result } from './task-fixtures.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

const HOUR_MS = 3_600_000;
const LIMIT = { limitMs: 48 * HOUR_MS };
const DONE: Script = { message: result(['branch: fix']), runsForMs: 3 * HOUR_MS };

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

interface Scene {
  readonly cluster: TestCluster;
  readonly github: GitHub;
  start(crash?: Crash): Operator & { transport: CountedTransport };
  /** The Secret that holds the token of a Task. */
  secret(task?: string): Promise<Secret | undefined>;
}

async function aScene(script: Script = DONE, app: Record<string, string> = appData): Promise<Scene> {
  const cluster = await startCluster(script);
  running.push(cluster);
  const github = aGitHub(cluster.clock);
  await cluster.create({ metadata: { name: 'bot', namespace: 'dev' }, data: encoded(app) } as KubeObject, secretResource);
  await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://github.com/acme/shop.git', secretRef: { name: 'bot' } } } as KubeObject, workspaceResource);
  return {
    cluster,
    github,
    start(crash) {
      const transport = new CountedTransport(cluster.api.transport, crash);
      const operator = startOperator({ transport, clock: cluster.clock, images, fetch: github.fetch });
      running.push(operator);
      return Object.assign(operator, { transport });
    },
    async secret(task = 'fix') {
      const { items } = await cluster.client.list<Secret & KubeObject>(secretResource, { namespace: 'dev' });
      return items.find(({ metadata }) => metadata.name === `${task}-github-token`);
    },
  };
}

function encoded(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

const aTaskOf = (name = 'fix'): Task => ({ metadata: { name, namespace: 'dev' }, spec: aTask({ spec: { workspaceRef: { name: 'shop' } } }).spec });
const tokenIn = (secret: Secret | undefined) => Buffer.from(secret?.data?.GITHUB_TOKEN ?? '', 'base64').toString();
const phaseIs = (cluster: TestCluster, phase: string, name?: string) => () => cluster.task(name)?.status?.phase === phase;

test('a Task of a GitHub App runs with a token of its own, which its Job only names', async () => {
  const { cluster, github, start, secret } = await aScene();
  start();
  await cluster.create(aTaskOf());
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running'), LIMIT)).toBe(true);

  const token = await secret();
  expect(tokenIn(token)).toBe(github.issued[0]!.token);
  expect(token).toMatchObject({
    metadata: {
      annotations: { 'kelos.dev/github-app-secret': 'bot', 'kelos.dev/token-expires-at': '2026-01-01T01:00:00Z', 'taskwright.dev/github-repositories': 'shop' },
      ownerReferences: [{ kind: 'Task', name: 'fix', controller: true }],
    },
  });
  const job = JSON.stringify(await cluster.client.get(jobResource, { namespace: 'dev', name: 'fix' }));
  expect(job).toContain('"secretKeyRef":{"name":"fix-github-token","key":"GITHUB_TOKEN"}');
  expect(job).toContain('"secretName":"fix-github-token"');
  expect(job).not.toContain('subPath');
  expect(job).not.toContain(github.issued[0]!.token);
  expect(job).not.toContain('"name":"bot"');
});

test('the token is valid at every moment of a Task that runs for hours, and is left alone after it', async () => {
  const { cluster, github, start, secret } = await aScene();
  const { transport } = start();
  await cluster.create(aTaskOf());
  await cluster.clock.runUntil(phaseIs(cluster, 'Running'), LIMIT);
  while (cluster.task()?.status?.phase === 'Running') {
    expect(github.isValid(tokenIn(await secret()))).toBe(true);
    await cluster.clock.advance(60_000);
  }
  expect(cluster.task()?.status?.phase).toBe('Succeeded');
  expect(github.issued.length).toBe(4);
  expect([...transport.events].filter((event) => event.startsWith('GitHubTokenRefreshed')).length).toBe(3);
  await cluster.clock.advance(24 * HOUR_MS);
  expect(github.issued.length).toBe(4);
});

test('the token of a Task that is deleted goes with it, and is asked for no more', async () => {
  const { cluster, github, start, secret } = await aScene();
  start();
  await cluster.create(aTaskOf());
  await cluster.clock.runUntil(phaseIs(cluster, 'Running'), LIMIT);
  await cluster.client.delete(taskResource, { namespace: 'dev', name: 'fix' });
  expect(await cluster.clock.runUntil(() => cluster.task() === undefined, LIMIT)).toBe(true);
  await cluster.clock.advance(2 * HOUR_MS);
  expect(await secret()).toBeUndefined();
  expect(github.issued.length).toBe(1);
});

test('many Tasks of one repository ask GitHub once', async () => {
  const { cluster, github, start } = await aScene();
  start();
  const names = Array.from({ length: 50 }, (_, index) => `fix-${index}`);
  for (const name of names) await cluster.create(aTaskOf(name));
  expect(await cluster.clock.runUntil(() => names.every((name) => phaseIs(cluster, 'Succeeded', name)()), LIMIT)).toBe(true);
  expect(github.issued.length).toBeLessThanOrEqual(5);
});

test('a Task waits while GitHub refuses, says why once, and starts when the Secret is put right', async () => {
  const { cluster, github, start } = await aScene(DONE, { ...appData, installationID: '24' });
  const { transport } = start();
  await cluster.create(aTaskOf());
  expect(await cluster.clock.runUntil(() => cluster.task()?.status?.conditions?.[0]?.reason === 'GitHubTokenFailed', LIMIT)).toBe(true);
  const message = 'Waiting for a token of the GitHub App in Secret "bot": the App has no installation of this installationID; install it for the owner of the repository, or correct the number';
  expect(cluster.task()?.status).toMatchObject({ phase: 'Waiting', message });
  await cluster.clock.advance(HOUR_MS);
  expect(transport.requests.filter((request) => request.endsWith('/status')).length).toBe(2);
  expect([...transport.events]).toEqual([expect.stringMatching(/^GitHubTokenFailed: Failed to resolve GitHub token: Secret "bot": the App has no installation/)]);
  expect(github.requests.length).toBeLessThan(25);

  await cluster.client.patchMerge(secretResource, { namespace: 'dev', name: 'bot' }, { data: encoded(appData) });
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Running'), { limitMs: 5_000 })).toBe(true);
});

test('a GitHub that is away while a token ends is told, and the token renewed when it is back', async () => {
  const { cluster, github, start, secret } = await aScene();
  const { transport } = start();
  await cluster.create(aTaskOf());
  await cluster.clock.runUntil(phaseIs(cluster, 'Running'), LIMIT);
  github.fault = () => undefined;
  await cluster.clock.advance(55 * 60_000);
  expect([...transport.events]).toContain('GitHubTokenRefreshFailed: Failed to refresh GitHub App installation token: Secret "bot": https://api.github.com cannot be reached (ECONNREFUSED)');
  expect(cluster.task()?.status?.phase).toBe('Running');
  github.fault = undefined;
  await cluster.clock.advance(5 * 60_000);
  expect(github.isValid(tokenIn(await secret()))).toBe(true);
});

test('an App that is taken away while a Task runs is named', async () => {
  const { cluster, start } = await aScene();
  const { transport } = start();
  await cluster.create(aTaskOf());
  await cluster.clock.runUntil(phaseIs(cluster, 'Running'), LIMIT);
  await cluster.client.delete(secretResource, { namespace: 'dev', name: 'bot' });
  await cluster.clock.advance(52 * 60_000);
  expect([...transport.events]).toContain('GitHubTokenRefreshFailed: Failed to refresh GitHub App installation token: Secret "bot" is gone, or no longer holds appID, installationID and privateKey; put them back');
});

test('a Secret of somebody else that has the name of the token is left alone', async () => {
  const { cluster, start, secret } = await aScene();
  start();
  await cluster.create({ metadata: { name: 'fix-github-token', namespace: 'dev' }, data: encoded({ GITHUB_TOKEN: 'theirs' }) } as KubeObject, secretResource);
  await cluster.create(aTaskOf());
  expect(await cluster.clock.runUntil(phaseIs(cluster, 'Failed'), LIMIT)).toBe(true);
  expect(cluster.task()?.status?.message).toBe('Secret "fix-github-token" already exists and does not belong to this Task; delete it or give the Task another name');
  expect(tokenIn(await secret())).toBe('theirs');
});

/** Status, finalizer, Secret, Job, two of the status, three renewals, the last status. */
const WRITES = 10;
const crashes = Array.from({ length: WRITES }, (_, write) => (['before', 'after'] as const).map((when): Crash => ({ atWrite: write + 1, when }))).flat();

test.each(crashes)('an operator that dies $when write $atWrite leaves one Job, and a token that is valid', async (crash) => {
  const { cluster, github, start, secret } = await aScene();
  const first = start(crash);
  await cluster.create(aTaskOf());
  await cluster.clock.runUntil(() => first.transport.crashed || phaseIs(cluster, 'Succeeded')(), LIMIT);
  expect(first.transport.crashed, 'the crash did not happen').toBe(true);
  await first.stop();
  start();
  await cluster.clock.runUntil(phaseIs(cluster, 'Running'), { limitMs: 60_000 });
  while (cluster.task()?.status?.phase === 'Running') {
    expect(github.isValid(tokenIn(await secret()))).toBe(true);
    await cluster.clock.advance(60_000);
  }
  expect(cluster.task()?.status?.phase).toBe('Succeeded');
  expect(cluster.jobUids.size).toBe(1);
});
