import type { TaskBudget } from '@taskwright/schema';
import { amountsOf, limitsOf } from '../../src/budgets/amounts.ts';
import { coveredBy } from '../../src/budgets/standing.ts';
import { windowOf } from '../../src/budgets/window.ts';
import type { Life } from '../faults/history.ts';
import type { Run } from './run.ts';

/**
 * No Task starts under a budget that those started before it will have used up, however many run at a time. What a Task spent counts in the window in
 * which it ended. A budget counts from when the operator has seen it, and said so in its status.
 */
export function noOverspend({ history }: Run): string[] {
  const starts = history.of('Job').flatMap((job) => {
    const task = history.lives.get(job.ownerUid ?? '');
    return task ? [{ task, at: job.bornAt, time: new Date(job.last.metadata.creationTimestamp!) }] : [];
  });
  return history.of('TaskBudget').flatMap((life) => {
    const covered = starts.filter(({ task }) => coveredBy(life.last as TaskBudget, task.last.metadata.labels ?? {}) === true);
    return covered.flatMap(({ task, at, time }) => {
      const budget = life.versions.findLast((version) => version.at <= at)?.object as TaskBudget | undefined;
      const limit = budget?.status?.observedGeneration === undefined ? undefined : limitsOf(budget.spec).cost;
      if (limit === undefined) return [];
      const { start } = windowOf(budget!.spec.period, time);
      const counts = (other: Life) => Date.parse(endOf(other) ?? time.toISOString()) >= start.getTime();
      const spent = covered.filter((other) => other.at < at && counts(other.task)).reduce((sum, other) => sum + costOf(other.task), 0n);
      return spent >= limit ? [`Task "${task.name}" started at ${at} under TaskBudget "${life.name}", of which ${spent} of ${limit} had been given away`] : [];
    });
  });
}

function endOf({ statuses }: Life): string | undefined {
  return statuses.at(-1)?.status.completionTime;
}

function costOf({ statuses }: Life): bigint {
  return amountsOf(statuses.at(-1)?.status.usage).cost;
}
