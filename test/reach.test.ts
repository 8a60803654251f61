import { App, Chart, Duration, Size } from 'cdk8s';
import { AgentConfig, BudgetWindow, CodingAgent, Cost, Credentials, EnvValue, GitCredentials, McpServer, Plugin, SecretRef, Session, Skill, Task, TaskBudget, TaskPipeline, TaskSelector, VolumeClaim, WebhookGateway, WebhookSource, WorkerPool, Workspace } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { type StructuralSchema, specSchemaTexts } from '../src/private/schemas';

const secret = SecretRef.fromName('secret');

/** The older place of what `worker` says now. L1 reaches it. */
const DEPRECATED = ['agentConfigRefs', 'credentials', 'image', 'podOverrides', 'type', 'workspaceRef'];

/** Types of Kubernetes, which are passed on as they are. */
const PASSED_ON = ['spec.worker.podOverrides', 'spec.stages[].taskTemplate.worker.podOverrides', 'spec.volumeClaimTemplate', 'spec.podFailurePolicy', 'spec.mcpServers[].env[].valueFrom'];

/** Written with L1 for now, but for TaskRecords: those are the operator's to write, since what was spent is nothing that a program asks for. A kind that is not named here has to be reached. */
const WITHOUT_L2 = ['TaskRecord', 'TaskSpawner', 'SessionSpawner', 'Agent', 'MCPServer', 'ModelAPI'];

test('every field of a kind that has an L2 can be reached from it', () => {
  const chart = new Chart(new App(), 'fleet');
  const workspace = new Workspace(chart, 'shop', {
    repo: 'https://github.com/acme/shop.git',
    ref: 'main',
    credentials: GitCredentials.token(secret),
    remotes: { upstream: 'https://github.com/acme/upstream.git' },
    files: { a: '' },
    setupCommand: ['true'],
    ghproxy: true,
  });
  const config = new AgentConfig(chart, 'rules', {
    agentsMd: 'Be kind.',
    plugins: [Plugin.inline('house', { skills: { a: '' }, agents: { b: '' } })],
    skills: [Skill.fromGitHub('acme/skills', { skill: 'a', token: secret })],
    mcpServers: [
      McpServer.stdio('db', { command: 'db', args: ['x'], env: { A: EnvValue.fromValue('a'), B: EnvValue.fromSecret(secret, 'b') }, envFrom: secret }),
      McpServer.http('docs', { url: 'https://docs.example.com', headers: { a: 'b' }, headersFrom: secret }),
    ],
  });
  const agent = CodingAgent.custom('registry.example.com/agent', { credentials: Credentials.apiKey(secret), model: 'opus', effort: 'high', agentConfigs: [config], podOverrides: { nodeSelector: { disk: 'fast' } } });
  new Task(chart, 'own', {
    agent,
    prompt: 'Do it.',
    workspace,
    branch: 'fix',
    dependsOn: [Task.fromTaskName('plan')],
    ttlAfterFinished: Duration.days(1),
    upstreamRepo: 'acme/shop',
    podFailurePolicy: { rules: [{ action: 'Ignore' }] },
  });
  new Task(chart, 'pooled', { agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm'), { model: 'opus', effort: 'high' }), prompt: 'Do it.' });
  new WorkerPool(chart, 'warm', { agent, workspace, volume: VolumeClaim.ofSize(Size.gibibytes(1)), replicas: 2 });
  new TaskPipeline(chart, 'audit', {
    stages: [
      { name: 'look', agent, workspace, branch: 'audit', matrix: [{ service: 'cart' }], prompt: 'Look.' },
      { name: 'report', agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm')), prompt: 'Report.' },
    ],
  });
  new Session(chart, 'pair', {
    agent,
    workspace,
    initialPrompt: 'Look around.',
    initialBranch: 'fix',
    volume: VolumeClaim.ofSize(Size.gibibytes(1)),
    suspend: true,
    idlePolicy: { suspendAfter: Duration.hours(1), deleteAfter: Duration.days(1) },
  });
  new WebhookGateway(chart, 'github', { source: WebhookSource.github(secret, { apiBaseUrl: 'https://ghe.example.com/api/v3', credentials: GitCredentials.token(secret) }) });
  new WebhookGateway(chart, 'linear', { source: WebhookSource.linear(secret) });
  new WebhookGateway(chart, 'generic', { source: WebhookSource.generic() });
  new TaskBudget(chart, 'daily', {
    tasks: TaskSelector.labels({ a: 'b' }).and(TaskSelector.labelIn('c', ['d'])),
    window: BudgetWindow.daily('Europe/Berlin'),
    maxCost: Cost.usd(1),
    maxInputTokens: 1,
    maxOutputTokens: 1,
  });

  const objects: { kind: string; spec: unknown }[] = chart.toJson();
  for (const [kind, text] of Object.entries(specSchemaTexts()).filter(([name]) => !WITHOUT_L2.includes(name))) {
    const schema = JSON.parse(text) as StructuralSchema;
    const reached = new Set(objects.filter((object) => object.kind === kind).flatMap(({ spec }) => pathsOf(spec, 'spec')));
    const known = [...fieldsOf(schema, 'spec')].filter((path) => kind !== 'Task' || !DEPRECATED.some((name) => path === `spec.${name}` || path.startsWith(`spec.${name}.`) || path.startsWith(`spec.${name}[`)));
    expect(known.filter((path) => !reached.has(path))).toEqual([]);
  }
});

function* fieldsOf({ properties = {}, items }: StructuralSchema, path: string): Generator<string> {
  for (const [name, field] of Object.entries(properties)) {
    yield `${path}.${name}`;
    if (!PASSED_ON.includes(`${path}.${name}`)) yield* fieldsOf(field, `${path}.${name}`);
  }
  if (items) yield* fieldsOf(items, `${path}[]`);
}

function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => pathsOf(item, `${path}[]`))];
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, `${path}.${name}`))];
}
