import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/kube/log.ts';
import { LinearLabels } from '../../../src/sources/linear-webhook/linear-labels.ts';
import { linearWebhookSource } from '../../../src/sources/linear-webhook/linear-webhook.ts';
import type { SourceContext, TriggerConfig } from '../../../src/sources/source.ts';
import { ManualClock } from '../../kube/manual-clock.ts';

const issue = { type: 'Issue', action: 'create', actor: { name: 'Ada' }, data: { id: 'i-1', title: 'Slow', description: 'It is', state: { name: 'Todo' }, labels: [{ name: 'Bug' }, { name: 'Urgent' }] } };
const comment = { type: 'Comment', action: 'create', data: { id: 'c-1', body: 'please', issue: { id: 'i-1' } } };
const suffix = createHash('sha256').update('delivery-1').digest('hex').slice(0, 12);

interface Asked {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** Linear's API, as it documents it: one question, with the answers one after the other. */
function linear(...answers: (() => Response)[]) {
  const asked: Asked[] = [];
  const fetch = async (url: unknown, init: RequestInit = {}) => {
    asked.push({ url: String(url), headers: init.headers as Record<string, string>, body: JSON.parse(String(init.body)) });
    return answers[asked.length - 1]!();
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
}

const labelled = (...names: string[]) => () => Response.json({ data: { issue: { labels: { nodes: names.map((name) => ({ name })) } } } });

function source(fetch?: typeof globalThis.fetch) {
  const { match } = linearWebhookSource(new LinearLabels());
  const context = { fetch, clock: new ManualClock(), signal: new AbortController().signal, log: silentLog } as Partial<SourceContext> as SourceContext;
  return (config: Partial<TriggerConfig<'linearWebhook'>>, payload: Record<string, unknown>, apiKey?: string) => match({ types: ['Issue', 'Comment'], ...config }, { id: 'delivery-1', payload, ...(apiKey ? { apiKey } : {}) }, context);
}

test('an issue becomes an event', async () => {
  expect(await source()({}, issue)).toEqual({
    id: 'delivery-1',
    nameSuffix: `issue-${suffix}`,
    summary: `Linear delivery ${suffix} (issue)`,
    variables: { ID: 'i-1', Title: 'Slow', Kind: 'LinearWebhook', Type: 'Issue', Action: 'create', State: 'Todo', Labels: 'Bug, Urgent', IssueID: '', Payload: issue },
    labels: ['Bug', 'Urgent'],
    annotations: {},
    origin: { subject: 'linear/i-1', actor: 'Ada', text: 'It is', createdAt: new Date('2026-01-01T00:00:00Z') },
  });
});

test.each([['a text', 'i-1', 'i-1'], ['a number', 12_345_678, '12345678']])('the issue of a comment is %s', async (_, id, text) => {
  const payload = { ...comment, data: { ...comment.data, issue: { id } } };
  expect(await source()({}, payload)).toHaveProperty('variables', { ID: 'c-1', Title: '', Kind: 'LinearWebhook', Type: 'Comment', Action: 'create', State: '', Labels: '', IssueID: text, Payload: payload });
});

describe('filters, in any case of letters', () => {
  const withIssueLabels = { ...comment, data: { ...comment.data, labels: [], issue: { id: 'i-1', labels: [{ name: 'bug' }] } } };
  test.each<[string, Partial<TriggerConfig<'linearWebhook'>>, Record<string, unknown>, { filter: string; seen: string } | undefined]>([
    ['a type', { types: ['issue'] }, issue, undefined],
    ['another type', { types: ['Project'] }, issue, { filter: 'types', seen: 'Issue' }],
    ['an action', { filters: [{ action: 'create' }] }, issue, undefined],
    ['another action', { filters: [{ action: 'remove' }] }, issue, { filter: 'filters[0].action', seen: 'create' }],
    ['a state', { filters: [{ states: ['done', 'tOdO'] }] }, issue, undefined],
    ['another state', { filters: [{ states: ['done'] }] }, issue, { filter: 'filters[0].states', seen: 'Todo' }],
    ['all labels', { filters: [{ labels: ['bug', 'urgent'] }] }, issue, undefined],
    ['a label that is missing', { filters: [{ labels: ['bug', 'ui'] }] }, issue, { filter: 'filters[0].labels', seen: 'Bug, Urgent' }],
    ['a label that rules out', { filters: [{ excludeLabels: ['URGENT'] }] }, issue, { filter: 'filters[0].excludeLabels', seen: 'Bug, Urgent' }],
    ['one of several', { filters: [{ action: 'remove' }, { type: 'ISSUE', states: ['todo'] }] }, issue, undefined],
    ['only those for its type', { filters: [{ type: 'Comment' }] }, issue, { filter: 'filters[0].type', seen: 'Issue' }],
    ['the labels of the issue of a comment', { filters: [{ labels: ['BUG'] }] }, withIssueLabels, undefined],
    ['labels that nobody can tell', { filters: [{ labels: ['bug'] }] }, comment, { filter: 'filters[0].labels', seen: 'the labels are not known' }],
    ['labels that nobody can tell do not rule out', { filters: [{ excludeLabels: ['bug'] }] }, comment, undefined],
  ])('%s', async (_, config, payload, against) => {
    const { filter, seen } = { filter: undefined, seen: undefined, ...(await source()(config, payload)) };
    expect({ filter, seen }).toEqual(against ?? { filter: undefined, seen: undefined });
  });
});

describe('the labels of the issue of a comment are asked for', () => {
  test('once, however many spawners want to know', async () => {
    const { asked, fetch } = linear(labelled('Bug'));
    const match = source(fetch);
    const both = await Promise.all([match({ filters: [{ labels: ['bug'] }] }, comment, 'key'), match({ filters: [{ excludeLabels: ['bug'] }] }, comment, 'key')]);
    expect(both[0]).toHaveProperty('variables.Labels', 'Bug');
    expect(both[0]).toHaveProperty('variables.Payload', { ...comment, data: { ...comment.data, issue: { id: 'i-1', labels: [{ name: 'Bug' }] } } });
    expect(both[1]).toHaveProperty('filter', 'filters[0].excludeLabels');
    const query = 'query IssueLabels($id: String!) { issue(id: $id) { labels { nodes { name } } } }';
    expect(asked).toEqual([{ url: 'https://api.linear.app/graphql', headers: { 'content-type': 'application/json', authorization: 'key' }, body: { query, variables: { id: 'i-1' } } }]);
  });

  test('not where no filter of its type asks for labels', async () => {
    const { asked, fetch } = linear();
    const match = source(fetch);
    await match({}, comment, 'key');
    await match({ filters: [{ action: 'create' }, { type: 'Issue', labels: ['bug'] }] }, comment, 'key');
    expect(asked).toEqual([]);
  });

  test.each([['an error', () => new Response('no', { status: 500 }), 'Linear, labels of an issue: it answered 500'], ['errors in it', () => Response.json({ errors: [{ message: 'x' }] }), 'Linear, labels of an issue: it answered with 1 errors']])('again after %s', async (_, failure, message) => {
    const match = source(linear(failure, labelled('Bug')).fetch);
    const config = { filters: [{ labels: ['bug'] }] };
    await expect(match(config, comment, 'key')).rejects.toThrow(message);
    expect(await match(config, comment, 'key')).toHaveProperty('labels', ['Bug']);
  });
});

test('whose the key is Linear tells as it names actors; of a thing that was there nothing says when it came', async () => {
  const { asked, fetch } = linear(() => Response.json({ data: { viewer: { name: 'Agents' } } }), () => Response.json({ data: { viewer: null } }));
  const event = await source()({}, { ...issue, action: 'update' }, 'lin_api_key');
  if (!('origin' in event)) throw new Error('it was skipped');
  const { own, ...origin } = event.origin!;
  const ask = () => own!.ask({ fetch, clock: new ManualClock(), signal: new AbortController().signal });
  expect([origin, own!.key.includes('lin_api_key'), await ask()]).toEqual([{ subject: 'linear/i-1', actor: 'Ada', text: 'It is' }, false, 'Agents']);
  await expect(ask()).rejects.toThrow('Linear does not say whose the key is');
  expect(asked.map(({ url, body }) => [url, body])).toEqual(Array(2).fill(['https://api.linear.app/graphql', { query: 'query Viewer { viewer { name } }' }]));
});
