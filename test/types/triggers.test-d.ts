/** What must not compile of triggers. Checked by `npx tsc -p test`: a line that does compile there is an error. */
import { type SecretRef, Trigger, webhookTrigger } from 'cdk8s-taskwright';

export function prompts(secret: SecretRef): string[] {
  const jira = Trigger.jira({ baseUrl: 'https://acme.atlassian.net', project: 'SHOP', secret });
  const linear = Trigger.linearWebhook({ types: ['Issue'] });
  const slack = Trigger.slack();
  const webhook = Trigger.webhook({ source: 'grafana', fieldMapping: { id: '$.id', severity: '$.labels.severity' } });
  const alerts = webhookTrigger({ source: 'grafana', fieldMapping: { id: '$.id', severity: '$.labels.severity' } });
  return [
    // @ts-expect-error an issue of Jira has no text
    jira.event.body,
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
