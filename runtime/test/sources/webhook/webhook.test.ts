import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SourceContext, TriggerConfig } from '../../../src/sources/source.ts';
import { goText } from '../../../src/json-path/go-text.ts';
import { webhookSource } from '../../../src/sources/webhook/webhook.ts';

const payload = { id: 7, text: 'Down', on: true, count: 1_000_000, tags: ['a', 'b'], labels: { team: 'shop', z: 1 }, nothing: null, alerts: [{ n: 1 }, { n: 2 }] };
const digest = 'd'.repeat(64);

function match(config: Partial<TriggerConfig<'webhook'>>, value: unknown = payload) {
  const delivery = { endpoint: 'alerts', endpointId: 'alerts', payload: value, digest };
  return webhookSource.match({ source: 'alerts', fieldMapping: { id: '$.id' }, ...config }, delivery, {} as SourceContext);
}

const suffix = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 12);

test('a delivery becomes an event with what is mapped', async () => {
  const fieldMapping = { id: '$.id', title: '$.text', severity: '$.labels.team', missing: '$.zz' };
  expect(await match({ fieldMapping })).toEqual({
    id: 'generic-alerts-7',
    nameSuffix: `alerts-${suffix('generic-alerts-7')}`,
    summary: `delivery ${suffix('generic-alerts-7')} of webhook alerts`,
    variables: { ID: '7', Title: 'Down', Body: '', URL: '', Kind: 'GenericWebhook', Payload: payload, id: '7', title: 'Down', severity: 'shop', missing: '' },
    labels: [],
    annotations: {},
  });
});

test('what is mapped by the name of a variable stays', async () => {
  expect(await match({ fieldMapping: { id: '$.id', title: '$.text', Title: '$.labels.team' } })).toHaveProperty('variables.Title', 'shop');
});

describe('values are text as Go writes it', () => {
  test.each<[unknown, string]>([
    ['x', 'x'], [500, '500'], [123456.5, '123456.5'], [999_999, '999999'], [1_000_000, '1e+06'], [1_234_567, '1.234567e+06'], [0.0001, '0.0001'], [0.00001, '1e-05'], [-0, '-0'], [true, 'true'], [null, '<nil>'],
    [['a', 'b'], '[a b]'], [{ b: 1, a: 'x' }, 'map[a:x b:1]'], [[], '[]'], [{}, 'map[]'], [[[1], null], '[[1] <nil>]'],
  ])('%j', (value, text) => {
    expect(goText(value)).toBe(text);
  });

  test('several are a list', async () => {
    expect(await match({ fieldMapping: { id: '$.id', ns: '$.alerts[*].n', one: '$.tags[0:1]' } })).toHaveProperty('variables', { ID: '7', Title: '', Body: '', URL: '', Kind: 'GenericWebhook', Payload: payload, id: '7', ns: '[1 2]', one: '[a]' });
  });
});

describe('what tells deliveries apart', () => {
  test.each([['absent', '$.zz'], ['null', '$.nothing'], ['empty', '$.empty']])('is the body where the id is %s', async (_, id) => {
    expect(await match({ fieldMapping: { id } }, { ...payload, empty: '' })).toHaveProperty('id', `generic-alerts-${digest}`);
  });

  test('is the body besides where the id is a number that JSON reads as its neighbour', async () => {
    expect(await match({}, { id: 2 ** 53 })).toHaveProperty('id', `generic-alerts-9.007199254740992e+15-${digest}`);
  });
});

describe('filters', () => {
  test.each<[string, Partial<TriggerConfig<'webhook'>>, { filter: string; seen: string } | undefined]>([
    ['a text', { filters: [{ field: '$.text', value: 'Down' }] }, undefined],
    ['another text', { filters: [{ field: '$.text', value: 'Up' }] }, { filter: 'filters[0]', seen: 'Down' }],
    ['a number as text', { filters: [{ field: '$.count', value: '1e+06' }] }, undefined],
    ['a boolean as text', { filters: [{ field: '$.on', value: 'true' }] }, undefined],
    ['null as text', { filters: [{ field: '$.nothing', value: '<nil>' }] }, undefined],
    ['a pattern somewhere in it', { filters: [{ field: '$.text', pattern: 'ow' }] }, undefined],
    ['a pattern that is not there', { filters: [{ field: '$.text', pattern: '^ow' }] }, { filter: 'filters[0]', seen: 'Down' }],
    ['all of them have to match', { filters: [{ field: '$.on', value: 'true' }, { field: '$.text', value: 'x' }] }, { filter: 'filters[1]', seen: 'Down' }],
    ['what is not there', { filters: [{ field: '$.zz', pattern: '.*' }] }, { filter: 'filters[0]', seen: 'it is not there' }],
    ['neither value nor pattern: it has to be there', { filters: [{ field: '$.text' }] }, undefined],
    ['an exclusion', { excludeFilters: [{ field: '$.labels.team', pattern: 'sh(o|i)p' }] }, { filter: 'excludeFilters[0]', seen: 'shop' }],
    ['an exclusion of what is not there', { excludeFilters: [{ field: '$.zz', value: '' }] }, undefined],
    ['a path that is none, in a filter', { filters: [{ field: '$.[', value: 'x' }] }, { filter: 'filters[0].field', seen: 'cannot be read: a name is expected at "["' }],
    ['a path that is none, in an exclusion', { excludeFilters: [{ field: 'x', value: 'x' }] }, { filter: 'excludeFilters[0].field', seen: 'cannot be read: $ is expected at "x"' }],
    ['a path that is none, in a mapping', { fieldMapping: { id: '$.id', title: '$..' } }, { filter: 'fieldMapping.title', seen: 'cannot be read: a name is expected at its end' }],
    ['a pattern that is none', { filters: [{ field: '$.text', pattern: '(' }] }, { filter: 'filters[0].pattern', seen: 'cannot be read: error parsing regexp: missing closing ): `(`' }],
  ])('%s', async (_, config, against) => {
    const judged = await match(config);
    const { filter, seen } = { filter: undefined, seen: undefined, ...judged };
    expect({ filter, seen }).toEqual(against ?? { filter: undefined, seen: undefined });
  });

  test('a pattern that others take for ever for is answered', async () => {
    expect(await match({ filters: [{ field: '$.text', pattern: '^(a+)+$' }] }, { id: 1, text: `${'a'.repeat(100_000)}!` })).toHaveProperty('filter', 'filters[0]');
  });
});
