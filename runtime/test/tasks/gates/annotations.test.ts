import { expect, test } from 'vitest';
import { annotationGate } from '../../../src/tasks/gates/annotations.ts';
import { expectationOf } from '../../../src/budgets/expectation.ts';
import { aTask, facts } from '../task-fixtures.ts';

const ofTask = (name: string, value: string) => aTask({ annotations: { [`taskwright.dev/${name}`]: value } });
const said = (name: string, value: string) => annotationGate(facts({ task: ofTask(name, value) }));

const seconds = 'a whole number of seconds';
const tokens = 'a whole number of tokens';
const dollars = 'an amount of US dollars such as 2.50, 10 or 1500m';

test.each<[name: string, value: string, allowed: string]>([
  ['retry-limit', 'many', 'a whole number from 0 to 10'],
  ['retry-limit', '11', 'a whole number from 0 to 10'],
  ['retry-limit', '', 'a whole number from 0 to 10'],
  ['retry-backoff-seconds', '-1', seconds],
  ['retry-backoff-seconds', '1.5', seconds],
  ['retry-on', 'Agent,Weather', 'some of Agent, Preparation, Stopped, Deadline, Limit, OutputInvalid, with commas between them'],
  ['retry-on', 'Agent,', 'some of Agent, Preparation, Stopped, Deadline, Limit, OutputInvalid, with commas between them'],
  ['ttl-seconds-after-failed', '1h', seconds],
  ['max-cost-usd', '$2', dollars],
  ['max-cost-usd', '-2', dollars],
  ['max-cost-usd', '2,50', dollars],
  ['max-cost-usd', '2 ', dollars],
  ['max-input-tokens', '1M', tokens],
  ['max-input-tokens', '-1', tokens],
  ['max-output-tokens', '1e6', tokens],
  ['max-output-tokens', '1234567890123456', tokens],
])('%s %j holds a Task until it is corrected: who declares nonsense spends nothing', (name, value, allowed) => {
  expect(said(name, value)).toEqual({ hold: 'AnnotationInvalid', message: `Waiting for annotation taskwright.dev/${name} to be corrected, got ${JSON.stringify(value)}; it has to be ${allowed}` });
});

test.each<[name: string, value: string]>([
  ['retry-limit', '0'], ['retry-limit', '10'], ['retry-backoff-seconds', '0'], ['retry-on', 'Stopped, Preparation'], ['ttl-seconds-after-failed', '0'], ['another', 'x'],
])('%s %j holds nobody', (name, value) => {
  expect(said(name, value)).toBeUndefined();
});

test.each<[name: string, value: string, amount: object]>([
  ['max-cost-usd', '0', { cost: 0n }], ['max-cost-usd', '2.50', { cost: 2_500_000_000n }], ['max-cost-usd', '1500m', { cost: 1_500_000_000n }], ['max-cost-usd', '+.5', { cost: 500_000_000n }],
  ['max-cost-usd', '1e1', { cost: 10_000_000_000n }], ['max-cost-usd', '1Ki', { cost: 1_024_000_000_000n }], ['max-input-tokens', '0', { inputTokens: 0n }], ['max-output-tokens', '123456789012345', { outputTokens: 123_456_789_012_345n }],
])('what holds nobody is understood: %s %j', (name, value, amount) => {
  expect(said(name, value)).toBeUndefined();
  const { amounts, declared } = expectationOf(ofTask(name, value), []);
  expect({ amounts, declared }).toEqual({ amounts: { cost: 0n, inputTokens: 0n, outputTokens: 0n, ...amount }, declared: new Set(Object.keys(amount)) });
});

test('a long value is told by its beginning', () => {
  expect(said('retry-limit', 'x'.repeat(1_000))).toMatchObject({ message: expect.stringContaining(`got "${'x'.repeat(100)}"; it has to be`) });
});
