import type { TaskBudgetSpec } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { amountsOf } from '../../src/budgets/amounts.ts';
import type { Expectation } from '../../src/budgets/expectation.ts';
import { lackOfRoom, reachedLimit, spendOf } from '../../src/budgets/standing.ts';
import { aBudget, aRecord, cost, declares, expects, recordsOf, unknown } from './budget-fixtures.ts';

const now = new Date('2026-01-01T12:00:00Z');

test.each<{ it: string; spec: Partial<TaskBudgetSpec>; used: object; reached?: string }>([
  { it: 'below', spec: { maxCostUSD: '2' }, used: { costUSD: '1999m' } },
  { it: 'equal', spec: { maxCostUSD: '1500m' }, used: { costUSD: '1.5' }, reached: 'cost 1500m >= limit 1500m' },
  { it: 'a number without quotes', spec: { maxCostUSD: 1 as never }, used: { costUSD: '2' }, reached: 'cost 2 >= limit 1' },
  { it: 'nothing to spend', spec: { maxCostUSD: '0' }, used: {}, reached: 'cost 0 >= limit 0' },
  { it: 'no limit of that measure', spec: { maxCostUSD: '1' }, used: { inputTokens: 1_000_000 } },
  { it: 'input tokens', spec: { maxInputTokens: 10 }, used: { inputTokens: 11 }, reached: 'input tokens 11 >= limit 10' },
  { it: 'cost first, then input, then output', spec: { maxOutputTokens: 1, maxInputTokens: 1, maxCostUSD: '9' }, used: { inputTokens: 1, outputTokens: 1 }, reached: 'input tokens 1 >= limit 1' },
])('a limit is reached: $it', ({ spec, used, reached }) => {
  expect(reachedLimit(aBudget({ spec }), amountsOf(used))).toBe(reached);
});

test('what counts is what ended in the window, first instant included, under labels that are selected', () => {
  const records = recordsOf(
    aRecord({ name: 'first', completionTime: '2026-01-01T00:00:00Z', usage: { costUSD: '1' }, labels: { team: 'shop' } }),
    aRecord({ name: 'later', completionTime: '2026-01-01T23:59:59Z', usage: { costUSD: '250m', inputTokens: 5 }, labels: { team: 'shop' } }),
    aRecord({ name: 'before', completionTime: '2025-12-31T23:59:59Z', usage: { costUSD: '10' }, labels: { team: 'shop' } }),
    aRecord({ name: 'after', completionTime: '2026-01-02T00:00:00Z', usage: { costUSD: '10' }, labels: { team: 'shop' } }),
    aRecord({ name: 'others', usage: { costUSD: '10' }, labels: { team: 'store' } }),
    aRecord({ name: 'none', labels: { team: 'shop' } }),
  );
  const budget = aBudget({ spec: { taskSelector: { matchLabels: { team: 'shop' } }, maxCostUSD: '9' } });
  expect(spendOf(budget, records, now)).toMatchObject({ used: amountsOf({ costUSD: '1250m', inputTokens: 5 }) });
});

const lack = (limit: string, used: string, reserved: Expectation[], own: Expectation) =>
  lackOfRoom(aBudget({ spec: { maxCostUSD: limit } }), cost(used), reserved.map((expected, index) => ({ taskName: `t${index}`, expected })), own);

test.each<{ it: string; limit?: string; used: string; reserved?: Expectation[]; own: Expectation; lack?: string }>([
  { it: 'alone, with more to spend than is left: as in the reference', used: '9', own: expects('5') },
  { it: 'alone, and unknown', used: '9', own: unknown },
  { it: 'alone, and declared to fit', used: '5', own: declares('5') },
  { it: 'alone, and declared not to fit', used: '6', own: declares('5'), lack: 'cost 6 spent, 5 needed, limit 10' },
  { it: 'beside one that leaves room', used: '3', reserved: [expects('2')], own: expects('5') },
  { it: 'beside one that does not', used: '3', reserved: [expects('2'), expects('1')], own: expects('5'), lack: 'cost 3 spent, 3 set aside for 2 other Tasks, 5 needed, limit 10' },
  { it: 'beside one that nobody knows', used: '0', reserved: [expects('1'), unknown], own: expects('1'), lack: 'nobody knows yet what Task t1 spends' },
  { it: 'unknown, beside one that is known', used: '0', reserved: [expects('1')], own: unknown, lack: 'nobody knows yet what this Task spends, and 1 other Task is at work' },
  { it: 'beside ones that have never spent anything', used: '0', reserved: [expects('0'), expects('0')], own: expects('0') },
])('a Task finds room, or not: $it', ({ limit = '10', used, reserved = [], own, lack: expected }) => {
  expect(lack(limit, used, reserved, own)).toBe(expected);
});

test('what is not limited need not be known', () => {
  const budget = aBudget({ spec: { maxInputTokens: 10 } });
  const costUnknown: Expectation = { ...expects('0'), unknown: new Set(['cost']) };
  expect(lackOfRoom(budget, cost('0'), [{ taskName: 't', expected: costUnknown }], costUnknown)).toBeUndefined();
});
