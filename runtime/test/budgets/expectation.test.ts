import { expect, test } from 'vitest';
import { amountsOf } from '../../src/budgets/amounts.ts';
import { expectationOf } from '../../src/budgets/expectation.ts';
import { samplesOf } from '../../src/budgets/task-records.ts';
import { aRecord, cost, recordsOf } from './budget-fixtures.ts';

const task = (annotations: Record<string, string> = {}) => ({ metadata: { name: 'fix', annotations } });

test('nobody knows what the first Task of its kind spends', () => {
  expect([...expectationOf(task(), []).unknown]).toEqual(['cost', 'inputTokens', 'outputTokens']);
});

test('a Task is expected to spend what the dearest like it did, measure by measure', () => {
  const { amounts, unknown } = expectationOf(task(), [amountsOf({ costUSD: '1', inputTokens: 9 }), amountsOf({ costUSD: '3', inputTokens: 2 })]);
  expect([amounts, unknown.size]).toEqual([amountsOf({ costUSD: '3', inputTokens: 9 }), 0]);
});

test('what its author declares is taken instead', () => {
  const { amounts, declared, unknown } = expectationOf(task({ 'taskwright.dev/max-cost-usd': '2500m', 'taskwright.dev/max-output-tokens': '7' }), []);
  expect([amounts, [...declared], [...unknown]]).toEqual([amountsOf({ costUSD: '2.5', outputTokens: 7 }), ['cost', 'outputTokens'], ['inputTokens']]);
});

test.each(['', 'much', '-1', '1e999'])('what cannot be read, as %j, is not declared', (text) => {
  expect(expectationOf(task({ 'taskwright.dev/max-cost-usd': text, 'taskwright.dev/max-input-tokens': text }), []).declared.size).toBe(0);
});

test('the last 20 of 30 days with the same agent and model are samples', () => {
  const now = new Date('2026-02-01T12:00:00Z');
  const worker = { type: 'codex' as const, model: 'm' };
  const like = Array.from({ length: 25 }, (_, index) => aRecord({ ...worker, name: `r${index}`, completionTime: `2026-01-31T00:${String(index).padStart(2, '0')}:00Z`, usage: { costUSD: String(100 - index) } }));
  const old = aRecord({ ...worker, name: 'old', completionTime: '2025-12-01T00:00:00Z', usage: { costUSD: '999' } });
  const otherModel = aRecord({ ...worker, model: 'n', name: 'n', completionTime: '2026-02-01T00:00:00Z', usage: { costUSD: '999' } });
  const samples = samplesOf(recordsOf(...like, old, otherModel), 'dev', worker, now);
  expect([samples.length, samples[0], samples.at(-1)]).toEqual([20, cost('76'), cost('95')]);
});
