import { type Chart } from 'cdk8s';
import { CodingAgent, Credentials, type LinearWebhookOptions, SecretRef, TaskSpawner, Trigger, WebhookGateway, WebhookSource, Workspace } from 'cdk8s-taskwright';
import { describe, test } from 'vitest';
import { expectSynth } from '../expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const workspace = Workspace.fromWorkspaceName('shop');
const spawner = (options: Partial<LinearWebhookOptions>, name = 'linear') => (chart: Chart) => {
  const trigger = Trigger.linearWebhook({ types: ['Issue'], ...options });
  return new TaskSpawner(chart, 'linear', { metadata: { name }, trigger, agent, workspace, prompt: `${trigger.event.title}${trigger.event.issueId}` });
};
const rendered = (linearWebhook: object, name = 'linear') => ({
  apiVersion: 'kelos.dev/v1alpha2',
  kind: 'TaskSpawner',
  metadata: { name },
  spec: { when: { linearWebhook }, taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } }, promptTemplate: '{{.Title}}{{.IssueID}}' } },
});
const refused = (...lines: string[]) => ({ refused: lines.map((line) => `[fleet/linear] ${line}`) });

describe('a trigger for Linear', () => {
  test.each<[string, Partial<LinearWebhookOptions>, object]>([
    ['nothing that was not asked for', {}, { types: ['Issue'] }],
    [
      'everything that can be asked for',
      { types: ['Issue', 'comment'], filters: [{ type: 'Comment', action: 'create', states: ['In Progress'], labels: ['bot'], excludeLabels: ['wait'] }, {}], gateway: WebhookGateway.fromWebhookGatewayName('hooks') },
      { types: ['Issue', 'comment'], filters: [{ type: 'Comment', action: 'create', states: ['In Progress'], labels: ['bot'], excludeLabels: ['wait'] }, {}], gatewayRef: { name: 'hooks' } },
    ],
    ['a filter for every resource', { filters: [{ type: '' }] }, { types: ['Issue'], filters: [{ type: '' }] }],
    ['a resource that this library does not know', { types: ['Roadmap'] }, { types: ['Roadmap'] }],
  ])('is rendered with %s', (_, options, linearWebhook) => expectSynth(spawner(options), [rendered(linearWebhook)]));

  test.each<[string, Partial<LinearWebhookOptions>, string[]]>([
    ['no resource', { types: [] }, ['trigger.types: has too few items, got 0; at least 1']],
    ['an empty resource', { types: [' '] }, ['trigger.types[0]: is missing; name a resource, such as Issue']],
    ['a slip in a resource', { types: ['Issues'] }, ['trigger.types[0]: can never match, got "Issues"; did you mean Issue?']],
    ['a resource twice', { types: ['Issue', 'issue'] }, ['trigger.types: is used twice, got "issue"; keep one of them']],
    ['no list of resources', { types: 'Issue' as never }, ['trigger.types: has the wrong type, got a string; it has to be a list']],
    ['a filter for what it does not listen to', { filters: [{ type: 'ISSUE' }, { type: 'Comment' }] }, ['trigger.filters[1].type: can never match, got "Comment"; it is not in types; add it to them, or correct it']],
    ['a label that has to be there and must not', { filters: [{ labels: ['Bot'], excludeLabels: ['BOT', 'wait'] }] }, ['trigger.filters[0].excludeLabels: can never match, got "BOT"; it is in labels too; take it out of one of them']],
    ['an action that there is not', { filters: [{ action: 'created' as never }] }, ['trigger.filters[0].action: is not one of the accepted values, got "created"; allowed are create, remove or update; did you mean create?']],
    ['a gateway that is not there', { gateway: { name: 'hooks' } }, [
      'trigger.gateway: refers to something that this program does not define, got WebhookGateway "hooks"; this program defines no WebhookGateway; define it, or pass WebhookGateway.fromWebhookGatewayName("hooks") if it exists already',
    ]],
  ])('says that it has %s', (_, options, lines) => expectSynth(spawner(options), refused(...lines)));

  test('needs a Workspace', () => {
    expectSynth((chart) => new TaskSpawner(chart, 'linear', { trigger: Trigger.linearWebhook({ types: ['Issue'] }), agent }), refused('workspace: is missing; this trigger needs one; pass the Workspace of the repository'));
  });

  const gateway = (source: WebhookSource, namespace?: string) => (chart: Chart) => {
    const made = new WebhookGateway(chart, 'hooks', { metadata: { name: 'hooks', namespace }, source });
    new TaskSpawner(chart, 'linear', { metadata: { name: 'linear', namespace: namespace && 'agents' }, trigger: Trigger.linearWebhook({ types: ['Issue'], gateway: made }), agent, workspace });
  };

  test('listens to a gateway for Linear in its namespace', () => {
    expectSynth(gateway(WebhookSource.github(SecretRef.fromName('hooks'))), refused('trigger.gateway: can never match, got WebhookGateway "hooks"; it takes deliveries of GitHub; pass one with WebhookSource.linear(secret)'));
    expectSynth(gateway(WebhookSource.generic()), refused('trigger.gateway: can never match, got WebhookGateway "hooks"; it takes deliveries of any JSON; pass one with WebhookSource.linear(secret)'));
    expectSynth(gateway(WebhookSource.linear(SecretRef.fromName('hooks')), 'others'), refused('trigger.gateway: refers to something in another namespace, got "hooks" of namespace others; it is looked up in agents; define it there too'));
  });

  test('leaves room for what tells deliveries apart in the names of its Tasks', () => {
    const types = ['Issue', 'IssueLabel'];
    expectSynth(spawner({ types }, 'l'.repeat(39)), [rendered({ types }, 'l'.repeat(39))]);
    expectSynth(spawner({ types }, 'l'.repeat(40)), refused('metadata.name: is too long, got 40 characters; at most 39, since its Tasks are called like it with up to 24 more; shorten the name, or set nameTemplate'));
  });
});
