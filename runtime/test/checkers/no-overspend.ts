import type { TaskBudget } from '@taskwright/schema';
import { amountsOf, limitsOf } from '../../src/budgets/amounts.ts';
import { coveredBy } from '../../src/budgets/standing.ts';
import type { Life } from '../faults/history.ts';
import type { Run } from './run.ts';

/**
 * No Task starts under a budget that those started before it will have used up, however many run at a time. All of a run is one window. A budget
 * counts from when the operator has seen it, and said so in its status.
 */
export function noOverspend({ history }: Run): string[] {
  const starts = history.of('Job').flatMap((job) => {
    const task = history.lives.get(job.ownerUid ?? '');
    return task ? [{ task, at: job.bornAt }] : [];
  });
  return history.of('TaskBudget').flatMap((life) => {
    const covered = starts.filter(({ task }) => coveredBy(life.last as TaskBudget, task.last.metadata.labels ?? {}) === true);
    return covered.flatMap(({ task, at }) => {
      const budget = life.versions.findLast((version) => version.at <= at)?.object as TaskBudget | undefined;
      const limit = budget?.status?.observedGeneration === undefined ? undefined : limitsOf(budget.spec).cost;
      const spent = covered.filter((other) => other.at < at).reduce((sum, other) => sum + costOf(other.task), 0n);
      return limit !== undefined && spent >= limit ? [`Task "${task.name}" started at ${at} under TaskBudget "${life.name}", of which ${spent} of ${limit} had been given away`] : [];
    });
  });
}

function costOf({ statuses }: Life): bigint {
  return amountsOf(statuses.at(-1)?.status.usage).cost;
}
