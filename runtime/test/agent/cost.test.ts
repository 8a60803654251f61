import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ModelUsage } from '../../src/agent/adapter.ts';
import { pricesFor, withCost } from '../../src/agent/cost.ts';
import { temporaryDirectory } from './git-fixture.ts';

const prices = await pricesFor({});
const used = (fields: Partial<ModelUsage>): ModelUsage => ({ model: 'gpt-5.5', inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, ...fields });
const cost = (...usage: ModelUsage[]) => {
  const { outcome, unknown } = withCost({ ended: true, usage }, prices);
  return unknown ?? outcome.costUsd;
};

test.each<[string, ModelUsage[], string]>([
  ['each kind of token has its price', [used({ inputTokens: 100_000, cacheReadTokens: 100_000, outputTokens: 10_000 })], '0.85'],
  ['several models add up, without noise', [used({ inputTokens: 10_000 }), used({ model: 'gemini-2.5-flash', outputTokens: 10_000 })], '0.075'],
  ['a provider before the name does not matter', [used({ model: 'openai/gpt-5.5', inputTokens: 1_000 })], '0.005'],
  ['the date of a snapshot does not matter', [used({ model: 'gpt-5.5-2026-04-01', inputTokens: 1_000 })], '0.005'],
  ['a long prompt has its own price', [used({ inputTokens: 300_000, isOneRequest: true })], '3'],
  ['a prompt on the bound has the usual one', [used({ inputTokens: 272_000, isOneRequest: true })], '1.36'],
  ['a sum below the bound is of short prompts', [used({ inputTokens: 272_000 })], '1.36'],
])('%s', (_, usage, expected) => {
  expect(cost(...usage)).toBe(expected);
});

test.each<[string, ModelUsage[], string]>([
  ['a model without a price', [used({ model: 'gpt-5.5-turbo', inputTokens: 1 })], 'no price is known for model "gpt-5.5-turbo"; name it in TASKWRIGHT_PRICES'],
  ['one such model among others', [used({}), used({ model: 'mine', inputTokens: 1 })], 'no price is known for model "mine"; name it in TASKWRIGHT_PRICES'],
  ['a model that nobody names', [used({ model: undefined, inputTokens: 1 })], 'the agent does not say which model it used; set one'],
  ['long prompts that may be short ones', [used({ inputTokens: 272_001 })], '"gpt-5.5" has another price for long prompts, and how long each of them was is not known'],
  ['a cache without a price', [used({ cacheWriteTokens: 1 })], 'the price of "gpt-5.5" does not say what its cache costs; add cacheRead and cacheWrite in TASKWRIGHT_PRICES'],
])('%s has no cost, and the reason is said', (_, usage, reason) => {
  expect(cost(...usage)).toBe(reason);
});

test('what the agent says itself counts more than the table', () => {
  expect(withCost({ ended: true, costUsd: '7', usage: [used({ inputTokens: 1 })] }, prices).outcome.costUsd).toBe('7');
  expect(withCost({ ended: true }, prices)).toEqual({ outcome: { ended: true } });
});

test('prices of a variable or a file come over those of the table', async () => {
  const own = JSON.stringify({ 'gpt-5.5': { input: 1, output: 1 }, mine: { input: 2, output: 4 } });
  const file = join(temporaryDirectory(), 'prices.json');
  writeFileSync(file, own);
  for (const env of [{ TASKWRIGHT_PRICES: own }, { TASKWRIGHT_PRICES_FILE: file }]) {
    const usage = [used({ inputTokens: 1_000_000 }), used({ model: 'mine', outputTokens: 1_000_000 }), used({ model: 'gpt-5.4-mini', inputTokens: 1_000_000 })];
    expect(withCost({ ended: true, usage }, await pricesFor(env)).outcome.costUsd).toBe('5.75');
  }
});

test.each([
  ['{', /^TASKWRIGHT_PRICES: not JSON/],
  ['{"mine":{"input":-1,"output":2}}', /^TASKWRIGHT_PRICES: mine\.input: .*; a price is \{"input": 1\.25/],
  ['{"mine":{"input":1,"output":2,"cached":1}}', /^TASKWRIGHT_PRICES: mine: Unrecognized key: "cached"; a price is/],
  ['[]', /^TASKWRIGHT_PRICES: /],
])('prices like %s are refused by name', async (text, message) => {
  await expect(pricesFor({ TASKWRIGHT_PRICES: text })).rejects.toThrow(message);
  await expect(pricesFor({ TASKWRIGHT_PRICES_FILE: '/nowhere/prices.json' })).rejects.toThrow(/^TASKWRIGHT_PRICES_FILE: cannot be read/);
});

test('every price of the table is one that an own table might have', async () => {
  const text = JSON.stringify(Object.fromEntries(prices));
  expect((await pricesFor({ TASKWRIGHT_PRICES: text })).size).toBe(prices.size);
  for (const { input, output, cacheRead = 0, above } of prices.values()) {
    expect(cacheRead).toBeLessThan(input);
    expect(above?.output ?? Infinity).toBeGreaterThan(output);
  }
});
