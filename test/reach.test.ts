import { App, Chart, Duration, Size } from 'cdk8s';
import {
  AgentConfig, AgentHarness, AgentMemory, BudgetWindow, CodingAgent, type CommentPolicy, ContextSource, Cost, Credentials, EnvValue, type EventTrigger, type ForgePollingOptions, ForgeReporting, GitCredentials, type GitHubPollingOptions, type GitHubPullRequestCriteria, GitHubReporting, GitHubWebhookFilter, LiteLlmConfig, McpRuntime, McpServer, McpService, MemoryScope, MemoryTools, ModelApi, ModelBackend, Plugin, SecretRef, ServiceAgent, Session, SessionSpawner, Skill, Task, TaskBudget, TaskPipeline, TaskSelector, TaskSpawner, Telemetry, ToolCalls, Trigger, VolumeClaim, WebhookFilter, WebhookGateway, WebhookSource, WorkerPool, Workspace,
} from 'cdk8s-taskwright';
import { expect, test } from 'vitest';
import { type StructuralSchema, specSchemaTexts } from '../src/private/schemas';

const secret = SecretRef.fromName('secret');

/** The older place of what `worker` says now. L1 reaches it. */
const DEPRECATED = ['agentConfigRefs', 'credentials', 'image', 'podOverrides', 'type', 'workspaceRef'];

const REPORTING = ['githubIssues', 'githubPullRequests', 'githubWebhook'].map((source) => `spec.when.${source}.reporting`);

const FILTERS = [
  'spec.when.githubWebhook.filters[].bodyContains',
  ...['bodyContains', 'excludeAuthors', 'excludeLabels', 'excludeBodyPatterns', 'filePatterns'].map((name) => `spec.when.githubWebhook.excludeFilters[].${name}`),
];

/** By kind: what is deprecated, and what the server refuses where it is. */
const NOT_REACHED: { readonly [kind: string]: readonly string[] } = {
  Task: DEPRECATED.map((name) => `spec.${name}`),
  TaskSpawner: [
    ...DEPRECATED.map((name) => `spec.taskTemplate.${name}`),
    ...REPORTING.map((path) => `${path}.enabled`),
    'spec.when.githubIssues.reporting.checks',
    ...FILTERS,
  ],
  SessionSpawner: ['spec.when.githubWebhook.reporting', ...FILTERS],
};

/** Types of Kubernetes, which are passed on as they are. */
const PASSED_ON = ['spec.worker.podOverrides', 'spec.taskTemplate.worker.podOverrides', 'spec.taskTemplate.podFailurePolicy', 'spec.stages[].taskTemplate.worker.podOverrides', 'spec.volumeClaimTemplate', 'spec.sessionTemplate.worker.podOverrides', 'spec.sessionTemplate.volumeClaimTemplate', 'spec.podFailurePolicy', 'spec.mcpServers[].env[].valueFrom', 'spec.container.resources', 'spec.container.env[].valueFrom', 'spec.podSpec'];

/** TaskRecords are the operator's to write, since what was spent is nothing that a program asks for. A kind that is not named here has to be reached. */
const WITHOUT_L2 = ['TaskRecord'];

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
  new WebhookGateway(chart, 'github', { source: WebhookSource.github(secret, { apiBaseUrl: 'https://ghe.example.com/api/v3', credentials: GitCredentials.token(secret) }) });
  new WebhookGateway(chart, 'linear', { source: WebhookSource.linear(secret) });
  new WebhookGateway(chart, 'generic', { source: WebhookSource.generic({ secret }) });
  new TaskBudget(chart, 'daily', {
    tasks: TaskSelector.labels({ a: 'b' }).and(TaskSelector.labelIn('c', ['d'])),
    window: BudgetWindow.daily('Europe/Berlin'),
    maxCost: Cost.usd(1),
    maxInputTokens: 1,
    maxOutputTokens: 1,
  });

  const served = { image: 'a', command: ['a'], args: ['b'], env: { A: EnvValue.fromValue('a'), B: EnvValue.fromSecret(secret, 'b') }, resources: {}, podSpec: { containers: [] }, requestTimeout: Duration.seconds(1), telemetry: Telemetry.otlp('http://otel:4317') };
  const models = new ModelApi(chart, 'models', {
    ...served,
    backend: ModelBackend.proxy({
      models: ['*'],
      provider: 'openai',
      apiBase: 'https://api.example.com',
      apiKey: EnvValue.fromSecret(secret, 'key', { optional: true }),
      config: LiteLlmConfig.fromSecret(secret, 'config.yaml', { optional: true }),
    }),
  });
  new ModelApi(chart, 'plain', { backend: ModelBackend.proxy({ models: ['*'], apiKey: EnvValue.fromValue('x'), config: LiteLlmConfig.fromText('{}') }) });
  new ModelApi(chart, 'mapped', { backend: ModelBackend.proxy({ models: ['*'], apiKey: EnvValue.fromConfigMap({ name: 'llm' }, 'key', { optional: true }) }) });
  new ModelApi(chart, 'hosted', { backend: ModelBackend.hosted('smollm2:135m') });
  const tools = new McpService(chart, 'tools', { ...served, runtime: McpRuntime.python('x'), serviceAccount: { name: 'reader' } });
  new ServiceAgent(chart, 'helper', {
    ...served,
    modelApi: models,
    model: 'gpt-5',
    tools: [tools],
    peers: [ServiceAgent.fromServiceAgentName('planner')],
    exposed: true,
    description: 'Helps.',
    instructions: 'Help.',
    systemPrompt: 'You help.',
    maxSteps: 5,
    toolCalls: ToolCalls.AUTO,
    memory: AgentMemory.store('shared', {
      scope: MemoryScope.USER, defaultReadScope: MemoryScope.USER, readScopes: [MemoryScope.USER], tools: MemoryTools.ALL, tokenBudget: 1, rollingSummary: true, required: true,
    }),
    autonomous: { goal: 'x', interval: Duration.seconds(1), maxRoundTime: Duration.seconds(1) },
    backgroundTasks: { maxIterations: 1, maxTime: Duration.seconds(1), maxToolCalls: 1 },
    waitForDependencies: true,
    harness: AgentHarness.pi({ repo: 'https://github.com/acme/shop.git', branch: 'next', credentials: secret }),
  });
  new ServiceAgent(chart, 'forgetful', { modelApi: models, model: 'gpt-5', memory: AgentMemory.none() });
  new ServiceAgent(chart, 'local', { modelApi: models, model: 'gpt-5', memory: AgentMemory.local({ contextLimit: 1, maxSessions: 1, maxSessionEvents: 1 }) });

  const pool = Credentials.pool({ a: Credentials.apiKey(secret) });
  const reporting = [GitHubReporting.comments('Sticky')];
  const commentPolicy = { triggerComment: '/go', excludeComments: ['/stop'], allowedUsers: ['ann'], allowedTeams: ['acme/core'], minimumPermission: 'write' } satisfies CommentPolicy;
  const filePatterns = { include: ['a'], exclude: ['b'] };
  const polling = { repo: 'acme/shop', labels: ['a'], excludeLabels: ['b'], state: 'all', author: 'ann', excludeAuthors: ['bob'], commentPolicy, reporting, priorityLabels: ['a'], pollInterval: Duration.minutes(1) } satisfies GitHubPollingOptions;
  const spawner = (id: string, trigger: EventTrigger) => new TaskSpawner(chart, `${id}-events`, { trigger, agent, workspace, prompt: 'Do it.' });
  spawner('issues', Trigger.githubIssues({ ...polling, types: ['pulls'], assignee: '*' }));
  spawner('pulls', Trigger.githubPullRequests({ ...polling, draft: true, reviewState: 'approved', filePatterns, reporting: [...reporting, GitHubReporting.checks('x')] }));
  const { repo: _repo, state: _state, commentPolicy: _policy, reporting: _reporting, ...unspecific } = polling;
  const onForge = { ...unspecific, baseUrl: 'https://forge.example.com', reporting: [ForgeReporting.comments('Sticky')] } satisfies ForgePollingOptions;
  const onCommit = [...onForge.reporting, ForgeReporting.commitStatus('x')];
  const commands = { triggerComment: '/go', excludeComments: ['/stop'], allowedUsers: ['ann'] };
  const onGitLab = { ...onForge, project: 'acme/shops/web', state: 'closed' as const, commentPolicy: { ...commands, minimumAccessLevel: 'developer' as const } };
  const onGitea = { ...onForge, repo: 'acme/shop', state: 'closed' as const, commentPolicy: { ...commands, minimumPermission: 'write' as const } };
  spawner('gitlab-issues', Trigger.gitlabIssues({ ...onGitLab, assignee: '*' }));
  spawner('merge-requests', Trigger.gitlabMergeRequests({ ...onGitLab, draft: true, reviewState: 'approved', pipelineStatus: 'failed', filePatterns, reporting: onCommit }));
  spawner('gitea-issues', Trigger.giteaIssues({ ...onGitea, assignee: '*' }));
  spawner('gitea-pulls', Trigger.giteaPullRequests({ ...onGitea, draft: true, reviewState: 'approved', filePatterns, reporting: onCommit }));
  spawner('nightly', Trigger.cron('0 6 * * *'));
  const criteria = { action: 'opened', author: 'ann', branch: 'main', state: 'open', labels: ['a'], bodyPattern: 'x', pullRequestAuthor: 'ann' } satisfies GitHubPullRequestCriteria;
  const onGitHub = {
    repository: 'acme/shop',
    excludeAuthors: ['bot'],
    filters: [
      GitHubWebhookFilter.pullRequest({ ...criteria, excludeAuthors: ['bob'], excludeLabels: ['b'], excludeBodyPatterns: ['y'], draft: false, filePatterns }),
      GitHubWebhookFilter.issueComment({ commentOn: 'PullRequest' }),
      GitHubWebhookFilter.checkRun({ checkName: 'x', conclusion: 'failure' }),
      GitHubWebhookFilter.create({ tag: 'v1' }),
    ],
    excludeFilters: [
      GitHubWebhookFilter.pullRequest({ ...criteria, draft: true }),
      GitHubWebhookFilter.issueComment({ commentOn: 'Issue' }),
      GitHubWebhookFilter.checkRun({ checkName: 'x', conclusion: 'failure' }),
      GitHubWebhookFilter.everyEvent({ tag: 'v1' }),
    ],
    gateway: WebhookGateway.fromWebhookGatewayName('hooks'),
  };
  spawner('webhook', Trigger.githubWebhook({ ...onGitHub, reporting: [...reporting, GitHubReporting.checks('x')] }));
  const session = { workspace, initialPrompt: 'Look around.', initialBranch: 'fix', volume: VolumeClaim.ofSize(Size.gibibytes(1)), suspend: true, idlePolicy: { suspendAfter: Duration.hours(1), deleteAfter: Duration.days(1) } };
  new Session(chart, 'pair', { ...session, agent });
  new SessionSpawner(chart, 'pairs', { ...session, trigger: Trigger.githubWebhook(onGitHub), agent });
  new SessionSpawner(chart, 'pooled-pairs', { ...session, trigger: Trigger.githubWebhook(onGitHub), agent: CodingAgent.codex({ credentials: pool }) });
  const gateway = WebhookGateway.fromWebhookGatewayName('hooks');
  spawner('jira', Trigger.jira({ baseUrl: 'https://jira.example.com', project: 'SHOP', secret, jql: 'type = Bug', pollInterval: Duration.minutes(1) }));
  spawner('linear', Trigger.linearWebhook({ types: ['Issue'], filters: [{ type: 'Issue', action: 'create', states: ['Todo'], labels: ['a'], excludeLabels: ['b'] }], gateway }));
  spawner('slack', Trigger.slack({ channels: ['C0123ABCD'], excludeChannels: ['C1123ABCD'], triggers: [{ pattern: 'a', mentionOptional: true }], excludePatterns: ['b'], botMessagePolicy: 'None' }));
  spawner('any', Trigger.webhook({
    source: 'a', fieldMapping: { id: '$.id' }, filters: [WebhookFilter.equalTo('$.a', 'b'), WebhookFilter.matching('$.a', 'b')], excludeFilters: [WebhookFilter.equalTo('$.c', 'd'), WebhookFilter.matching('$.c', 'd')], gateway,
  }));
  new TaskSpawner(chart, 'everything', {
    trigger: Trigger.githubIssues(),
    agent,
    workspace,
    prompt: 'Do it.',
    branch: 'fix',
    nameTemplate: 'a',
    taskLabels: { a: 'b' },
    taskAnnotations: { a: 'b' },
    dependsOn: [Task.fromTaskName('plan')],
    ttlAfterFinished: Duration.days(1),
    upstreamRepo: 'acme/shop',
    podFailurePolicy: { rules: [{ action: 'Ignore' }] },
    contextSources: [ContextSource.http('a', {
      url: 'http://a.example.com', method: 'POST', headers: { a: 'b' }, headersFrom: [{ header: 'c', secret, key: 'd' }], body: '{}', githubApp: secret, githubApiUrl: 'https://api.example.com', jsonPath: '$.a',
      timeout: Duration.seconds(1), maxResponseBytes: 1, allowInsecure: true, failurePolicy: 'Ignore',
    })],
    maxConcurrency: 1,
    maxTotalTasks: 1,
    suspend: true,
  });
  new TaskSpawner(chart, 'pooled-credentials', { trigger: Trigger.githubIssues(), agent: CodingAgent.codex({ credentials: pool }), workspace });
  new TaskSpawner(chart, 'on-a-pool', { trigger: Trigger.githubIssues(), agent: CodingAgent.fromWorkerPool(WorkerPool.fromWorkerPoolName('warm'), { model: 'opus', effort: 'high' }) });

  const objects: { kind: string; spec: unknown }[] = chart.toJson();
  for (const [kind, text] of Object.entries(specSchemaTexts()).filter(([name]) => !WITHOUT_L2.includes(name))) {
    const schema = JSON.parse(text) as StructuralSchema;
    const reached = new Set(objects.filter((object) => object.kind === kind).flatMap(({ spec }) => pathsOf(spec, 'spec')));
    const known = [...fieldsOf(schema, 'spec')].filter((path) => !NOT_REACHED[kind]?.some((prefix) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`)));
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
