import { App, Chart } from 'cdk8s';
import {
  CodingAgent, Credentials, type EventTrigger, GitCredentials, SecretRef, Session, SessionSpawner, TaskSpawner, Trigger, VolumeClaim, WebhookFilter, WebhookGateway, WebhookSource, WorkerPool, Workspace,
} from 'cdk8s-taskwright';
import { expect, test } from 'vitest';

/** What a program that is run without the compiler may pass. */
const MISFITS: readonly unknown[] = [undefined, null, 5, 'text', '', true, {}, [], [5], [null], [{}], ['a'], { name: 5 }, () => 1];

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const workspace = Workspace.fromWorkspaceName('shop');
const secret = SecretRef.fromName('secret');
const volume = VolumeClaim.fromSpec({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } });
const waitFor = (chart: Chart, trigger: EventTrigger) => new TaskSpawner(chart, 'a', { trigger, agent, workspace, prompt: 'Do it.' });
const webhook = { source: 'a', fieldMapping: { id: '$.id' } };

const PLACES: readonly { readonly of: string; readonly make: (chart: Chart, options: never) => void; readonly names: readonly string[] }[] = [
  { of: 'Jira', make: (chart, options: object) => waitFor(chart, Trigger.jira({ baseUrl: 'https://a.example.com', project: 'A', secret, ...options })), names: ['baseUrl', 'project', 'secret', 'jql', 'pollInterval'] },
  { of: 'Linear', make: (chart, options: object) => waitFor(chart, Trigger.linearWebhook({ types: ['Issue'], ...options })), names: ['types', 'filters', 'gateway'] },
  { of: 'a filter for Linear', make: (chart, filter: object) => waitFor(chart, Trigger.linearWebhook({ types: ['Issue'], filters: [{ labels: ['a'], ...filter }] })), names: ['type', 'action', 'states', 'labels', 'excludeLabels'] },
  { of: 'Slack', make: (chart, options: object) => waitFor(chart, Trigger.slack({ botMessagePolicy: 'All', ...options })), names: ['channels', 'excludeChannels', 'triggers', 'excludePatterns', 'botMessagePolicy'] },
  { of: 'what a message is like', make: (chart, match: object) => waitFor(chart, Trigger.slack({ botMessagePolicy: 'All', triggers: [match], excludePatterns: ['a'] })), names: ['pattern', 'mentionOptional'] },
  { of: 'any webhook', make: (chart, options: object) => waitFor(chart, Trigger.webhook({ ...webhook, ...options })), names: ['source', 'fieldMapping', 'filters', 'excludeFilters', 'gateway'] },
  { of: 'a filter by value', make: (chart, { field = '$.a', value = 'b' }: { field?: string; value?: string }) => waitFor(chart, Trigger.webhook({ ...webhook, filters: [WebhookFilter.equalTo(field, value)] })), names: ['field', 'value'] },
  { of: 'a filter by pattern', make: (chart, { field = '$.a', pattern = 'b' }: { field?: string; pattern?: string }) => waitFor(chart, Trigger.webhook({ ...webhook, filters: [WebhookFilter.matching(field, pattern)] })), names: ['field', 'pattern'] },
  { of: 'a pool', make: (chart, props: object) => new WorkerPool(chart, 'a', { agent, workspace, volume, ...props }), names: ['metadata', 'agent', 'workspace', 'volume', 'replicas'] },
  { of: 'a claim', make: (chart, spec: object) => new WorkerPool(chart, 'a', { agent, workspace, volume: VolumeClaim.fromSpec(spec) }), names: ['accessModes', 'resources', 'storageClassName', 'volumeMode'] },
  { of: 'a Session', make: (chart, props: object) => new Session(chart, 'a', { agent, ...props }), names: ['metadata', 'agent', 'workspace', 'initialPrompt', 'initialBranch', 'volume', 'suspend', 'idlePolicy'] },
  { of: 'an idle policy', make: (chart, idlePolicy: object) => new Session(chart, 'a', { agent, idlePolicy }), names: ['suspendAfter', 'deleteAfter'] },
  {
    of: 'a SessionSpawner',
    make: (chart, props: object) => new SessionSpawner(chart, 'a', { trigger: Trigger.githubWebhook({ events: ['push'] }), agent, workspace, initialPrompt: 'Look.', ...props }),
    names: ['metadata', 'trigger', 'agent', 'workspace', 'initialPrompt', 'initialBranch', 'volume', 'suspend', 'idlePolicy'],
  },
  { of: 'a gateway', make: (chart, props: object) => new WebhookGateway(chart, 'a', { source: WebhookSource.generic(), ...props }), names: ['metadata', 'source'] },
  { of: 'a gateway for GitHub', make: (chart, options: object) => new WebhookGateway(chart, 'a', { source: WebhookSource.github(secret, { credentials: GitCredentials.token(secret), ...options }) }), names: ['apiBaseUrl', 'credentials'] },
];

test.each(PLACES.flatMap(({ of, make, names }) => names.map((name) => ({ of, make, name }))))('whatever $name of $of is, synth takes it or says what is wrong', ({ make, name }) => {
  const crashes = MISFITS.flatMap((misfit) => {
    const chart = new Chart(new App(), 'fleet');
    try {
      make(chart, { [name]: misfit } as never);
      chart.toJson();
      return [];
    } catch (error) {
      const { message } = error as Error;
      return message.startsWith('Validation failed') ? [] : [`${JSON.stringify(misfit)}: ${message}`];
    }
  });
  expect(crashes).toEqual([]);
});
