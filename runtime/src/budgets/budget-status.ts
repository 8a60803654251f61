import type { Condition, TaskBudget, TaskBudgetStatus } from '@taskwright/schema';
import { isDeepStrictEqual } from 'node:util';
import { idle, type Plan } from '../kube/plan.ts';
import { conditionOf } from '../kube/condition.ts';
import { toKubeTime } from '../kube/time.ts';
import { amountsOf, usageFrom } from './amounts.ts';
import { hardStopProblemOf } from './hard-limit.ts';
import { type BudgetProblem, coveredBy, spendOf } from './standing.ts';
import type { Records } from './task-records.ts';

export interface BudgetFacts {
  readonly budget: TaskBudget;
  readonly records: Records;
  readonly now: Date;
}

/** Says of a budget what has been spent in its window, and looks again when that ends. One that cannot be counted says why, in its condition `Degraded`. */
export function planBudget({ budget, records, now }: BudgetFacts): Plan<TaskBudgetStatus> {
  const invalid = hardStopProblemOf(budget) ?? coveredBy(budget, {});
  const spend = typeof invalid === 'object' ? invalid : spendOf(budget, records, now);
  if ('reason' in spend) return changed(budget, { ...budget.status, conditions: withDegraded(budget, spend, now) }, spend.message);
  const { window, used } = spend;
  const { used: before, ...rest } = budget.status ?? {};
  const usage = usageFrom(used);
  const status: TaskBudgetStatus = {
    ...rest,
    ...(budget.metadata.generation === undefined ? {} : { observedGeneration: budget.metadata.generation }),
    currentPeriodStart: toKubeTime(window.start),
    currentPeriodEnd: toKubeTime(window.end),
    // Equal amounts may be written in different ways.
    ...(usage ? { used: isDeepStrictEqual(amountsOf(before), used) && before ? before : usage } : {}),
    conditions: withDegraded(budget, undefined, now),
  };
  return { ...changed(budget, status, 'its spend is as it was'), requeueAfterMs: Math.max(window.end.getTime() - now.getTime(), 1_000) };
}

function changed({ status = {} }: TaskBudget, { conditions = [], ...rest }: TaskBudgetStatus, why: string): Plan<TaskBudgetStatus> {
  const next = { ...rest, ...(conditions.length > 0 ? { conditions } : {}) };
  return isDeepStrictEqual(next, status) ? idle(why) : { status: next };
}

function withDegraded(budget: TaskBudget, problem: BudgetProblem | undefined, now: Date): Condition[] {
  const others = (budget.status?.conditions ?? []).filter(({ type }) => type !== 'Degraded');
  return problem ? [...others, conditionOf(budget, { type: 'Degraded', status: 'True', ...problem }, now)] : others;
}
