import { App, Chart } from 'cdk8s';
import { CodingAgent, ContextSource, Credentials, type EventTrigger, ForgeReporting, GitHubReporting, GitHubWebhookFilter, TaskSpawner, type TaskSpawnerProps, Trigger, Workspace } from 'cdk8s-taskwright';
import { expect, test } from 'vitest';

/** What a program that is run without the compiler may pass. */
const MISFITS: readonly unknown[] = [null, 5, 'text', '', true, {}, [], [5], [null], [{}], ['a'], { a: 5 }, { a: null }, () => 1];

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const usual = { trigger: Trigger.githubIssues(), agent, workspace: Workspace.fromWorkspaceName('shop'), prompt: 'Do it.' };

type Make = (name: string, misfit: never) => Partial<TaskSpawnerProps>;
const triggered = (trigger: (options: never) => EventTrigger): Make => (name, misfit) => ({ trigger: trigger({ [name]: misfit } as never) });
const POLLING = ['repo', 'labels', 'excludeLabels', 'state', 'author', 'excludeAuthors', 'commentPolicy', 'priorityLabels', 'reporting', 'pollInterval'];

const FORGE_POLLING = [...POLLING.filter((name) => name !== 'repo'), 'baseUrl'];

const PLACES: readonly { readonly of: string; readonly make: Make; readonly names: readonly string[] }[] = [
  {
    of: 'a TaskSpawner',
    make: (name, misfit) => ({ [name]: misfit }),
    names: ['metadata', 'trigger', 'agent', 'workspace', 'prompt', 'branch', 'nameTemplate', 'taskLabels', 'taskAnnotations', 'ttlAfterFinished', 'ttlSecondsAfterFinished', 'upstreamRepo', 'podFailurePolicy', 'maxConcurrency', 'maxTotalTasks', 'suspend'],
  },
  { of: 'issues', make: triggered((options) => Trigger.githubIssues(options)), names: [...POLLING, 'types', 'assignee'] },
  { of: 'pull requests', make: triggered((options) => Trigger.githubPullRequests(options)), names: [...POLLING, 'draft', 'reviewState', 'filePatterns'] },
  { of: 'issues of GitLab', make: triggered((options) => Trigger.gitlabIssues(options)), names: [...FORGE_POLLING, 'project', 'assignee'] },
  { of: 'merge requests', make: triggered((options) => Trigger.gitlabMergeRequests(options)), names: [...FORGE_POLLING, 'project', 'draft', 'reviewState', 'pipelineStatus', 'filePatterns'] },
  { of: 'a comment policy of GitLab', make: triggered((commentPolicy) => Trigger.gitlabIssues({ commentPolicy })), names: ['triggerComment', 'excludeComments', 'allowedUsers', 'minimumAccessLevel'] },
  { of: 'issues of Gitea', make: triggered((options) => Trigger.giteaIssues(options)), names: [...FORGE_POLLING, 'repo', 'assignee'] },
  { of: 'pull requests of Gitea', make: triggered((options) => Trigger.giteaPullRequests(options)), names: [...FORGE_POLLING, 'repo', 'draft', 'reviewState', 'filePatterns'] },
  { of: 'a comment policy of Gitea', make: triggered((commentPolicy) => Trigger.giteaIssues({ commentPolicy })), names: ['triggerComment', 'excludeComments', 'allowedUsers', 'minimumPermission'] },
  { of: 'reporting on a forge', make: (_, misfit) => ({ trigger: Trigger.giteaPullRequests({ reporting: [ForgeReporting.commitStatus(misfit), ForgeReporting.comments(misfit)] }) }), names: ['statuses and comments'] },
  { of: 'a comment policy', make: triggered((commentPolicy) => Trigger.githubIssues({ commentPolicy })), names: ['triggerComment', 'excludeComments', 'allowedUsers', 'allowedTeams', 'minimumPermission'] },
  { of: 'file patterns', make: triggered((filePatterns) => Trigger.githubPullRequests({ filePatterns })), names: ['include', 'exclude'] },
  { of: 'webhooks', make: (name, misfit) => ({ trigger: Trigger.githubWebhook({ events: ['push'], [name]: misfit }) }), names: ['events', 'repository', 'excludeAuthors', 'filters', 'excludeFilters', 'reporting', 'gateway'] },
  {
    of: 'a filter',
    make: triggered((criteria) => Trigger.githubWebhook({ filters: [GitHubWebhookFilter.pullRequest(criteria)], excludeFilters: [GitHubWebhookFilter.pullRequest(criteria)] })),
    names: ['action', 'author', 'excludeAuthors', 'branch', 'tag', 'state', 'labels', 'excludeLabels', 'bodyPattern', 'excludeBodyPatterns', 'draft', 'pullRequestAuthor', 'filePatterns', 'commentOn', 'checkName', 'conclusion'],
  },
  { of: 'a schedule', make: (_, misfit) => ({ trigger: Trigger.cron(misfit) }), names: ['schedule'] },
  { of: 'reporting', make: (_, misfit) => ({ trigger: Trigger.githubPullRequests({ reporting: [GitHubReporting.checks(misfit), GitHubReporting.comments(misfit)] }) }), names: ['checks and comments'] },
  { of: 'reporting', make: (_, misfit) => ({ trigger: Trigger.githubIssues({ reporting: [GitHubReporting.labels(misfit)] }) }), names: ['labels'] },
  { of: 'reporting', make: (name, misfit) => ({ trigger: Trigger.githubIssues({ reporting: [GitHubReporting.labels({ [name]: misfit })] }) }), names: ['running', 'succeeded', 'failed'] },
  {
    of: 'a context source',
    make: (name, misfit) => ({ contextSources: [ContextSource.http('a', { url: 'https://a.example.com', [name]: misfit })] }),
    names: ['url', 'method', 'headers', 'headersFrom', 'body', 'githubApp', 'githubApiUrl', 'jsonPath', 'timeout', 'maxResponseBytes', 'allowInsecure', 'failurePolicy'],
  },
  { of: 'a context source', make: (_, misfit) => ({ contextSources: [ContextSource.http(misfit, { url: 'https://a.example.com' })], prompt: '{{.Context.a}}' }), names: ['name'] },
  { of: 'a pool of credentials', make: (_, misfit) => ({ agent: CodingAgent.claudeCode({ credentials: Credentials.pool(misfit) }) }), names: ['members'] },
];

test.each(PLACES.flatMap(({ of, make, names }) => names.map((name) => ({ of, make, name }))))('whatever $name of $of is, synth takes it or says what is wrong', ({ make, name }) => {
  const crashes = MISFITS.flatMap((misfit) => {
    const chart = new Chart(new App(), 'fleet');
    new TaskSpawner(chart, 'workers', { ...usual, ...make(name, misfit as never) });
    try {
      chart.toJson();
      return [];
    } catch (error) {
      const { message } = error as Error;
      return message.startsWith('Validation failed') ? [] : [`${JSON.stringify(misfit)}: ${message}`];
    }
  });
  expect(crashes).toEqual([]);
});
