import { type Chart } from 'cdk8s';
import { CodingAgent, Credentials, TaskSpawner, Trigger, WebhookFilter, WebhookGateway, type WebhookOptions, WebhookSource, webhookTrigger } from 'cdk8s-taskwright';
import { describe, expect, test } from 'vitest';
import { expectSynth } from '../expect-synth';

const agent = CodingAgent.claudeCode({ credentials: Credentials.none() });
const usual: WebhookOptions = { source: 'grafana', fieldMapping: { id: '$.id', title: '$.title' } };
const spawner = (options: Partial<WebhookOptions>, { name = 'alerts', prompt }: { name?: string; prompt?: string } = {}) => (chart: Chart) => (
  new TaskSpawner(chart, 'alerts', { metadata: { name }, trigger: Trigger.webhook({ ...usual, ...options }), agent, prompt })
);
const rendered = (webhook: object, promptTemplate?: string, name = 'alerts') => ({
  apiVersion: 'kelos.dev/v1alpha2',
  kind: 'TaskSpawner',
  metadata: { name },
  spec: { when: { webhook }, taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' } }, ...promptTemplate !== undefined && { promptTemplate } } },
});
const refused = (...lines: string[]) => ({ refused: lines.map((line) => `[fleet/alerts] ${line}`) });

describe('a trigger for any webhook', () => {
  test.each<[string, Partial<WebhookOptions>, object]>([
    ['nothing that was not asked for', {}, usual],
    [
      'everything that can be asked for',
      {
        fieldMapping: { 'id': "$['id']", 'title': '$.alerts[0].title', 'body': '$..text', 'url': '$.links[*]', 'severity': '$.labels.severity', 'run-book': '$.runbook' },
        filters: [WebhookFilter.equalTo('$.status', ''), WebhookFilter.matching('$.labels.team', '^shop$'), WebhookFilter.matching('$.labels.team', 'o')],
        excludeFilters: [WebhookFilter.equalTo('$.labels.env', 'test')],
        gateway: WebhookGateway.fromWebhookGatewayName('hooks'),
      },
      {
        source: 'grafana',
        fieldMapping: { 'id': "$['id']", 'title': '$.alerts[0].title', 'body': '$..text', 'url': '$.links[*]', 'severity': '$.labels.severity', 'run-book': '$.runbook' },
        filters: [{ field: '$.status', value: '' }, { field: '$.labels.team', pattern: '^shop$' }, { field: '$.labels.team', pattern: 'o' }],
        excludeFilters: [{ field: '$.labels.env', value: 'test' }],
        gatewayRef: { name: 'hooks' },
      },
    ],
    [
      'filters that say the same, and exclusions that say something else',
      { filters: [WebhookFilter.equalTo('$.a', 'x'), WebhookFilter.equalTo('$.a', 'x')], excludeFilters: [WebhookFilter.equalTo('$.a', 'y'), WebhookFilter.equalTo('$.b', 'x')] },
      { ...usual, filters: [{ field: '$.a', value: 'x' }, { field: '$.a', value: 'x' }], excludeFilters: [{ field: '$.a', value: 'y' }, { field: '$.b', value: 'x' }] },
    ],
    ['the name of another server, behind a gateway', { source: 'github', gateway: WebhookGateway.fromWebhookGatewayName('hooks') }, { ...usual, source: 'github', gatewayRef: { name: 'hooks' } }],
  ])('is rendered with %s', (_, options, webhook) => expectSynth(spawner(options), [rendered(webhook)]));

  test.each<[string, Partial<WebhookOptions>, string[]]>([
    ['a source that is no part of a path', { source: 'Grafana' }, ['trigger.source: does not have the right form, got "Grafana"; it has to match ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$']],
    ['the path of another server', { source: 'linear' }, ['trigger.source: is a reserved name, got "linear"; /webhook/linear is the path of another server; rename it']],
    ['no id', { fieldMapping: { title: '$.title' } }, ["trigger.fieldMapping.id: is missing; it tells deliveries apart; say where it is, for example '$.id'"]],
    ['no mapping', { fieldMapping: undefined as never }, ['trigger.fieldMapping: is missing', 'prompt: is missing; a webhook of grafana has no text; say what the agent should do']],
    ['no title and no prompt', { fieldMapping: { id: '$.id', body: '$.body' } }, ['prompt: is missing; a webhook of grafana has no text; say what the agent should do']],
    ['a path without a root', { fieldMapping: { id: 'alert.id', title: '$.title' } }, ['trigger.fieldMapping.id: is not a JSONPath, got "alert.id"; it has to begin with $; write $.alert.id']],
    ['a path that stops', { fieldMapping: { id: '$.id', title: '$.title[' } }, ['trigger.fieldMapping.title: is not a JSONPath, got "$.title["; a step such as .name, [0] or [\'name\'] is expected at "["']],
    ['names that templates have', { fieldMapping: { 'id': '$.id', 'title': '$.title', 'ID': '$.ID', 'Kind': '$.kind', 'Context': '$.c', '': '$.empty' } }, [
      'trigger.fieldMapping: is a reserved name, got "ID"; templates have a variable of that name; rename it, or write id',
      'trigger.fieldMapping: is a reserved name, got "Kind"; templates have a variable of that name; rename it',
      'trigger.fieldMapping: is a reserved name, got "Context"; templates have a variable of that name; rename it',
      'trigger.fieldMapping: is not a usable name, got ""; it must not be empty',
    ]],
    ['a filter of no field', { filters: [WebhookFilter.equalTo('status', 'firing')] }, ['trigger.filters[0].field: is not a JSONPath, got "status"; it has to begin with $; write $.status']],
    ['a filter of no pattern', { excludeFilters: [WebhookFilter.matching('$.status', '')] }, ['trigger.excludeFilters[0].pattern: is missing; say what it has to match, or use WebhookFilter.equalTo']],
    ['a pattern that refers back', { filters: [WebhookFilter.matching('$.status', '(a)\\1')] }, ['trigger.filters[0].pattern: is not a regular expression of RE2, got "(a)\\\\1"; invalid escape sequence: `\\1`; RE2 does not refer back to a group']],
    ['two values for one field', { filters: [WebhookFilter.equalTo('$.status', 'firing'), WebhookFilter.equalTo('$.status', 'pending')] }, [
      'trigger.filters[1]: can never match, got "pending"; another asks that $.status is "firing", and all have to match; use WebhookFilter.matching for several values',
    ]],
    ['ruled out what it asks for', { filters: [WebhookFilter.matching('$.status', 'fir')], excludeFilters: [WebhookFilter.equalTo('$.status', 'fir'), WebhookFilter.matching('$.status', 'fir')] }, [
      'trigger.excludeFilters[1]: can never match; filters ask for the same; take it out of one of them',
    ]],
    ['filters that no factory made', { filters: [{ field: '$.status', value: 'firing' } as never], excludeFilters: 'none' as never }, [
      'trigger.filters[0]: has the wrong type, got an object; pass WebhookFilter.equalTo(…) or .matching(…)',
      'trigger.excludeFilters: has the wrong type, got a string; it has to be a list',
    ]],
    ['a gateway that is not there', { gateway: { name: 'hooks' } }, [
      'trigger.gateway: refers to something that this program does not define, got WebhookGateway "hooks"; this program defines no WebhookGateway; define it, or pass WebhookGateway.fromWebhookGatewayName("hooks") if it exists already',
    ]],
  ])('says that it has %s', (_, options, lines) => expectSynth(spawner(options), refused(...lines)));

  test('listens to a gateway for any JSON', () => {
    const program = (source: WebhookSource) => (chart: Chart) => {
      const gateway = new WebhookGateway(chart, 'hooks', { metadata: { name: 'hooks' }, source });
      new TaskSpawner(chart, 'alerts', { metadata: { name: 'alerts' }, trigger: Trigger.webhook({ ...usual, gateway }), agent });
    };
    expectSynth(program(WebhookSource.generic()), [
      { apiVersion: 'kelos.dev/v1alpha2', kind: 'WebhookGateway', metadata: { name: 'hooks' }, spec: { generic: {} } },
      rendered({ ...usual, gatewayRef: { name: 'hooks' } }),
    ]);
    expectSynth(program(WebhookSource.linear({ name: 'hooks' })), refused('trigger.gateway: can never match, got WebhookGateway "hooks"; it takes deliveries of Linear; pass one with WebhookSource.generic()'));
  });

  test.each([
    [{}, 35, 21],
    [{ gateway: WebhookGateway.fromWebhookGatewayName('hooks') }, 37, 19],
  ])('leaves room for what tells deliveries apart in the names of its Tasks: %j', (options, _, suffix) => {
    const fits = 63 - suffix;
    const webhook = { ...usual, ...'gateway' in options && { gatewayRef: { name: 'hooks' } } };
    expectSynth(spawner(options, { name: 'a'.repeat(fits) }), [rendered(webhook, undefined, 'a'.repeat(fits))]);
    expectSynth(spawner(options, { name: 'a'.repeat(fits + 1) }), refused(`metadata.name: is too long, got ${fits + 1} characters; at most ${fits}, since its Tasks are called like it with up to ${suffix} more; shorten the name, or set nameTemplate`));
  });
});

describe('the variables of a webhook', () => {
  const fieldMapping = { 'id': '$.id', 'title': '$.title', 'severity': '$.labels.severity', 'run-book': '$.runbook' } as const;

  test('are what is mapped', () => {
    const trigger = Trigger.webhook({ source: 'grafana', fieldMapping });
    expect([trigger.event.id, trigger.event.title, trigger.field('title'), trigger.field('severity'), trigger.field('run-book')]).toEqual(['{{.ID}}', '{{.Title}}', '{{.Title}}', '{{.severity}}', '{{index . "run-book"}}']);
  });

  test('are properties where the compiler knows the mapping', () => {
    const { event } = webhookTrigger({ source: 'grafana', fieldMapping });
    expect([event.id, event.severity, event['run-book'], event.kind]).toEqual(['{{.ID}}', '{{.severity}}', '{{index . "run-book"}}', '{{.Kind}}']);
  });

  test('may be read in prompts', () => {
    const prompt = '{{.id}}{{.ID}}{{.Title}}{{.severity}}{{index . "run-book"}}{{.Kind}}{{.Payload.labels.team}}';
    expectSynth(spawner({ fieldMapping }, { prompt }), [rendered({ source: 'grafana', fieldMapping }, prompt)]);
  });

  test.each([
    ['{{.sevrity}}', 'prompt, line 1, column 3: reads a variable that is not there, got .sevrity; a webhook of grafana has ID, Kind, Payload, Title, id, run-book, severity or title; did you mean .severity?'],
    [Trigger.webhook(usual).event.url, 'prompt, line 1, column 3: reads a variable that is not there, got .URL; a webhook of grafana has ID, Kind, Payload, Title, id, run-book, severity or title'],
    [Trigger.webhook(usual).field('team'), 'prompt, line 1, column 3: reads a variable that is not there, got .team; a webhook of grafana has ID, Kind, Payload, Title, id, run-book, severity or title'],
  ])('are the only ones: %s', (prompt, line) => expectSynth(spawner({ fieldMapping }, { prompt }), refused(line)));
});
