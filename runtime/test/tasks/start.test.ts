import type { AgentConfig, Condition, Task, TaskSpec, TaskStatus, Workspace } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { dataToAwait, dataToRead } from '../../src/tasks/gates/referenced-data.ts';
import { literal } from '../../src/tasks/pod/literal.ts';
import { planNameTaken, planRefusedCreation, planStart, type RefusalPlan } from '../../src/tasks/start.ts';
import type { TaskFacts } from '../../src/tasks/task-facts.ts';
import { aJob, aTask, facts, now } from './task-fixtures.ts';

interface Scene {
  spec?: Partial<TaskSpec>;
  status?: TaskStatus;
  workspace?: Workspace['spec'];
  config?: AgentConfig['spec'];
  data?: Record<string, Record<string, string>>;
  tasks?: Task[];
}

function scene({ spec, status, workspace, config, data = {}, tasks = [] }: Scene): TaskFacts {
  const task = aTask({ spec, status });
  return facts({
    task,
    ...(workspace ? { workspace: { metadata: { name: 'shop' }, spec: workspace } } : {}),
    agentConfig: (name) => (config && name === 'tools' ? { metadata: { name }, spec: config } : undefined),
    taskNamed: (name) => [task, ...tasks].find(({ metadata }) => metadata.name === name),
    read: (kind, name) => data[`${kind}/${name}`],
  });
}

const key: Partial<TaskSpec> = { credentials: { type: 'api-key', secretRef: { name: 'claude' } } };
const shop: Partial<TaskSpec> = { workspaceRef: { name: 'shop' } };
const tools: Partial<TaskSpec> = { agentConfigRefs: [{ name: 'tools' }] };
const repo = 'https://github.com/acme/shop';
const upstream = (status?: TaskStatus) => [aTask({ name: 'plan', status })];
const mcp = (env: NonNullable<NonNullable<NonNullable<AgentConfig['spec']>['mcpServers']>[number]['env']>) => ({ mcpServers: [{ name: 'gh', type: 'stdio' as const, command: 'x', env }] });

test.each<{ it: string } & Scene & { reason: string; message: string }>([
  { it: 'a WorkerPool', spec: { workerPoolRef: { name: 'pool' } }, reason: 'WorkerPoolUnsupported', message: 'Waiting for WorkerPool "pool": this operator does not serve WorkerPools; use spec.worker instead' },
  { it: 'a dependency that is not there', spec: { dependsOn: ['plan'] }, reason: 'DependencyMissing', message: 'Waiting for dependency "plan" to be created' },
  { it: 'a dependency nobody has looked at', spec: { dependsOn: ['plan'] }, tasks: upstream(), reason: 'DependencyUnfinished', message: 'Waiting for dependency "plan"' },
  { it: 'a dependency that runs', spec: { dependsOn: ['plan'] }, tasks: upstream({ phase: 'Running' }), reason: 'DependencyUnfinished', message: 'Waiting for dependency "plan"' },
  { it: 'a Workspace', spec: shop, reason: 'WorkspaceMissing', message: 'Waiting for Workspace "shop" to be created' },
  { it: 'a Workspace that names no repository', spec: shop, workspace: {} as Workspace['spec'], reason: 'WorkspaceIncomplete', message: 'Waiting for Workspace "shop" to get a spec.repo' },
  { it: 'an AgentConfig', spec: tools, reason: 'AgentConfigMissing', message: 'Waiting for AgentConfig "tools" to be created' },
  { it: 'the Secret of its credentials', spec: key, reason: 'SecretMissing', message: 'Waiting for Secret "claude" to be created' },
  { it: 'the key in it', spec: key, data: { 'Secret/claude': { 'api-key': 'x' } }, reason: 'SecretKeyMissing', message: 'Waiting for Secret "claude" to have the key ANTHROPIC_API_KEY' },
  { it: 'the token of its repository', spec: shop, workspace: { repo, secretRef: { name: 'gh' } }, reason: 'SecretMissing', message: 'Waiting for Secret "gh" to be created' },
  {
    it: 'a token of the GitHub App of its repository',
    spec: shop,
    workspace: { repo, secretRef: { name: 'gh' } },
    data: { 'Secret/gh': { appID: '1', installationID: '2', privateKey: 'k' } },
    reason: 'GitHubTokenPending',
    message: 'Waiting for a token of the GitHub App in Secret "gh"',
  },
  {
    it: 'a part of the App',
    spec: shop,
    workspace: { repo, secretRef: { name: 'gh' } },
    data: { 'Secret/gh': { appID: '1', installationID: '2' } },
    reason: 'SecretKeyMissing',
    message: 'Waiting for Secret "gh" to have the key GITHUB_TOKEN; or appID, installationID and privateKey of a GitHub App; or username and password; or ssh-privatekey and known_hosts',
  },
  {
    it: 'the keys of the host beside that for SSH',
    spec: shop,
    workspace: { repo: 'git@git.example.com:acme/shop.git', secretRef: { name: 'gh' } },
    data: { 'Secret/gh': { 'ssh-privatekey': 'k' } },
    reason: 'SecretKeyMissing',
    message: 'Waiting for Secret "gh" to have the key known_hosts beside ssh-privatekey: the public keys of the git host, which its documentation names',
  },
  {
    it: 'a Workspace of a GitHub App that names no repository of an owner',
    spec: shop,
    workspace: { repo: 'https://github.com/', secretRef: { name: 'gh' } },
    data: { 'Secret/gh': { appID: '1', installationID: '2', privateKey: 'k' } },
    reason: 'GitHubTokenFailed',
    message: 'Waiting for a token of the GitHub App in Secret "gh": spec.repo of Workspace "shop" names no owner and repository',
  },
  { it: 'a token for a skill that is not empty', spec: tools, config: { skills: [{ source: 'o/r', secretRef: { name: 's' } }] }, data: { 'Secret/s': { GITHUB_TOKEN: '' } }, reason: 'SecretKeyMissing', message: 'Waiting for Secret "s" to have the key GITHUB_TOKEN; it is empty' },
  { it: 'a ConfigMap of an MCP server', spec: tools, config: mcp([{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }]), reason: 'ConfigMapMissing', message: 'Waiting for ConfigMap "c" to be created' },
  { it: 'a key of it', spec: tools, config: mcp([{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }]), data: { 'ConfigMap/c': {} }, reason: 'ConfigMapKeyMissing', message: 'Waiting for ConfigMap "c" to have the key k' },
])('a Task waits for $it', ({ reason, message, ...given }) => {
  const condition = { type: 'Admitted', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:10:00Z', observedGeneration: 1 };
  expect(planStart(scene(given))).toEqual({ status: { phase: 'Waiting', message, conditions: [condition] }, why: message });
});

test('a Task that waits for the same thing is not written again', () => {
  const message = 'Waiting for Workspace "shop" to be created';
  expect(planStart(scene({ spec: shop, status: { phase: 'Waiting', message } }))).toEqual({ why: message });
});

describe('while the server is busy', () => {
  const waits = 'Waiting for dependency "plan"';
  const created = { creationTimestamp: '2026-01-01T00:09:57Z' };
  const gated: Scene = { spec: { dependsOn: ['plan'] }, tasks: upstream() };
  const busy = (given: Scene, metadata: Partial<Task['metadata']>, more: Partial<TaskFacts> = {}): TaskFacts => {
    const facts = scene(given);
    return { ...facts, ...more, serverIsBusy: true, task: { ...facts.task, metadata: { ...facts.task.metadata, ...metadata } } };
  };
  const branch = { waiting: [], holders: [{ taskName: 'other' }] };

  test('what others are about to end is told later', () => {
    expect(planStart(busy(gated, created))).toEqual({ why: waits, requeueAfterMs: 2_000 });
    expect(planStart(busy({ spec: { branch: 'b' } }, created, { branch }))).toEqual({ why: 'Waiting for branch "b" (locked by other)', requeueAfterMs: 2_000 });
  });

  test('who holds the branch and counts as gone before that is not waited for longer', () => {
    const going = { waiting: [], holders: [{ taskName: 'other', goneAt: new Date('2026-01-01T00:10:01Z') }] };
    expect(planStart(busy({ spec: { branch: 'b' } }, created, { branch: going })).requeueAfterMs).toBe(1_000);
  });

  test('what is told late is told since the Task was made', () => {
    const madeAt = '2026-01-01T00:09:55Z';
    expect(planStart(busy(gated, { creationTimestamp: madeAt })).status?.conditions).toMatchObject([{ type: 'Admitted', status: 'False', lastTransitionTime: madeAt }]);
  });

  test.each<{ it: string; facts: TaskFacts; reason: string }>([
    { it: 'it has waited for five seconds', facts: busy(gated, { creationTimestamp: '2026-01-01T00:09:55Z' }), reason: 'DependencyUnfinished' },
    { it: 'the clocks do not agree', facts: busy(gated, { creationTimestamp: '2026-01-01T00:10:01Z' }), reason: 'DependencyUnfinished' },
    { it: 'it waits for what may never come', facts: busy({ spec: { dependsOn: ['plan'] } }, created), reason: 'DependencyMissing' },
    { it: 'others on its branch look at what it waits for', facts: busy({ ...gated, spec: { dependsOn: ['plan'], branch: 'b' } }, created, { branch }), reason: 'DependencyUnfinished' },
    { it: 'others of its TaskSpawner do', facts: busy(gated, created, { slot: { spawner: 's', limit: 1, atWork: 0, ahead: 0, others: 0 } }), reason: 'DependencyUnfinished' },
    { it: 'something else was told before', facts: busy({ ...gated, status: { phase: 'Waiting', message: 'x' } }, created), reason: 'DependencyUnfinished' },
  ])('it is told at once when $it', ({ facts, reason }) => {
    expect(planStart(facts).status).toMatchObject({ phase: 'Waiting', conditions: [{ reason }] });
  });
});

test('a message without the phase is written with it', () => {
  const message = 'Waiting for Workspace "shop" to be created';
  expect(planStart(scene({ spec: shop, status: { message } })).status).toMatchObject({ phase: 'Waiting', message });
});

test('a circle among others is theirs to report', () => {
  const others = [aTask({ name: 'a', spec: { dependsOn: ['b'] } }), aTask({ name: 'b', spec: { dependsOn: ['a'] } })];
  expect(planStart(scene({ spec: { dependsOn: ['a'] }, tasks: others })).why).toBe('Waiting for dependency "a"');
});

test('a Task that waits for something else says so, and since when it waits', () => {
  const since = '2026-01-01T00:00:00Z';
  const waiting: TaskStatus = { phase: 'Waiting', message: 'x', conditions: [{ type: 'Admitted', status: 'False', reason: 'AgentConfigMissing', message: 'x', lastTransitionTime: since }] };
  expect(planStart(scene({ spec: shop, status: waiting })).status?.conditions).toMatchObject([{ reason: 'WorkspaceMissing', lastTransitionTime: since }]);
});

const cycle = [aTask({ name: 'a', spec: { dependsOn: ['b'] } }), aTask({ name: 'b', spec: { dependsOn: ['fix'] } })];
test.each<{ it: string } & Scene & { reason: string; message: string; event?: { reason: string; message: string } }>([
  { it: 'the lack of a spec', spec: { type: undefined, credentials: undefined, prompt: '' }, reason: 'SpecMissing', message: 'Task has no spec, so nothing says which agent is to do what; delete it and create it with one' },
  { it: 'a dependency that failed', spec: { dependsOn: ['plan'] }, tasks: upstream({ phase: 'Failed' }), reason: 'DependencyFailed', message: 'Dependency "plan" failed' },
  { it: 'itself', spec: { dependsOn: ['fix'] }, reason: 'DependencyCycle', message: 'Circular dependency detected: cycle involves "fix": fix → fix', event: { reason: 'DependencyFailed', message: 'Circular dependency detected' } },
  { it: 'a circle', spec: { dependsOn: ['a'] }, tasks: cycle, reason: 'DependencyCycle', message: 'Circular dependency detected: cycle involves "fix": fix → a → b → fix', event: { reason: 'DependencyFailed', message: 'Circular dependency detected' } },
  { it: 'a template with a mistake, before it waits', spec: { dependsOn: ['plan'], prompt: 'Do\n{{ Deps }}' }, reason: 'TemplateFailed', message: 'Prompt is a template that cannot be rendered, line 2, column 4: there is no function "Deps"; there are and, call, eq, ge, gt, html, index, js, le, len or 9 more; a variable begins with a dot: .Deps' },
  { it: 'a template over a Task that it does not depend on', spec: { dependsOn: ['plan'], prompt: 'Do\n{{ index .Deps "plna" }}' }, tasks: upstream({ phase: 'Succeeded' }), reason: 'TemplateFailed', message: 'Prompt is a template that cannot be rendered, line 2, column 4: there is no value here; correct the name, or ask first: {{with …}}{{.}}{{end}}' },
  { it: 'a template over what was not left', spec: { dependsOn: ['plan'], prompt: 'Do {{ .Deps.plan.Results.branch }}' }, tasks: upstream({ phase: 'Succeeded', results: { commit: 'c' } }), reason: 'TemplateFailed', message: 'Prompt is a template that cannot be rendered, line 1, column 7: there is no .branch; there is commit' },
  { it: 'a Pod that cannot be built', spec: { podOverrides: { volumes: [{ name: 'workspace' }] } }, reason: 'JobBuildFailed', message: 'Failed to build Job: podOverrides.volumes: volume name "workspace" is reserved' },
  { it: 'a path out of the repository', spec: shop, workspace: { repo, files: [{ path: '../x', content: '' }] }, reason: 'JobBuildFailed', message: 'Failed to build Job: invalid workspace file path "../x": path escapes repository root' },
  { it: 'plugins that are too big', spec: tools, config: { plugins: [{ name: 'p', skills: [{ name: 's', content: 'x'.repeat(921_601) }] }] }, reason: 'PluginConfigMapFailed', message: 'Failed to build plugin ConfigMap: plugin content totals 921601 bytes, exceeding the 921600 byte ConfigMap budget; reduce skill/agent content size' },
  { it: 'a source that no MCP server can have', spec: tools, config: mcp([{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }]), reason: 'MCPSecretFailed', message: 'Failed to resolve MCP server secret: MCP server "gh": env "A" valueFrom only supports secretKeyRef and configMapKeyRef' },
])('a Task is refused for $it', ({ reason, message, event = { reason, message }, ...given }) => {
  const condition = { type: 'Admitted', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:10:00Z', observedGeneration: 1 };
  expect(planStart(scene(given))).toEqual({
    status: { phase: 'Failed', message, completionTime: '2026-01-01T00:10:00Z', conditions: [condition] },
    events: [{ type: 'Warning', ...event }],
  });
});

test.each<{ it: string } & Scene>([
  { it: 'no wishes' },
  { it: 'everything it names', spec: { ...key, ...shop, ...tools, dependsOn: ['plan'] }, workspace: { repo }, config: {}, tasks: upstream({ phase: 'Succeeded' }), data: { 'Secret/claude': { ANTHROPIC_API_KEY: 'k' } } },
  { it: 'an empty key, which may be meant', spec: key, data: { 'Secret/claude': { ANTHROPIC_API_KEY: '' } } },
  { it: 'a diamond of dependencies', spec: { dependsOn: ['b', 'c'] }, tasks: [aTask({ name: 'b', spec: { dependsOn: ['a'] }, status: { phase: 'Succeeded' } }), aTask({ name: 'c', spec: { dependsOn: ['a'] }, status: { phase: 'Succeeded' } }), aTask({ name: 'a', status: { phase: 'Succeeded' } })] },
  { it: 'an optional key that is missing', spec: tools, config: mcp([{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } }]) },
])('a Task with $it gets its finalizer, and then its Job', (given) => {
  const { writes = [], ...rest } = planStart(scene(given));
  expect(rest).toEqual({});
  expect(writes.map((write) => [write.verb, write.resource.kind])).toEqual([['mergePatch', 'Task'], ...(given.config?.mcpServers ? [['create', 'Secret']] : []), ['create', 'Job']]);
});

test('a prompt is rendered over what the dependencies left, and once', () => {
  const prompt = '{{.Deps.plan.Name}}: {{range .Deps.plan.Outputs}}[{{.}}]{{end}} {{index .Deps "plan" "Results" "commit"}}{{index .Deps "plan" "Results" "pr"}}';
  const tasks = upstream({ phase: 'Succeeded', outputs: ['commit: {{.x}}'], results: { commit: '{{.x}}' } });
  const { writes = [] } = planStart(scene({ spec: { dependsOn: ['plan'], prompt }, tasks }));
  expect(writes.at(-1)).toMatchObject({ object: { spec: { template: { spec: { containers: [{ args: ['plan: [commit: {{.x}}] {{.x}}'] }] } } } } });
});

test.each([
  { it: 'without dependencies', spec: {}, prompt: 'Use ${{ secrets.X }}' },
  { it: 'without an action', spec: { dependsOn: ['plan'] }, prompt: `}} ${'x'.repeat(70_000)}` },
])('a prompt $it is given as it is', ({ spec, prompt }) => {
  const { writes = [] } = planStart(scene({ spec: { ...spec, prompt }, tasks: upstream({ phase: 'Succeeded' }) }));
  expect(writes.at(-1)).toMatchObject({ object: { spec: { template: { spec: { containers: [{ args: [literal(prompt)] }] } } } } });
});

test('a branch without a Workspace is warned of, and runs', () => {
  const message = 'Branch "b" is set but workspaceRef is not configured, branch checkout will be skipped';
  expect(planStart(scene({ spec: { branch: 'b' } }))).toMatchObject({ writes: [{}, {}], events: [{ type: 'Warning', reason: 'BranchWithoutWorkspace', message }] });
  expect(planStart(scene({ spec: { ...shop, branch: 'b' }, workspace: { repo } })).events).toBeUndefined();
});

test('what the Job mounts is there before it', () => {
  const config = { plugins: [{ name: 'p', skills: [{ name: 's', content: 'c' }] }], ...mcp([{ name: 'A', value: '1' }]) };
  const { writes = [] } = planStart(scene({ spec: { ...tools, prompt: 'x'.repeat(100_000) }, config }));
  expect(writes.map(({ resource }) => resource.kind)).toEqual(['Task', 'ConfigMap', 'ConfigMap', 'Secret', 'Job']);
});

test('a finalizer that is there is not added again, but the Task is asked for under its version', () => {
  const task = aTask({ finalizers: ['kelos.dev/finalizer', 'other.io/x'] });
  const { writes = [] } = planStart(facts({ task }));
  expect(writes[0]).toMatchObject({ verb: 'mergePatch', patch: { metadata: { uid: 'uid-of-fix', resourceVersion: '7', finalizers: ['kelos.dev/finalizer', 'other.io/x'] } } });
  expect(writes.map(({ resource }) => resource.kind)).toEqual(['Task', 'Job']);
});

describe('what is read from the API', () => {
  const named: Scene = { spec: { ...key, ...shop }, workspace: { repo, secretRef: { name: 'gh' } } };
  const names = (given: TaskFacts) => dataToRead(given).map(({ kind, name }) => `${kind}/${name}`);

  test.each<{ it: string; given: TaskFacts; reads: string[] }>([
    { it: 'each Secret once, when a Task can start', given: scene({ ...named, workspace: { repo, secretRef: { name: 'claude' } } }), reads: ['Secret/claude'] },
    { it: 'nothing while the Workspace is missing', given: scene({ spec: { ...key, ...shop } }), reads: [] },
    { it: 'nothing while an AgentConfig is missing', given: scene({ spec: { ...key, ...tools } }), reads: [] },
    { it: 'nothing once there is a Job', given: { ...scene(named), job: aJob() }, reads: [] },
    { it: 'nothing for a Task that runs', given: scene({ ...named, status: { phase: 'Running' } }), reads: [] },
    { it: 'nothing for a Task that ended', given: scene({ ...named, status: { phase: 'Failed' } }), reads: [] },
    { it: 'nothing for a Task of a pool', given: scene({ spec: { workerPoolRef: { name: 'p' } } }), reads: [] },
    { it: 'nothing for what can never be resolved', given: scene({ spec: tools, config: mcp([{ name: 'A', valueFrom: {} }]) }), reads: [] },
  ])('is $it', ({ given, reads }) => {
    expect(names(given)).toEqual(reads);
  });

  test('is watched only where it is not as it has to be', () => {
    expect(dataToAwait(scene({ ...named, data: { 'Secret/claude': { ANTHROPIC_API_KEY: 'k' } } })).map(({ name }) => name)).toEqual(['gh']);
  });
});

interface Refusal {
  it: string;
  status?: TaskStatus;
  code: number;
  expected: RefusalPlan;
}

const admitted = (reason: string, message: string): Condition[] => [{ type: 'Admitted', status: 'False', reason, message, lastTransitionTime: '2026-01-01T00:10:00Z', observedGeneration: 1 }];
const awaited = 'Waiting for the API server to take Job "fix": no room';
const failed = 'Failed to build Job: the API server refuses it, no room';

test.each<Refusal>([
  {
    it: 'what may be taken another time is waited for, and asked again', code: 403,
    expected: { plan: { status: { phase: 'Waiting', message: awaited, conditions: admitted('CreationRefused', awaited) }, why: awaited, events: [{ type: 'Warning', reason: 'CreationRefused', message: awaited }] }, asksAgain: true },
  },
  { it: 'what was said already is not said again', status: { phase: 'Waiting', message: awaited }, code: 403, expected: { plan: { why: awaited }, asksAgain: true } },
  {
    it: 'what is not valid stays so, and the Task has failed', code: 422,
    expected: {
      plan: { status: { phase: 'Failed', message: failed, completionTime: '2026-01-01T00:10:00Z', conditions: admitted('JobBuildFailed', failed) }, events: [{ type: 'Warning', reason: 'JobBuildFailed', message: failed }] },
      asksAgain: false,
    },
  },
  { it: 'a Task that runs goes on, and what it lacks is asked for again', status: { phase: 'Running' }, code: 422, expected: { plan: { why: 'no room' }, asksAgain: true } },
])('of what the server would not make: $it', ({ status, code, expected }) => {
  expect(planRefusedCreation({ task: aTask({ status }), now }, { kind: 'Job', name: 'fix', code, why: 'no room' })).toEqual(expected);
});

describe('a name that is taken', () => {
  test('by somebody else refuses the Task', () => {
    const message = 'Job "fix" already exists and does not belong to this Task; delete it or give the Task another name';
    expect(planNameTaken({ task: aTask(), now }, 'Job', aJob({ ownerReferences: [] }))).toMatchObject({ status: { phase: 'Failed', message }, events: [{ reason: 'JobNameTaken', message }] });
  });

  test.each([
    { it: 'by what an earlier Task of this name left', leftover: aJob({ ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', name: 'fix', uid: 'earlier', controller: true }] }) },
    { it: 'by what is being deleted', leftover: aJob({ ownerReferences: [], deletionTimestamp: '2026-01-01T00:09:00Z' }) },
  ])('$it is waited for', ({ leftover }) => {
    expect(planNameTaken({ task: aTask(), now }, 'Job', leftover)).toMatchObject({ status: { phase: 'Waiting', message: 'Waiting for the old Job "fix" to be gone' }, requeueAfterMs: 2_000 });
  });
});
