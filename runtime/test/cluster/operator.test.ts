import { agentConfigResource, type Task, taskResource, workspaceResource } from '@taskwright/schema';
import { jobResource, secretResource } from '@taskwright/schema/kubernetes';
import { ApiObject, App, Chart, Duration } from 'cdk8s';
import { AgentConfig, CodingAgent, Credentials, GitCredentials, McpServer, Plugin, Task as TaskConstruct, Workspace } from 'cdk8s-taskwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import type { NetworkRules } from '../../src/tasks/network/network-rules.ts';
import { configMaps, pods } from '../contract/connection.ts';
import { until } from '../contract/until.ts';
import { images, result } from '../tasks/task-fixtures.ts';
import { HOME, install, OperatorTransport } from './installed-operator.ts';
import { PlayedKubelet } from './played-kubelet.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

const RESOURCES: { readonly [kind: string]: Resource } = { Secret: secretResource, AgentConfig: agentConfigResource, Workspace: workspaceResource, Task: taskResource };

/** As the construct asks for it, so that the API server sees every address that is written by default. */
const NETWORK: NetworkRules = { reach: 'internet', allowCidrs: ['10.20.0.0/16'], allowHosts: [], denyCidrs: ['203.0.113.0/24', '2001:db8::/32'] };

let connection: RealConnection;
let namespace: string;
let kubelet: PlayedKubelet;
const processes: { operator: Operator; transport: OperatorTransport }[] = [];

beforeAll(async () => {
  connection = await connectToCluster();
  await install(connection);
});
afterAll(() => connection.close());

beforeEach(async () => {
  namespace = await connection.namespace();
  kubelet = new PlayedKubelet(connection, namespace);
});
afterEach(async () => {
  const forbidden = processes.flatMap(({ transport }) => transport.forbidden);
  for (const { operator, transport } of processes.splice(0)) {
    await operator.stop();
    await transport.close();
  }
  expect(forbidden).toEqual([]);
});

/** One replica, with the rights that were installed. */
async function startReplica(identity: string): Promise<Operator> {
  const transport = await OperatorTransport.open(connection);
  const operator = startOperator({ transport, images, network: NETWORK, identity, leaderElection: { namespace: HOME } });
  processes.push({ operator, transport });
  await operator.ready;
  return operator;
}

function taskNamed(name: string): Promise<Task> {
  return connection.client.get<Task>(taskResource, { namespace, name });
}

async function reaches(name: string, phase: string): Promise<Task> {
  const reached = await until(connection, async () => (await taskNamed(name)).status?.phase === phase);
  const task = await taskNamed(name);
  if (!reached) throw new Error(`Task ${name} is not ${phase}: ${JSON.stringify(task.status)}`);
  return task;
}

function gone(resource: Resource, name: string): Promise<boolean> {
  return until(connection, () => connection.client.get(resource, { namespace, name }).then(() => false, () => true));
}

const aTask = (name: string, spec: object = {}) => (
  connection.client.create(taskResource, { metadata: { namespace, name }, spec: { prompt: 'Fix it', worker: { type: 'claude-code', credentials: { type: 'none' } }, ...spec } } as KubeObject));

/** All that an operator does for one Task: a repository, plugins, an MCP server with a Secret, a prompt too long for an argument, a ttl. */
function program(): KubeObject[] {
  const chart = new Chart(new App(), 'fleet', { namespace });
  const secret = new ApiObject(chart, 'bot', { apiVersion: 'v1', kind: 'Secret', data: { GITHUB_TOKEN: 'eA==', ANTHROPIC_API_KEY: 'eA==' } });
  const rules = new AgentConfig(chart, 'rules', {
    plugins: [Plugin.inline('house', { skills: { release: '# Release' } })],
    mcpServers: [McpServer.http('docs', { url: 'https://docs.example.com/mcp', headersFrom: secret })],
  });
  new Workspace(chart, 'shop', { metadata: { name: 'shop' }, repo: 'https://github.com/acme/shop.git', credentials: GitCredentials.token(secret) });
  new TaskConstruct(chart, 'fix', {
    metadata: { name: 'fix' },
    agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(secret), agentConfigs: [rules] }),
    workspace: { name: 'shop' },
    branch: 'fix/42',
    prompt: 'Fix it.\n'.repeat(20_000),
    ttlAfterFinished: Duration.seconds(2),
  });
  return chart.toJson();
}

test('a Task of a whole program waits, runs, succeeds and expires with all it owned', async () => {
  await startReplica('one');
  const [secret, ...others] = program();
  for (const object of others) await connection.client.create(RESOURCES[object.kind!]!, object);
  await reaches('fix', 'Waiting');
  await connection.client.create(secretResource, secret!);

  const pod = await kubelet.podOf('fix');
  await kubelet.run(pod);
  await reaches('fix', 'Running');
  await kubelet.end(pod, 0, result(['branch: fix/42', 'commit: abc']));
  const { status } = await reaches('fix', 'Succeeded');
  expect(status).toMatchObject({ jobName: 'fix', results: { branch: 'fix/42', commit: 'abc' } });

  expect(await gone(taskResource, 'fix')).toBe(true);
  expect(await gone(jobResource, 'fix')).toBe(true);
  const left = async (resource: Resource) => (await connection.client.list(resource, { namespace })).items.filter(({ metadata }) => metadata.ownerReferences).map(({ metadata }) => metadata.name);
  expect(await until(connection, async () => (await Promise.all([configMaps, secretResource, pods].map(left))).flat().length === 0)).toBe(true);
});

test('a Task fails with the words of its agent when every attempt failed', async () => {
  await startReplica('one');
  await aTask('broken', { podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [0] } }] } });
  const pod = await kubelet.podOf('broken');
  await kubelet.run(pod);
  await kubelet.end(pod, 3, result([], { error: 'the tests do not pass' }));
  expect((await reaches('broken', 'Failed')).status?.message).toContain('the tests do not pass');
});

test('a Task that is deleted takes its Job and its Pod along', async () => {
  await startReplica('one');
  await aTask('short');
  const pod = await kubelet.podOf('short');
  await connection.client.delete(taskResource, { namespace, name: 'short' });
  expect(await gone(taskResource, 'short')).toBe(true);
  expect(await gone(jobResource, 'short')).toBe(true);
  expect(await gone(pods, pod.metadata.name!)).toBe(true);
});

test('a Job that somebody deletes is the end of its Task', async () => {
  await startReplica('one');
  await aTask('robbed');
  await kubelet.run(await kubelet.podOf('robbed'));
  await reaches('robbed', 'Running');
  await connection.client.delete(jobResource, { namespace, name: 'robbed' }, { propagationPolicy: 'Background' });
  expect((await reaches('robbed', 'Failed')).status?.message).toContain('was deleted');
});

test('the second replica takes over where the first one stopped, and makes no second Job', async () => {
  const first = await startReplica('one');
  expect(await until(connection, async () => first.isLeading)).toBe(true);
  const second = await startReplica('two');
  await aTask('handed-over');
  const pod = await kubelet.podOf('handed-over');
  await kubelet.run(pod);
  await reaches('handed-over', 'Running');
  const { metadata: { uid } } = await connection.client.get(jobResource, { namespace, name: 'handed-over' });
  expect([first.isLeading, second.isLeading]).toEqual([true, false]);

  await first.stop();
  await kubelet.end(pod, 0, result(['answer: 42']));
  expect((await reaches('handed-over', 'Succeeded')).status?.results).toEqual({ answer: '42' });
  expect(second.isLeading).toBe(true);
  expect((await connection.client.get(jobResource, { namespace, name: 'handed-over' })).metadata.uid).toBe(uid);
});

test('fifty Tasks at once each get one Job', async () => {
  await startReplica('one');
  const names = Array.from({ length: 50 }, (_, index) => `burst-${index}`);
  await Promise.all(names.map((name) => aTask(name)));
  const jobsOf = async () => (await connection.client.list(jobResource, { namespace })).items.map(({ metadata }) => metadata.name!);
  expect(await until(connection, async () => (await jobsOf()).length >= names.length)).toBe(true);
  expect((await jobsOf()).sort()).toEqual([...names].sort());
});
