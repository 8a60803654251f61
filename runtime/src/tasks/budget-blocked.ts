import type { Condition, Task } from '@taskwright/schema';
import { conditionOf } from '../kube/condition.ts';

/** The reference's condition for a Task that a budget holds back. It is there, and `True`, for as long as one does. */
export const BUDGET_BLOCKED = 'BudgetBlocked';

/** Which budget, and why. */
export interface Blocked {
  readonly budgetName: string;
  readonly reason: string;
}

export function blockedCondition(task: Task, reason: string, { budgetName, reason: why }: Blocked, now: Date): Condition {
  return conditionOf(task, { type: BUDGET_BLOCKED, status: 'True', reason, message: `Blocked by TaskBudget "${budgetName}": ${why}` }, now);
}

/** The budget that holds a Task back, if one does. Its name has no quotes in it. */
export function blockingBudgetOf({ status }: Task): string | undefined {
  const blocked = status?.phase === 'Waiting' ? status.conditions?.find(({ type }) => type === BUDGET_BLOCKED) : undefined;
  return blocked && /^Blocked by TaskBudget "([^"]+)"/.exec(blocked.message)?.[1];
}
