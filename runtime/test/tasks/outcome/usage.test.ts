import { expect, test } from 'vitest';
import { totalUsage, usageOf } from '../../../src/tasks/outcome/usage.ts';

test.each<{ it: string; results: Record<string, string>; usage: object | undefined }>([
  { it: 'all three', results: { 'cost-usd': '0.0532', 'input-tokens': '10', 'output-tokens': '3' }, usage: { costUSD: '53200u', inputTokens: 10, outputTokens: 3 } },
  { it: 'what is positive', results: { 'cost-usd': '0', 'input-tokens': '-1', 'output-tokens': '3' }, usage: { outputTokens: 3 } },
  { it: 'what can be read', results: { 'cost-usd': 'free', 'input-tokens': '1.5', 'output-tokens': '3' }, usage: { outputTokens: 3 } },
  { it: 'nothing', results: { 'cost-usd': '-1', 'input-tokens': '', branch: 'b' }, usage: undefined },
  { it: 'no number that would lose digits', results: { 'input-tokens': '9999999999999999' }, usage: undefined },
])('usage is $it', ({ results, usage }) => {
  expect(usageOf(results)).toEqual(usage);
});

test('attempts are added up exactly, and one without usage counts nothing', () => {
  expect(totalUsage([{ costUSD: '100m', inputTokens: 1 }, undefined, { costUSD: '200m', outputTokens: 2 }])).toEqual({ costUSD: '300m', inputTokens: 1, outputTokens: 2 });
  expect(totalUsage([{ costUSD: 1 }, { costUSD: '1000m' }])).toEqual({ costUSD: '2' });
  expect(totalUsage([undefined])).toBeUndefined();
});
