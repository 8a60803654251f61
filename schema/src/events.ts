import { cronTickEvent } from './kelos/events/cron-tick.ts';
import type { Event } from './kelos/events/event.ts';
import { giteaIssueEvent } from './kelos/events/gitea-issue.ts';
import { giteaPullRequestEvent } from './kelos/events/gitea-pull-request.ts';
import { githubIssueEvent } from './kelos/events/github-issue.ts';
import { githubPullRequestEvent } from './kelos/events/github-pull-request.ts';
import { githubWebhookEvent } from './kelos/events/github-webhook.ts';
import { gitlabIssueEvent } from './kelos/events/gitlab-issue.ts';
import { gitlabMergeRequestEvent } from './kelos/events/gitlab-merge-request.ts';
import { jiraIssueEvent } from './kelos/events/jira-issue.ts';
import { linearWebhookEvent } from './kelos/events/linear-webhook.ts';
import { slackMessageEvent } from './kelos/events/slack-message.ts';
import { webhookEvent } from './kelos/events/webhook.ts';

/** Every event that a trigger waits for. What is not listed here has no struct in programs and no table in the docs. */
export const events: readonly Event[] = [
  githubIssueEvent, githubPullRequestEvent, githubWebhookEvent, gitlabIssueEvent, gitlabMergeRequestEvent, giteaIssueEvent, giteaPullRequestEvent, cronTickEvent, jiraIssueEvent, linearWebhookEvent,
  slackMessageEvent, webhookEvent,
];
