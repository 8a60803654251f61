import { events } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { eventFacts } from '../../../src/sources/github-webhook/event-facts.ts';
import { eventVariables } from '../../../src/sources/github-webhook/event-variables.ts';
import { aPayload, eventOfPayload, payloadNames } from './a-delivery.ts';

const { variables: known } = events.find(({ title }) => title === 'GitHubWebhookEvent')!;

test.each(payloadNames)('%s offers the variables that programs are told of, and no others', (name) => {
  const event = eventOfPayload(name);
  const payload = aPayload(name);
  const offered = Object.keys(eventVariables(eventFacts({ event, payload }), payload));
  expect(offered.filter((variable) => known[variable] === undefined || known[variable].of?.includes(event) === false)).toEqual([]);
  const sure = Object.entries(known).filter(([, { of, alwaysOf }]) => of === undefined || alwaysOf?.includes(event)).map(([variable]) => variable);
  expect(sure.filter((variable) => !offered.includes(variable))).toEqual([]);
});

test('numbers are ints, lists are lists, and all else is text', () => {
  const payload = aPayload('pull_request_review.submitted');
  const { Payload, ...variables } = eventVariables(eventFacts({ event: 'pull_request_review', payload }), payload);
  expect(Payload).toBeDefined();
  const types = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, Array.isArray(value) ? 'list' : typeof value]));
  expect(types).toEqual(Object.fromEntries(Object.keys(variables).map((name) => [name, known[name]!.type === 'number' ? 'bigint' : known[name]!.type ?? 'string'])));
});
