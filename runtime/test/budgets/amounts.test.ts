import { expect, test } from 'vitest';
import { amountsOf, describe as described, largest, limitsOf, sum, usageFrom } from '../../src/budgets/amounts.ts';
import { aBudget } from './budget-fixtures.ts';

test('money is added up without a float: a dollar in a thousand pieces is a dollar', () => {
  expect(usageFrom(sum(Array.from({ length: 1_000 }, () => amountsOf({ costUSD: '0.001', inputTokens: 1 }))))).toEqual({ costUSD: '1', inputTokens: 1_000 });
});

test('what is zero is left out, and nothing at all is nothing', () => {
  expect([usageFrom(amountsOf({ costUSD: '0', outputTokens: 5 })), usageFrom(amountsOf({})), usageFrom(amountsOf())]).toEqual([{ outputTokens: 5 }, undefined, undefined]);
});

test('the largest is taken of each measure by itself', () => {
  expect(largest([amountsOf({ costUSD: '2', inputTokens: 1 }), amountsOf({ costUSD: '1', inputTokens: 3 })])).toEqual(amountsOf({ costUSD: '2', inputTokens: 3 }));
});

test('only limits that are set are limits, 0 included', () => {
  const { spec } = aBudget({ spec: { maxCostUSD: '0', maxOutputTokens: 0 } });
  expect(limitsOf(spec)).toEqual({ cost: 0n, outputTokens: 0n });
});

test.each([['cost', 1_500_000_000n, 'cost 1500m'], ['inputTokens', 10n, 'input tokens 10'], ['outputTokens', 0n, 'output tokens 0']] as const)('%s %d reads as %s', (measure, amount, text) => {
  expect(described(measure, amount)).toBe(text);
});
