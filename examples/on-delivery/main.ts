/**
 * A fleet that waits. Whatever posts `{"id": "7", "title": "The cart is empty"}` starts an agent, which writes it down:
 *
 *     npx taskwright dev examples/on-delivery
 *     curl -H 'content-type: application/json' -d '{"id": "7", "title": "The cart is empty"}' http://127.0.0.1:<port>/webhook/reports
 *
 * The same delivery again starts nothing. Of several that come at a time one has the branch, and the others wait for it.
 */
import { App, Chart } from 'cdk8s';
import { CodingAgent, Credentials, TaskSpawner, Trigger, WebhookFilter, Workspace } from 'cdk8s-taskwright';

const app = new App();
const chart = new Chart(app, 'on-delivery');

const reports = Trigger.webhook({
  source: 'reports',
  fieldMapping: { id: '$.id', title: '$.title' },
  excludeFilters: [WebhookFilter.matching('$.title', '(?i)^test')],
});

new TaskSpawner(chart, 'notes', {
  metadata: { name: 'notes' },
  trigger: reports,
  // Any image with a /kelos_entrypoint.sh is an agent; this one has no model in it.
  agent: CodingAgent.custom('example.com/note-taker:1', { credentials: Credentials.none() }),
  workspace: new Workspace(chart, 'repo', { repo: 'https://github.com/taskwright/taskwright.git' }),
  maxConcurrency: 2,
  branch: 'notes',
  prompt: `Report ${reports.event.id}: ${reports.event.title}`,
});

app.synth();
