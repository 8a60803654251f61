/** What must not compile of triggers. Checked by `npx tsc -p test`: a line that does compile there is an error. */
import { GitHubWebhookFilter, type SecretRef, Trigger, webhookTrigger } from 'cdk8s-taskwright';

export function prompts(secret: SecretRef): string[] {
  const jira = Trigger.jira({ baseUrl: 'https://acme.atlassian.net', project: 'SHOP', secret });
  const linear = Trigger.linearWebhook({ types: ['Issue'] });
  const slack = Trigger.slack();
  const webhook = Trigger.webhook({ source: 'grafana', fieldMapping: { id: '$.id', severity: '$.labels.severity' } });
  const alerts = webhookTrigger({ source: 'grafana', fieldMapping: { id: '$.id', severity: '$.labels.severity' } });
  return [
    // @ts-expect-error an issue of Jira has no branch
    jira.event.branch,
    // @ts-expect-error what Linear sends has no number
    linear.event.number,
    // @ts-expect-error a message has no labels
    slack.event.labels,
    // @ts-expect-error of what is mapped the compiler knows nothing here
    webhook.event.severity,
    // @ts-expect-error a variable that is not mapped
    alerts.event.sevrity,
    alerts.event.severity,
  ];
}

const issues = Trigger.githubIssues();
const pulls = Trigger.githubPullRequests();
const nightly = Trigger.cron('0 4 * * *');

export const carried: string[] = [issues.event.number, issues.event.title, pulls.event.branch, pulls.event.reviewComments, nightly.event.time];

export const notCarried: unknown[] = [
  // @ts-expect-error an issue has no check
  issues.event.checkName,
  // @ts-expect-error a slip
  issues.event.titel,
  // @ts-expect-error an issue has no branch
  issues.event.branch,
  // @ts-expect-error a tick of a schedule has no number
  nightly.event.number,
  // @ts-expect-error a tick of a schedule is nothing that somebody wrote
  nightly.event.body,
  // @ts-expect-error a push has no labels
  GitHubWebhookFilter.push({ labels: ['bug'] }),
  // @ts-expect-error an issue is no draft
  GitHubWebhookFilter.issues({ draft: true }),
  // @ts-expect-error only a check ends with a conclusion
  GitHubWebhookFilter.pullRequest({ conclusion: 'failure' }),
  // @ts-expect-error there is no such conclusion
  GitHubWebhookFilter.checkRun({ conclusion: 'failed' }),
];
