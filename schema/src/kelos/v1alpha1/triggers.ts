import { z } from 'zod';
import { cron } from '../triggers/cron.ts';
import { githubIssuesFields, noChecksRule } from '../triggers/github-issues.ts';
import { githubPullRequestsFields } from '../triggers/github-pull-requests.ts';
import { githubWebhookCriteria } from '../triggers/github-webhook-filter.ts';
import { checksNeedPullRequests, githubWebhookFields } from '../triggers/github-webhook.ts';
import { jiraFields } from '../triggers/jira.ts';
import { linearWebhookFields } from '../triggers/linear-webhook.ts';
import { checkReporting } from '../triggers/reporting.ts';
import { slackFields } from '../triggers/slack.ts';
import { idIsMapped, webhookFields } from '../triggers/webhook.ts';
import { secretReference } from './references.ts';

const reporting = z.object({
  enabled: z.boolean().optional().describe('Tells the state of Tasks in comments. Left out: it does not.'),
  checks: checkReporting.optional().describe('Tells the state of Tasks in check runs of the commit. Left out: no check run.'),
}).meta({ title: 'GitHubReporting' }).optional().describe('What is told where the event came from. Left out: nothing.');

const commands = {
  triggerComment: z.string().optional().describe('Deprecated: use commentPolicy.triggerComment, which means the same.'),
  excludeComments: z.array(z.string()).optional().describe('Deprecated: use commentPolicy.excludeComments, which means the same.'),
};
const oneKindOfCommands = {
  rule: '!(has(self.commentPolicy) && ((has(self.triggerComment) && size(self.triggerComment) > 0) || (has(self.excludeComments) && size(self.excludeComments) > 0)))',
  message: 'commentPolicy must not be set with triggerComment or excludeComments',
};

const githubIssues = z.object({ ...githubIssuesFields, ...commands, reporting }).meta({ title: 'GitHubIssues', rules: [oneKindOfCommands, noChecksRule] });

const githubPullRequests = z.object({ ...githubPullRequestsFields, ...commands, reporting }).meta({ title: 'GitHubPullRequests', rules: [oneKindOfCommands] });

const githubWebhookFilter = z.object({
  event: z.string().describe('Event that the filter is for, such as issue_comment.'),
  ...githubWebhookCriteria,
  commentOn: z.enum(['Issue', 'PullRequest']).optional().describe('For issue_comment: what has to have been commented on. Left out: either.'),
}).meta({ title: 'GitHubWebhookFilter' });

const githubWebhook = z.object({
  ...githubWebhookFields,
  filters: z.array(githubWebhookFilter).optional().describe('What an event has to be like: one of them, for that event, has to match. Left out: every event will do.'),
  reporting,
}).meta({ title: 'GitHubWebhook', rules: [checksNeedPullRequests] });

const jira = z.object({
  ...jiraFields,
  secretRef: secretReference.describe('Secret with JIRA_TOKEN; with JIRA_USER beside it for Jira in the cloud, alone for a personal access token.'),
}).meta({ title: 'Jira' });

export const trigger = z.object({
  githubIssues: githubIssues.optional().describe('Looks for issues of a repository, again and again. Left out: another member says what is waited for.'),
  githubPullRequests: githubPullRequests.optional().describe('Looks for pull requests of a repository, again and again. Left out: another member says what is waited for.'),
  githubWebhook: githubWebhook.optional().describe('Listens to events of GitHub. Left out: another member says what is waited for.'),
  linearWebhook: z.object(linearWebhookFields).meta({ title: 'LinearWebhook' }).optional().describe('Listens to events of Linear. Left out: another member says what is waited for.'),
  webhook: z.object(webhookFields).meta({ title: 'GenericWebhook', rules: [idIsMapped] }).optional().describe('Listens to any JSON that is posted. Left out: another member says what is waited for.'),
  slack: z.object(slackFields).meta({ title: 'Slack' }).optional().describe('Listens to messages in Slack. Left out: another member says what is waited for.'),
  jira: jira.optional().describe('Looks for issues of a Jira project, again and again. Left out: another member says what is waited for.'),
  cron: cron.optional().describe('Waits for the time of a schedule. Left out: another member says what is waited for.'),
}).meta({ title: 'TaskSpawnerTrigger' });
