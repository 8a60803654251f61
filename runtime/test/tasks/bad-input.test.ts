import { agentConfigResource, type AgentConfigSpec, type Task, taskBudgetResource, type TaskSpec, workspaceResource, type WorkspaceSpec } from '@taskwright/schema';
import { configMapResource, jobResource, secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import type { KubeRequest, KubeResponse } from '../../src/kube/transport.ts';
import { startOperator } from '../../src/operator/operator.ts';
import { CountedTransport } from './counted-transport.ts';
import { images } from './task-fixtures.ts';
import { startCluster } from './test-cluster.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
});

interface Row {
  readonly it: string;
  readonly spec?: Partial<TaskSpec>;
  readonly annotations?: Record<string, string>;
  /** The Workspace `shop`, if the Task names it. */
  readonly workspace?: Partial<WorkspaceSpec> | 'none' | 'without a spec';
  /** The AgentConfig `house`, if the Task names it. */
  readonly config?: AgentConfigSpec | 'none' | 'without a spec';
  /** What the Secret `bot` holds. Left out: there is none. */
  readonly secret?: Record<string, string>;
  /** What the server says when a Job is made. */
  readonly refusal?: { code: number; reason: string; message: string };
  readonly budget?: object;
  /** It is asked for again every five minutes, since GitHub may say something else. */
  readonly isOfGitHub?: true;
  readonly phase?: 'Failed';
  readonly reason: string;
  /** What is wrong by its name, and what to do. */
  readonly message: string;
}

const usesShop = { workspaceRef: { name: 'shop' } };
const usesHouse = { agentConfigRefs: [{ name: 'house' }] };
const apiKey = { credentials: { type: 'api-key', secretRef: { name: 'bot' } } } as const;
const repo = 'https://github.com/acme/shop.git';
const asBot = { repo, secretRef: { name: 'bot' } };
const failed = { phase: 'Failed' } as const;
const mcp = (more: object): AgentConfigSpec => ({ mcpServers: [{ name: 'docs', type: 'stdio', command: 'docs', ...more }] });
const variable = (valueFrom: object) => mcp({ env: [{ name: 'TOKEN', valueFrom }] });
const skill = { skills: [{ name: 'deploy', content: '# Deploy' }] };

const rows: readonly Row[] = [
  // Secrets
  { it: 'a Secret that is not there', spec: apiKey, reason: 'SecretMissing', message: 'Waiting for Secret "bot" to be created' },
  { it: 'a Secret without the key', spec: apiKey, secret: { 'api-key': 'x' }, reason: 'SecretKeyMissing', message: 'Waiting for Secret "bot" to have the key ANTHROPIC_API_KEY' },
  {
    it: 'a Secret that is good for no git', spec: usesShop, workspace: asBot, secret: { token: 'x' }, reason: 'SecretKeyMissing',
    message: 'Waiting for Secret "bot" to have the key GITHUB_TOKEN; or appID, installationID and privateKey of a GitHub App; or username and password; or ssh-privatekey and known_hosts',
  },
  {
    it: 'a key for SSH without the hosts', spec: usesShop, workspace: { ...asBot, repo: 'git@github.com:acme/shop.git' }, secret: { 'ssh-privatekey': 'x' }, reason: 'SecretKeyMissing',
    message: 'Waiting for Secret "bot" to have the key known_hosts beside ssh-privatekey: the public keys of the git host, which its documentation names',
  },
  {
    it: 'a GitHub App whose key is none', spec: usesShop, workspace: asBot, secret: { appID: '1', installationID: '2', privateKey: 'x' }, isOfGitHub: true, reason: 'GitHubTokenFailed',
    message: 'Waiting for a token of the GitHub App in Secret "bot": privateKey is not an RSA key in PEM form; copy the whole file that GitHub made, with its first and last line',
  },
  {
    it: 'a GitHub App without its id', spec: usesShop, workspace: asBot, secret: { appID: ' ', installationID: '2', privateKey: 'x' }, isOfGitHub: true, reason: 'GitHubTokenFailed',
    message: 'Waiting for a token of the GitHub App in Secret "bot": appID is not the ID of a GitHub App; it is in the settings of the App, under General',
  },
  {
    it: 'a GitHub App for a URL without a repository', spec: usesShop, workspace: { ...asBot, repo: 'https://github.com/' }, secret: { appID: '1', installationID: '2', privateKey: 'x' }, reason: 'GitHubTokenFailed',
    message: 'Waiting for a token of the GitHub App in Secret "bot": spec.repo of Workspace "shop" names no owner and repository',
  },
  { it: 'a token for skills that is empty', spec: usesHouse, config: { skills: [{ source: 'acme/skills', secretRef: { name: 'bot' } }] }, secret: { GITHUB_TOKEN: '' }, reason: 'SecretKeyMissing', message: 'Waiting for Secret "bot" to have the key GITHUB_TOKEN; it is empty' },
  // Workspaces
  { it: 'a Workspace that is not there', spec: usesShop, workspace: 'none', reason: 'WorkspaceMissing', message: 'Waiting for Workspace "shop" to be created' },
  { it: 'a Workspace without a spec', spec: usesShop, workspace: 'without a spec', reason: 'WorkspaceIncomplete', message: 'Waiting for Workspace "shop" to get a spec.repo' },
  {
    it: 'a file that leaves the clone', spec: usesShop, workspace: { files: [{ path: '../out', content: '' }] }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: invalid workspace file path "../out": path escapes repository root',
  },
  // AgentConfigs
  { it: 'an AgentConfig that is not there', spec: usesHouse, config: 'none', reason: 'AgentConfigMissing', message: 'Waiting for AgentConfig "house" to be created' },
  { it: 'an AgentConfig without a spec', spec: usesHouse, config: 'without a spec', reason: 'AgentConfigIncomplete', message: 'Waiting for AgentConfig "house" to get a spec' },
  {
    it: 'a plugin whose name is a path', spec: usesHouse, config: { plugins: [{ name: '../x', ...skill }] }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: invalid plugin configuration: plugin name "../x" contains path separators',
  },
  {
    it: 'a plugin that has the name of ours', spec: usesHouse, config: { plugins: [{ name: 'skills-sh', ...skill }], skills: [{ source: 'acme/skills' }] }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: invalid plugin configuration: plugin name "skills-sh" is reserved for skills.sh packages when spec.skills is set',
  },
  {
    it: 'plugins that fit no ConfigMap', spec: usesHouse, config: { plugins: [{ name: 'tools', skills: [{ name: 'deploy', content: 'x'.repeat(921_601) }] }] }, ...failed, reason: 'PluginConfigMapFailed',
    message: 'Failed to build plugin ConfigMap: plugin content totals 921601 bytes, exceeding the 921600 byte ConfigMap budget; reduce skill/agent content size',
  },
  {
    it: 'instructions that no process could be given', spec: usesHouse, config: { agentsMD: 'x'.repeat(130_049) }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: agentsMD is 130049 bytes, exceeding the 130048 bytes an environment variable can carry; shorten it',
  },
  { it: 'a Secret of an MCP server that is not there', spec: usesHouse, config: mcp({ envFrom: { secretRef: { name: 'bot' } } }), reason: 'SecretMissing', message: 'Waiting for Secret "bot" to be created' },
  { it: 'a ConfigMap of an MCP server without the key', spec: usesHouse, config: variable({ configMapKeyRef: { name: 'settings', key: 'port' } }), reason: 'ConfigMapKeyMissing', message: 'Waiting for ConfigMap "settings" to have the key port' },
  {
    it: 'a variable of an MCP server from somewhere else', spec: usesHouse, config: variable({ fieldRef: { fieldPath: 'metadata.name' } }), ...failed, reason: 'MCPSecretFailed',
    message: 'Failed to resolve MCP server secret: MCP server "docs": env "TOKEN" valueFrom only supports secretKeyRef and configMapKeyRef',
  },
  {
    it: 'an MCP server that is there twice', spec: usesHouse, config: { mcpServers: [...mcp({}).mcpServers!, ...mcp({}).mcpServers!] }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: invalid MCP server configuration: duplicate MCP server name "docs"',
  },
  // Tasks
  { it: 'a Task of a pool', spec: { type: undefined, credentials: undefined, workerPoolRef: { name: 'pool' } }, reason: 'WorkerPoolUnsupported', message: 'Waiting for WorkerPool "pool": this operator does not serve WorkerPools; use spec.worker instead' },
  { it: 'an agent without an image', spec: { type: 'codex' }, ...failed, reason: 'JobBuildFailed', message: 'Failed to build Job: unsupported agent type: codex' },
  { it: 'a dependency that is not there', spec: { dependsOn: ['plan'] }, reason: 'DependencyMissing', message: 'Waiting for dependency "plan" to be created' },
  { it: 'a Task that waits for itself', spec: { dependsOn: ['fix'] }, ...failed, reason: 'DependencyCycle', message: 'Circular dependency detected: cycle involves "fix": fix → fix' },
  {
    it: 'a prompt that is no template', spec: { dependsOn: ['plan'], prompt: 'Do\n{{.Deps.plan' }, ...failed, reason: 'TemplateFailed',
    message: 'Prompt is a template that cannot be rendered, line 2, column 1: the action is never closed; end it with }}',
  },
  {
    it: 'an annotation that is no number', annotations: { 'taskwright.dev/retry-limit': 'twice' }, reason: 'AnnotationInvalid',
    message: 'Waiting for annotation taskwright.dev/retry-limit to be corrected, got "twice"; it has to be a whole number from 0 to 10',
  },
  {
    it: 'a volume with the name of ours', spec: { podOverrides: { volumes: [{ name: 'kelos-plugin', emptyDir: {} }] } }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: podOverrides.volumes: volume name "kelos-plugin" uses the reserved prefix "kelos-"',
  },
  // What only the API server refuses
  {
    it: 'a mount of no volume', spec: { podOverrides: { volumeMounts: [{ name: 'cache', mountPath: '/cache' }] } }, ...failed, reason: 'JobBuildFailed',
    message: 'Failed to build Job: the API server refuses it, Job.batch "fix" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "cache"',
  },
  {
    it: 'a quota that is used up', refusal: { code: 403, reason: 'Forbidden', message: 'jobs.batch "fix" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5' }, reason: 'CreationRefused',
    message: 'Waiting for the API server to take Job "fix": jobs.batch "fix" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5',
  },
  {
    it: 'a policy that forbids it', refusal: { code: 400, reason: 'BadRequest', message: 'admission webhook "policies.example.com" denied the request: images have to be signed' }, reason: 'CreationRefused',
    message: 'Waiting for the API server to take Job "fix": admission webhook "policies.example.com" denied the request: images have to be signed',
  },
  // Budgets
  {
    it: 'a budget whose selector nobody can read', budget: { taskSelector: { matchExpressions: [{ key: 'team', operator: 'Is' }] }, period: { type: 'Daily' }, maxInputTokens: 1 }, reason: 'BudgetInvalid',
    message: 'Waiting for TaskBudget "day" to be corrected: spec.taskSelector.matchExpressions[0].operator: "Is" is no operator; it has to be In, NotIn, Exists or DoesNotExist',
  },
];

/** From 5 ms on, twice as long each time, half an hour is over after 19 tries; each is the finalizer and the Job. */
const MOST_WRITES_OF_TRIES = 2 * (19 + 3);

/** Answers for the server when a Job is made. */
class Refusing extends CountedTransport {
  refusal: Row['refusal'];

  override async request(request: KubeRequest): Promise<KubeResponse> {
    if (!this.refusal || request.method !== 'POST' || !request.path.includes('/jobs')) return super.request(request);
    this.requests.push('POST a Job that is refused');
    const { code } = this.refusal;
    return { status: code, headers: {}, body: Buffer.from(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...this.refusal })) };
  }
}

test.each(rows)('$it: its Task says what and what to do, and asks for little', async ({ spec, annotations, workspace = {}, config = {}, secret, refusal, budget, isOfGitHub, phase = 'Waiting', reason, message }) => {
  const cluster = await startCluster();
  const transport = new Refusing(cluster.api.transport);
  transport.refusal = refusal;
  const operator = startOperator({ transport, clock: cluster.clock, images });
  running.push(cluster, operator);
  await operator.ready;

  const named = (name: string, content: object | 'without a spec'): KubeObject => ({ metadata: { name, namespace: 'dev' }, ...(content === 'without a spec' ? {} : { spec: content }) });
  if (secret) await cluster.create({ metadata: { name: 'bot', namespace: 'dev' }, stringData: secret } as KubeObject, secretResource);
  await cluster.create({ metadata: { name: 'settings', namespace: 'dev' }, data: {} } as KubeObject, configMapResource);
  if (workspace !== 'none') await cluster.create(named('shop', typeof workspace === 'string' ? workspace : { repo, ...workspace }), workspaceResource);
  if (config !== 'none') await cluster.create(named('house', config), agentConfigResource);
  if (budget) await cluster.create(named('day', budget), taskBudgetResource);
  const task: Task = { metadata: { name: 'fix', namespace: 'dev', ...(annotations && { annotations }) }, spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'Fix it', ...spec } };
  await cluster.create(task);

  await cluster.clock.advance(1_800_000);
  const { status } = cluster.task()!;
  const admitted = status?.conditions?.find(({ type }) => type === 'Admitted');
  expect({ phase: status?.phase, message: status?.message, reason: admitted?.reason, said: admitted?.message }).toEqual({ phase, message, reason, said: message });
  expect((await cluster.client.list(jobResource, { namespace: 'dev' })).items).toEqual([]);

  const writes = () => transport.requests.filter((request) => !request.startsWith('GET'));
  const [writesBefore, requestsBefore] = [writes().length, transport.requests.length];
  expect(writesBefore).toBeLessThanOrEqual(refusal ? MOST_WRITES_OF_TRIES : 6);
  await cluster.clock.advance(1_800_000);
  // In a second half hour nothing is new: no more is written, and little is asked for.
  expect(writes().length - writesBefore).toBeLessThanOrEqual(refusal ? 4 : 0);
  expect(transport.requests.length - requestsBefore).toBeLessThanOrEqual(refusal ? 8 : isOfGitHub ? 12 : 0);
  // Nor is it told again but as one event with a count.
  expect([...transport.events].length).toBeLessThanOrEqual(2);
  expect(JSON.stringify(status)).not.toContain('privateKey: x');
});
