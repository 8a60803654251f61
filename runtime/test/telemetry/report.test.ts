import { readFileSync } from 'node:fs';
import { kinds } from '@taskwright/schema';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { Report } from '../../src/telemetry/report.ts';

const facts = { version: '1.2.0', k8sVersion: 'v1.36.2', environment: 'production' };

function reportOf(objects: readonly (readonly [plural: string, rest: object])[]) {
  const report = new Report();
  for (const { plural } of kinds) report.addKind(plural);
  for (const [index, [plural, rest]] of objects.entries()) report.add(plural, { metadata: { name: `n${index}`, namespace: 'dev', uid: `u${index}` }, ...rest } as KubeObject);
  return report.properties(facts);
}

const empty = {
  version: '1.2.0',
  k8s_version: 'v1.36.2',
  environment: 'production',
  tasks_total: 0,
  tasks_by_type: {},
  tasks_by_phase: {},
  sessions_total: 0,
  sessions_by_type: {},
  sessions_by_phase: {},
  taskspawners_total: 0,
  taskspawners_by_source: {},
  workerpools_total: 0,
  workerpools_by_phase: {},
  workerpools_desired_replicas: 0,
  workerpools_current_replicas: 0,
  workerpools_ready_replicas: 0,
  feature_task_spawners: false,
  feature_agent_configs: false,
  feature_workspaces: false,
  feature_source_types: [],
  scale_namespaces: 0,
  usage_total_cost_usd: 0,
  usage_total_input_tokens: 0,
  usage_total_output_tokens: 0,
  ...Object.fromEntries(kinds.map(({ plural }) => [`resources_${plural}`, 0])),
  $process_person_profile: false,
};

test('an empty cluster is reported with every number, and each of them is 0', () => {
  expect(reportOf([])).toEqual(empty);
});

test('what there is is counted by type and phase, and what is not a known word is unknown', () => {
  const worker = (type: string, phase?: string) => ({ spec: { worker: { type } }, status: { phase } });
  expect(reportOf([
    ['tasks', worker('codex', 'Running')],
    ['tasks', { spec: { type: 'codex' }, status: { phase: 'Waiting' } }],
    ['tasks', worker('acme', 'Lost')],
    ['tasks', {}],
    ['sessions', worker('opencode', 'Suspended')],
    ['sessions', worker('acme', 'Lost')],
    ['workerpools', { spec: { replicas: 3 }, status: { phase: 'Scaling', replicas: 2, readyReplicas: 1 } }],
    ['workerpools', {}],
    ['workspaces', {}],
    ['agentconfigs', { metadata: { name: 'a', namespace: 'other' } }],
    ['modelapis', {}],
  ])).toEqual({
    ...empty,
    tasks_total: 4,
    tasks_by_type: { codex: 2, unknown: 2 },
    tasks_by_phase: { Running: 1, Unknown: 2, Waiting: 1 },
    sessions_total: 2,
    sessions_by_type: { opencode: 1, unknown: 1 },
    sessions_by_phase: { Suspended: 1, Unknown: 1 },
    workerpools_total: 2,
    workerpools_by_phase: { Scaling: 1, Unknown: 1 },
    workerpools_desired_replicas: 4,
    workerpools_current_replicas: 2,
    workerpools_ready_replicas: 1,
    feature_agent_configs: true,
    feature_workspaces: true,
    scale_namespaces: 2,
    resources_tasks: 4,
    resources_sessions: 2,
    resources_workerpools: 2,
    resources_workspaces: 1,
    resources_agentconfigs: 1,
    resources_modelapis: 1,
  });
});

test('every source is counted by its name; with several triggers, none, or one that nobody knows it is unknown', () => {
  const members = ['githubIssues', 'githubPullRequests', 'githubWebhook', 'linearWebhook', 'webhook', 'cron', 'jira', 'slack', 'gitlabIssues', 'gitlabMergeRequests', 'giteaIssues', 'giteaPullRequests'];
  const named = ['cron', 'generic_webhook', 'gitea_issues', 'gitea_pull_requests', 'github_issues', 'github_pull_requests', 'github_webhook', 'gitlab_issues', 'gitlab_merge_requests', 'jira', 'linear_webhook', 'slack'];
  const whens = [...members.map((member) => ({ [member]: {} })), { cron: {} }, { cron: {}, jira: {} }, {}, { carrierPigeon: {} }];
  expect(reportOf([...whens.map((when) => ['taskspawners', { spec: { when } }] as const), ['taskspawners', {}]])).toEqual({
    ...empty,
    taskspawners_total: 17,
    taskspawners_by_source: { ...Object.fromEntries(named.map((name) => [name, 1])), cron: 2, unknown: 4 },
    feature_task_spawners: true,
    feature_source_types: named,
    scale_namespaces: 1,
    resources_taskspawners: 17,
  });
});

test('what a Task spent counts once: by its record, else by its usage, else by its results', () => {
  const { usage_total_cost_usd: cost, usage_total_input_tokens: input, usage_total_output_tokens: output } = reportOf([
    ['taskrecords', { spec: { taskRef: { name: 'gone', uid: 'gone' }, usage: { costUSD: '1500m', inputTokens: 1_000, outputTokens: 100 } } }],
    ['taskrecords', { spec: { taskRef: { name: 'a', uid: 'u2' }, usage: { costUSD: '250m', inputTokens: 2_000 } } }],
    ['tasks', { status: { usage: { costUSD: '9', inputTokens: 9, outputTokens: 9 } } }],
    ['tasks', { status: { usage: { costUSD: '100m', outputTokens: 10 }, results: { 'cost-usd': '9', 'input-tokens': '9' } } }],
    ['tasks', { status: { results: { cost_usd: '0.01', input_tokens: '30000', output_tokens: 'many' } } }],
    ['tasks', { status: { results: { 'cost-usd': '-1', 'output-tokens': '1' } } }],
  ]);
  expect({ cost, input, output }).toEqual({ cost: 1.86, input: 33_000, output: 111 });
});

test('the page that says what is sent says all of it, and no more', () => {
  const page = readFileSync(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8');
  const { properties } = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)![1]!);
  expect(Object.keys(properties)).toEqual(Object.keys(reportOf([])));
});
