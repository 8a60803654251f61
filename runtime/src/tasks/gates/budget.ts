import type { Expectation } from '../../budgets/expectation.ts';
import { lackOfRoom, reachedLimit, type Standing } from '../../budgets/standing.ts';
import type { Gate } from '../gate.ts';

/** The budgets that a Task comes under. */
export interface BudgetStandings {
  readonly standings: readonly Standing[];
  readonly expected: Expectation;
}

/**
 * Lets a Task start while every budget it comes under has room for it. A budget that cannot be counted lets nobody start: whoever wrote it meant
 * to limit something.
 */
export const budgetGate: Gate = ({ budgets, now }) => {
  const { standings, expected } = budgets();
  for (const standing of standings) {
    const { name = '' } = standing.budget.metadata;
    if ('problem' in standing) {
      const reason = `it cannot be counted: ${standing.problem.message}`;
      return { hold: 'BudgetInvalid', message: `Waiting for TaskBudget "${name}" to be corrected: ${standing.problem.message}`, blocked: { budgetName: name, reason } };
    }
    const retryAfterMs = Math.max(standing.window.end.getTime() - now.getTime(), 1_000);
    const reached = reachedLimit(standing.budget, standing.used);
    if (reached) return { hold: 'BudgetExceeded', message: `Budget "${name}" exceeded: ${reached}`, blocked: { budgetName: name, reason: reached }, retryAfterMs };
    const lack = lackOfRoom(standing.budget, standing.used, standing.reserved, expected);
    if (lack) return { hold: 'BudgetReserved', message: `Waiting for room in budget "${name}": ${lack}`, blocked: { budgetName: name, reason: lack }, retryAfterMs };
  }
  return undefined;
};
