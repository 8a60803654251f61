import type { Chart } from 'cdk8s';
import { CodingAgent, Credentials, type EventTrigger, GitHubReporting, type GitHubStateLabels, TaskSpawner, Trigger, Workspace } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';
import { refusedTrigger, spawnerOf } from './spawner-of';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const workspace = Workspace.fromWorkspaceName('shop');
const all = { running: 'agent/running', succeeded: 'agent/done', failed: 'agent/failed' };
const told = { 'taskwright.dev/github-reactions': 'true', 'taskwright.dev/github-labels': '{"running":"agent/running","succeeded":"agent/done","failed":"agent/failed"}' };

const annotated = (trigger: EventTrigger, annotations?: Record<string, string>) => (chart: Chart) => {
  new TaskSpawner(chart, 'workers', { metadata: { name: 'workers', ...(annotations && { annotations }) }, trigger, agent, workspace, prompt: 'Do it.' });
};

function rendered(when: object, annotations: Record<string, string>): object[] {
  const worker = { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } };
  return [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', metadata: { name: 'workers', annotations }, spec: { when, taskTemplate: { promptTemplate: 'Do it.', worker } } }];
}

describe('reactions and labels', () => {
  const reporting = [GitHubReporting.reactions(), GitHubReporting.labels(all)];

  test.each<{ it: string; trigger: EventTrigger; when: object }>([
    { it: 'issues', trigger: Trigger.githubIssues({ reporting }), when: { githubIssues: {} } },
    { it: 'pull requests', trigger: Trigger.githubPullRequests({ reporting }), when: { githubPullRequests: {} } },
    { it: 'webhooks', trigger: Trigger.githubWebhook({ events: ['issues'], reporting }), when: { githubWebhook: { events: ['issues'] } } },
    { it: 'issues, beside comments', trigger: Trigger.githubIssues({ reporting: [...reporting, GitHubReporting.comments()] }), when: { githubIssues: { reporting: { comments: {} } } } },
  ])('of $it are annotations of the TaskSpawner', ({ trigger, when }) => {
    expectSynth(annotated(trigger), rendered(when, told));
  });

  test('stand beside the annotations of the program', () => {
    expectSynth(annotated(Trigger.githubIssues({ reporting }), { team: 'shop', 'taskwright.dev/github-reactions': 'true' }), rendered({ githubIssues: {} }, { ...told, team: 'shop' }));
  });

  test('are said once', () => {
    const reactions = [GitHubReporting.reactions()];
    expectSynth(annotated(Trigger.githubIssues({ reporting: reactions }), { 'taskwright.dev/github-reactions': 'false' }), refusedTrigger('.reporting: says the same thing twice; annotation taskwright.dev/github-reactions is set too; keep one of them'));
    expectSynth(spawnerOf(Trigger.githubIssues({ reporting: [...reactions, ...reactions] })), refusedTrigger('.reporting[1]: says the same thing twice, got GitHubReporting.reactions; keep one of them'));
  });

  test.each<[states: GitHubStateLabels, text: string]>([
    [{ running: 'a' }, '{"running":"a"}'],
    [{ failed: 'b', succeeded: 'a' }, '{"succeeded":"a","failed":"b"}'],
    [{ running: 'x'.repeat(50) }, `{"running":"${'x'.repeat(50)}"}`],
  ])('may be labels of some states: %j', (states, text) => {
    expectSynth(annotated(Trigger.githubIssues({ reporting: [GitHubReporting.labels(states)] })), rendered({ githubIssues: {} }, { 'taskwright.dev/github-labels': text }));
  });

  test.each<{ it: string; states: GitHubStateLabels; lines: string[] }>([
    { it: 'no state', states: {}, lines: [": is missing; name a label of one state, for example { running: 'agent/running' }"] },
    { it: 'no text', states: { running: '' }, lines: ['.running: does not have the right form, got ""; a label is a text without spaces around it'] },
    { it: 'a space behind a label', states: { failed: 'no ' }, lines: ['.failed: does not have the right form, got "no "; a label is a text without spaces around it'] },
    { it: 'a label that is too long', states: { succeeded: 'x'.repeat(51) }, lines: ['.succeeded: is too long, got 51 characters; at most 50'] },
    { it: 'one label for two states', states: { running: 'agent', failed: 'Agent' }, lines: ['.failed: is used twice, got "Agent"; it is the label of running too; rename one of them'] },
    { it: 'labels without the compiler', states: 'agent' as never, lines: [": has the wrong type, got a string; it has to be labels; pass { running: 'agent/running' }"] },
    { it: 'a number without the compiler', states: { running: 1 as never }, lines: ['.running: has the wrong type, got a number; it has to be a text'] },
  ])('are refused for $it', ({ states, lines }) => {
    expectSynth(spawnerOf(Trigger.githubIssues({ reporting: [GitHubReporting.labels(states)] })), refusedTrigger(...lines.map((line) => `.reporting[0]${line}`)));
  });

  test('are asked for by what they are', () => {
    expect(reporting.map(({ kind }) => kind)).toEqual(['reactions', 'labels']);
  });
});
