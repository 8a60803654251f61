import { expect, test } from 'vitest';
import type { Standing } from '../../../src/budgets/standing.ts';
import { type BudgetStandings, budgetGate } from '../../../src/tasks/gates/budget.ts';
import { aBudget, cost, declares, expects, unknown } from '../../budgets/budget-fixtures.ts';
import { facts, now } from '../task-fixtures.ts';

const window = { start: new Date('2026-01-01T00:00:00Z'), end: new Date('2026-01-02T00:00:00Z') };
const LEFT_MS = window.end.getTime() - now.getTime();

const named = (name: string, maxCostUSD: string) => aBudget({ metadata: { ...aBudget().metadata, name }, spec: { maxCostUSD } });
const standing = ({ name = 'daily', limit = '10', used = '0', reserved = [], ends = window.end }: { name?: string; limit?: string; used?: string; reserved?: BudgetStandings['expected'][]; ends?: Date } = {}): Standing => (
  { budget: named(name, limit), window: { ...window, end: ends }, used: cost(used), reserved: reserved.map((expected, index) => ({ taskName: `t${index}`, expected })), isHard: false }
);
const said = (standings: Standing[], expected = unknown) => budgetGate(facts({ budgets: () => ({ standings, expected }) }));

test.each<{ it: string; standings: Standing[]; expected?: BudgetStandings['expected'] }>([
  { it: 'under no budget', standings: [] },
  { it: 'while something is left and nobody else is at work', standings: [standing({ used: '9.99' })] },
  { it: 'while all that it declares is left', standings: [standing({ used: '8' })], expected: declares('2') },
  { it: 'while every budget has room', standings: [standing(), standing({ name: 'weekly', used: '9' })] },
  { it: 'beside one that leaves it room', standings: [standing({ reserved: [expects('8')] })], expected: expects('2') },
])('a Task starts $it', ({ standings, expected }) => {
  expect(said(standings, expected)).toBeUndefined();
});

test.each<{ it: string; standings: Standing[]; expected?: BudgetStandings['expected']; obstacle: object }>([
  {
    it: 'that is used up',
    standings: [standing({ used: '10' })],
    obstacle: { hold: 'BudgetExceeded', message: 'Budget "daily" exceeded: cost 10 >= limit 10', blocked: { budgetName: 'daily', reason: 'cost 10 >= limit 10' }, retryAfterMs: LEFT_MS },
  },
  {
    it: 'that is set aside for others',
    standings: [standing({ used: '5', reserved: [expects('4')] })],
    expected: expects('2'),
    obstacle: {
      hold: 'BudgetReserved',
      message: 'Waiting for room in budget "daily": cost 5 spent, 4 set aside for 1 other Task, 2 needed, limit 10',
      blocked: { budgetName: 'daily', reason: 'cost 5 spent, 4 set aside for 1 other Task, 2 needed, limit 10' },
      retryAfterMs: LEFT_MS,
    },
  },
  {
    it: 'that nobody can count, whatever is left of it',
    standings: [{ budget: named('daily', '10'), problem: { reason: 'InvalidSelector', message: 'spec.taskSelector: bad' } }],
    obstacle: {
      hold: 'BudgetInvalid',
      message: 'Waiting for TaskBudget "daily" to be corrected: spec.taskSelector: bad',
      blocked: { budgetName: 'daily', reason: 'it cannot be counted: spec.taskSelector: bad' },
    },
  },
  {
    it: 'the second of two, where the first has room',
    standings: [standing(), standing({ name: 'shared', limit: '0' })],
    obstacle: { hold: 'BudgetExceeded', message: 'Budget "shared" exceeded: cost 0 >= limit 0', blocked: { budgetName: 'shared', reason: 'cost 0 >= limit 0' }, retryAfterMs: LEFT_MS },
  },
  {
    it: 'whose window ends this moment: it looks again a second later',
    standings: [standing({ used: '10', ends: now })],
    obstacle: { hold: 'BudgetExceeded', message: 'Budget "daily" exceeded: cost 10 >= limit 10', blocked: { budgetName: 'daily', reason: 'cost 10 >= limit 10' }, retryAfterMs: 1_000 },
  },
])('a Task waits for a budget $it', ({ standings, expected, obstacle }) => {
  expect(said(standings, expected)).toEqual(obstacle);
});
