import { agentConfigResource, taskResource, taskSpawnerResource, workspaceResource } from '@taskwright/schema';
import { namespaceResource, secretResource } from '@taskwright/schema/kubernetes';
import { ApiObject, App, Chart, Duration } from 'cdk8s';
import { AgentConfig, CodingAgent, Credentials, GitCredentials, McpServer, Plugin, Task, Taskwright, type TaskwrightProps, WebhookCertificate, Workspace } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import type { Access } from '../../src/kube/access.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import { parseFlags } from '../../src/operator/flags.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { leaseRights, pauseRights, webhookRights, workloadRights } from '../../src/operator/rights.ts';
import { images, result } from '../tasks/task-fixtures.ts';
import { aGitHub, appData } from '../workspaces/app-fixture.ts';
import { startCluster } from '../tasks/test-cluster.ts';
import { AuthorizedTransport, HOME, type PolicyRule, type Rules } from './authorized-transport.ts';

const LIMIT = { limitMs: 4 * 3_600_000 };

function install(props?: TaskwrightProps) {
  const chart = new Chart(new App(), 'taskwright');
  new Taskwright(chart, 'install', props);
  return chart.toJson();
}

/** The rights that `new Taskwright(…)` installs: of the ClusterRole everywhere, of the Role in the namespace of the operator. */
function installedRules(): Rules {
  const objects = install();
  const rulesOf = (kind: string) => objects.find((object) => object.kind === kind).rules;
  return { everywhere: rulesOf('ClusterRole'), atHome: rulesOf('Role') };
}

const encodedApp = Object.fromEntries(Object.entries(appData).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

/** A Task that needs all an operator does for one: a repository of a GitHub App and the time for a second token, plugins, an MCP server with a Secret, a prompt too long for an argument, a ttl. */
function program(): KubeObject[] {
  const chart = new Chart(new App(), 'fleet', { namespace: 'dev' });
  const secret = new ApiObject(chart, 'bot', { apiVersion: 'v1', kind: 'Secret', data: { ...encodedApp, ANTHROPIC_API_KEY: 'eA==' } });
  const rules = new AgentConfig(chart, 'rules', {
    plugins: [Plugin.inline('house', { skills: { release: '# Release' } })],
    mcpServers: [McpServer.http('docs', { url: 'http://docs.tools.svc/mcp', headersFrom: secret })],
  });
  new Workspace(chart, 'shop', { metadata: { name: 'shop' }, repo: 'https://github.com/acme/shop.git', credentials: GitCredentials.githubApp(secret) });
  new Task(chart, 'fix', {
    metadata: { name: 'fix' },
    agent: CodingAgent.claudeCode({ credentials: Credentials.apiKey(secret), agentConfigs: [rules] }),
    workspace: { name: 'shop' },
    branch: 'fix/42',
    prompt: 'Fix it.\n'.repeat(20_000),
    ttlAfterFinished: Duration.minutes(1),
  });
  return chart.toJson();
}

/** One that the reference's operator had before us. */
const everyMinute = {
  metadata: { name: 'nightly', namespace: 'dev', finalizers: ['kelos.dev/taskspawner-finalizer'] },
  spec: { when: { cron: { schedule: '* * * * *' } }, taskTemplate: { type: 'claude-code', credentials: { type: 'none' } } },
};

const RESOURCES: { readonly [kind: string]: Resource } = { Secret: secretResource, AgentConfig: agentConfigResource, Workspace: workspaceResource, Task: taskResource };

test('the operator lives with the rights that the constructs install', async () => {
  const cluster = await startCluster({ message: result(['branch: fix/42', 'commit: abc']), runsForMs: 3_600_000 });
  await cluster.client.create(namespaceResource, { metadata: { name: HOME } });
  const transport = new AuthorizedTransport(cluster.api.transport, installedRules());
  const operator = startOperator({ transport, clock: cluster.clock, images, fetch: aGitHub(cluster.clock).fetch, network: { reach: 'internet', allowCidrs: [], allowHosts: [], denyCidrs: [] }, identity: 'one', leaderElection: { namespace: HOME }, pause: { deploymentIn: HOME } });
  try {
    const [secret, ...others] = program();
    for (const object of others) await cluster.client.create(RESOURCES[object.kind!]!, object);
    expect(await cluster.clock.runUntil(() => cluster.task()?.status?.phase === 'Waiting', LIMIT)).toBe(true);
    await cluster.client.create(secretResource, secret!);
    expect(await cluster.clock.runUntil(() => cluster.task()?.status?.phase === 'Succeeded', LIMIT)).toBe(true);
    expect(await cluster.clock.runUntil(() => cluster.task() === undefined, LIMIT)).toBe(true);
    await cluster.client.create(taskSpawnerResource, everyMinute as KubeObject);
    expect(await cluster.clock.runUntil(() => cluster.tasks.list('dev').length > 0, LIMIT)).toBe(true);
    await cluster.client.delete(taskSpawnerResource, { namespace: 'dev', name: 'nightly' });
    await cluster.clock.advance(60_000);
    expect((await cluster.client.list(taskSpawnerResource)).items).toEqual([]);
  } finally {
    await operator.stop();
    await cluster.stop();
  }
  expect([...transport.refused]).toEqual([]);
  expect([...transport.used].sort()).toMatchInlineSnapshot(`
    [
      "create configmaps",
      "create events.events.k8s.io",
      "create jobs.batch",
      "create leases.coordination.k8s.io",
      "create networkpolicies.networking.k8s.io",
      "create secrets",
      "create tasks.kelos.dev",
      "delete jobs.batch",
      "delete tasks.kelos.dev",
      "get configmaps",
      "get jobs.batch",
      "get leases.coordination.k8s.io",
      "get secrets",
      "get services",
      "list jobs.batch",
      "list pods",
      "list taskbudgets.kelos.dev",
      "list taskrecords.kelos.dev",
      "list taskspawners.kelos.dev",
      "patch secrets",
      "patch tasks.kelos.dev",
      "patch tasks/status.kelos.dev",
      "patch taskspawners.kelos.dev",
      "patch taskspawners/status.kelos.dev",
      "update leases.coordination.k8s.io",
      "watch agentconfigs.kelos.dev",
      "watch deployments.apps",
      "watch jobs.batch",
      "watch pods",
      "watch secrets",
      "watch taskbudgets.kelos.dev",
      "watch taskrecords.kelos.dev",
      "watch tasks.kelos.dev",
      "watch taskspawners.kelos.dev",
      "watch webhookgateways.kelos.dev",
      "watch workerpools.kelos.dev",
      "watch workspaces.kelos.dev",
    ]
  `);
});

test('the operator understands the flags that the constructs give it', () => {
  const deployment = install({ version: '1.2.0', watchNamespaces: ['shop', 'store'], images: { codex: 'registry.example.com/codex:7' } }).find(({ kind }) => kind === 'Deployment');
  const [{ args, ports }] = deployment.spec.template.spec.containers;
  const flags = parseFlags(args);
  expect(flags).toMatchObject({ leaderElect: true, namespaces: ['shop', 'store'] });
  expect([flags.metricsAddress?.port, flags.healthAddress?.port]).toEqual(ports.map(({ containerPort }: { containerPort: number }) => containerPort));
  expect(flags.images).toMatchObject({
    agents: { 'claude-code': { image: 'ghcr.io/taskwright/claude-code:1.2.0' }, 'codex': { image: 'registry.example.com/codex:7' } },
    agentTools: { image: 'ghcr.io/taskwright/agent-tools:1.2.0' },
  });
});

test('the operator reviews the rights that the constructs install, all of them and no other', () => {
  const { everywhere, atHome } = installedRules();
  const { args } = install().find(({ kind }) => kind === 'Deployment').spec.template.spec.containers[0];
  expect(reviewed(workloadRights(parseFlags(args).network?.reach))).toEqual(installed(everywhere));
  expect(reviewed([...leaseRights('taskwright-operator'), ...pauseRights('taskwright-operator')])).toEqual(installed(atHome));

});

test.each([
  { convertsOlderVersions: true },
  { validatesObjects: true },
  { convertsOlderVersions: true, validatesObjects: true },
  { validatesObjects: true, webhookCertificate: WebhookCertificate.fromSecret() },
])('the operator reviews the rights for its webhooks, all of them and no other: %o', (props) => {
  const objects = install(props);
  const { converts, validatingWebhook, certificate } = parseFlags(objects.find(({ kind }) => kind === 'Deployment').spec.template.spec.containers[0].args);
  expect([converts, validatingWebhook]).toEqual([props.convertsOlderVersions ?? false, objects.find(({ kind }) => kind === 'ValidatingWebhookConfiguration')?.metadata.name]);
  const rules = objects.filter(({ metadata }) => metadata.name.endsWith('-webhooks')).flatMap(({ rules: own = [] }) => own as PolicyRule[]);
  const service = { namespace: 'taskwright-system', name: 'taskwright-webhook' };
  expect(reviewed(webhookRights({ service, converts, configuration: validatingWebhook, certificate }))).toEqual(installed(rules));
});

function reviewed(rights: readonly Omit<Access, 'namespace'>[]): string[] {
  return rights.map(({ verb, group, resource, subresource, name }) => [verb, group, [resource, subresource].filter(Boolean).join('/'), name ?? ''].join(' ')).sort();
}

function installed(rules: readonly PolicyRule[]): string[] {
  return rules.flatMap(({ verbs, apiGroups, resources, resourceNames = [''] }) =>
    verbs.flatMap((verb) => apiGroups.flatMap((group) => resources.flatMap((resource) => resourceNames.map((name) => [verb, group, resource, name].join(' ')))))).sort();
}
