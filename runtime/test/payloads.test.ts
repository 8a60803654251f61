import { createRequire } from 'node:module';
import { GITHUB_EVENTS } from '@taskwright/schema';
import { Ajv } from 'ajv';
import { parseTemplate, renderTemplate } from 'cdk8s-taskwright/template';
import { expect, test } from 'vitest';
import { eventFacts } from '../src/sources/github-webhook/event-facts.ts';
import { eventVariables } from '../src/sources/github-webhook/event-variables.ts';
import { judge } from '../src/sources/github-webhook/matches.ts';
import { aPayload, eventOfPayload, payloadNames } from './sources/github-webhook/a-delivery.ts';

const require = createRequire(import.meta.url);

interface Examples {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(require('@octokit/webhooks-schemas') as object, 'github');

function schemaOf(event: string, { action }: Record<string, unknown>) {
  const what = typeof action === 'string' && event !== 'repository_dispatch' ? action : 'event';
  return ajv.getSchema(`github#/definitions/${event}$${what}`) ?? ajv.getSchema(`github#/definitions/${event}_event`);
}

test.each(payloadNames)('%s is what GitHub documents', (name) => {
  const payload = aPayload(name);
  const validate = schemaOf(eventOfPayload(name), payload);
  expect(validate, 'there is no schema of it').toBeDefined();
  validate!(payload);
  expect(validate!.errors ?? []).toEqual([]);
});

test('a payload that is not what GitHub documents is found', () => {
  const payload = aPayload('issues.opened');
  const validate = schemaOf('issues', payload)!;
  expect(validate({ ...payload, issue: { ...payload.issue as object, number: '42' } })).toBe(false);
});

const examples = (require('@octokit/webhooks-examples') as { default: readonly Examples[] } | readonly Examples[]);
const published = ('default' in examples ? examples.default : examples).flatMap(({ name, examples: each }) => each.map((payload, index) => ({ it: `${name} ${index}`, event: name, payload })));

test('the published examples are of events that are known', () => {
  expect([...new Set(published.map(({ event }) => event))].filter((event) => !GITHUB_EVENTS.includes(event))).toEqual([]);
});

test('each published example can be judged, and a template can read it', () => {
  const template = parseTemplate('{{.Event}} {{.Action}} {{.Sender}} {{.Repository}} {{.ID}} {{.Title}} {{.ChangedFiles}} {{.Payload.GetSender.GetLogin}} {{.Payload}}', 'prompt');
  const filters = ['action', 'author', 'branch', 'tag', 'bodyPattern', 'checkName', 'state'].map((field) => ({ [field]: 'x' }));
  for (const { it, event, payload } of published) {
    const facts = eventFacts({ event, payload });
    expect(facts.sender, it).toBe((payload.sender as { login?: string } | undefined)?.login ?? '');
    expect(judge({ events: [event] }, facts), it).toEqual({ outcome: 'match' });
    for (const filter of filters) expect(judge({ events: [event], filters: [{ event, ...filter }] }, facts), it).toHaveProperty('outcome');
    const text = renderTemplate(template, eventVariables(facts, payload), { missingKey: 'error' });
    expect(text.startsWith(`${event} `), it).toBe(true);
  }
}, 300_000);
