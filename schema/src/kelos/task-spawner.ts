import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { GROUP, HUB } from './group.ts';
import { spawnerCredentials } from './spawner-credential.ts';
import { TASK_SPAWNER_COLUMNS, type TaskSpawnerStatus, taskSpawnerFields, taskSpawnerStatus } from './task-spawner-fields.ts';
import { taskTemplate } from './task-template.ts';
import { cron } from './triggers/cron.ts';
import { giteaIssues, giteaPullRequests } from './triggers/gitea.ts';
import { githubIssues } from './triggers/github-issues.ts';
import { githubPullRequests } from './triggers/github-pull-requests.ts';
import { githubWebhook } from './triggers/github-webhook.ts';
import { gitlabIssues, gitlabMergeRequests } from './triggers/gitlab.ts';
import { jira } from './triggers/jira.ts';
import { linearWebhook } from './triggers/linear-webhook.ts';
import { slack } from './triggers/slack.ts';
import { webhook } from './triggers/webhook.ts';
import { taskSpawnerV1alpha1 } from './v1alpha1/task-spawner.ts';

const trigger = z.object({
  githubIssues: githubIssues.optional().describe('Looks for issues of a repository, again and again. Left out: another member says what is waited for.'),
  githubPullRequests: githubPullRequests.optional().describe('Looks for pull requests of a repository, again and again. Left out: another member says what is waited for.'),
  githubWebhook: githubWebhook.optional().describe('Listens to events of GitHub. Left out: another member says what is waited for.'),
  linearWebhook: linearWebhook.optional().describe('Listens to events of Linear. Left out: another member says what is waited for.'),
  webhook: webhook.optional().describe('Listens to any JSON that is posted. Left out: another member says what is waited for.'),
  slack: slack.optional().describe('Listens to messages in Slack. Left out: another member says what is waited for.'),
  jira: jira.optional().describe('Looks for issues of a Jira project, again and again. Left out: another member says what is waited for.'),
  gitlabIssues: gitlabIssues.optional().describe('Looks for issues of a project on GitLab, again and again. The reference operator does not know it. Left out: another member says what is waited for.'),
  gitlabMergeRequests: gitlabMergeRequests.optional().describe('Looks for merge requests of a project on GitLab, again and again. The reference operator does not know it. Left out: another member says what is waited for.'),
  giteaIssues: giteaIssues.optional().describe('Looks for issues of a repository on Gitea or Forgejo, again and again. The reference operator does not know it. Left out: another member says what is waited for.'),
  giteaPullRequests: giteaPullRequests.optional().describe('Looks for pull requests of a repository on Gitea or Forgejo, again and again. The reference operator does not know it. Left out: another member says what is waited for.'),
  cron: cron.optional().describe('Waits for the time of a schedule. Left out: another member says what is waited for.'),
}).meta({ title: 'TaskSpawnerTrigger' });

export const taskSpawnerSpec = z.object({
  when: trigger.describe('What is waited for: one member. With several, or none, no Tasks are made, and the condition Ready says so.'),
  taskTemplate: taskTemplate.describe('What the Tasks are like.'),
  credentials: spawnerCredentials.optional().describe('Credentials of which each Task gets one, drawn by the event. Left out: those of taskTemplate.'),
  ...taskSpawnerFields,
}).meta({
  title: 'TaskSpawnerSpec',
  description: 'What is waited for, and which Tasks it makes.',
  rules: [
    {
      rule: '!(has(self.when.githubIssues) || has(self.when.githubPullRequests) || has(self.when.githubWebhook) || has(self.when.linearWebhook) || has(self.when.gitlabIssues) || has(self.when.gitlabMergeRequests) || has(self.when.giteaIssues) || has(self.when.giteaPullRequests)) || has(self.taskTemplate.workspaceRef) || (has(self.taskTemplate.worker) && has(self.taskTemplate.worker.workspaceRef)) || has(self.taskTemplate.workerPoolRef)',
      message: 'a Workspace is required for githubIssues, githubPullRequests, githubWebhook, linearWebhook, gitlabIssues, gitlabMergeRequests, giteaIssues and giteaPullRequests: set taskTemplate.worker.workspaceRef',
    },
    {
      rule: 'has(self.taskTemplate.workerPoolRef) || (has(self.taskTemplate.worker) && (has(self.taskTemplate.worker.credentials) || has(self.credentials))) || (has(self.taskTemplate.type) && (has(self.taskTemplate.credentials) || has(self.credentials)))',
      message: 'credentials are required in taskTemplate.worker or in the spec, unless the Tasks run on a pool',
    },
    {
      rule: '!has(self.credentials) || (!has(self.taskTemplate.workerPoolRef) && !has(self.taskTemplate.credentials) && (!has(self.taskTemplate.worker) || !has(self.taskTemplate.worker.credentials)))',
      message: 'credentials must not be set with credentials in taskTemplate or with a pool, which has its own',
    },
  ],
});

export const taskSpawnerKind = {
  group: GROUP,
  kind: 'TaskSpawner',
  plural: 'taskspawners',
  singular: 'taskspawner',
  shortNames: [],
  namespaced: true,
  description: 'Makes Tasks of what happens elsewhere: of issues, pull requests, messages, webhooks or the time of day.',
  versions: [{ ...HUB, schema: z.object({ spec: taskSpawnerSpec.optional(), status: taskSpawnerStatus.optional() }), printerColumns: TASK_SPAWNER_COLUMNS }, taskSpawnerV1alpha1],
} as const satisfies Kind;

export const taskSpawnerResource = resourceOf(taskSpawnerKind);

export type TaskSpawnerSpec = z.infer<typeof taskSpawnerSpec>;

/** A TaskSpawner of the API. The server stores one without `spec` too, as the reference does. */
export interface TaskSpawner {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: TaskSpawnerSpec;
  status?: TaskSpawnerStatus;
}
