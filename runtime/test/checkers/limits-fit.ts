import type { TaskBudget, TaskRecord } from '@taskwright/schema';
import { amountsOf, limitsOf } from '../../src/budgets/amounts.ts';
import { coveredBy } from '../../src/budgets/standing.ts';
import { windowOf } from '../../src/budgets/window.ts';
import { limitOf } from '../../src/tasks/enforced-limit.ts';
import type { Life } from '../faults/history.ts';
import type { Run } from './run.ts';

/**
 * What Jobs are told that they may spend fits into their budget together with what was spent: nobody is promised what others were. What passes a limit by
 * a step of the agent is spent, and counts for those who start later.
 */
export function limitsFit({ history }: Pick<Run, 'history'>): string[] {
  const records = history.of('TaskRecord');
  const jobs = history.of('Job').flatMap((job) => {
    const task = history.lives.get(job.ownerUid ?? '');
    const limit = limitOf(job.last)?.cost;
    return task && limit !== undefined ? [{ job, task, limit, time: new Date(job.last.metadata.creationTimestamp!) }] : [];
  });
  return history.of('TaskBudget').flatMap((life) => jobs.flatMap(({ job, task, limit, time }) => {
    const budget = life.versions.findLast(({ at }) => at <= job.bornAt)?.object as TaskBudget | undefined;
    const most = budget?.status?.observedGeneration === undefined ? undefined : limitsOf(budget.spec).cost;
    const isCovered = (other: Life) => coveredBy(budget!, other.last.metadata.labels ?? {}) === true;
    if (most === undefined || !isCovered(task)) return [];
    const { start } = windowOf(budget!.spec.period, time);
    const before = records.filter((record) => record.bornAt < job.bornAt && isCovered(record) && Date.parse(specOf(record).completionTime) >= start.getTime());
    const spent = before.reduce((sum, record) => sum + amountsOf(specOf(record).usage).cost, 0n);
    const running = jobs.filter((other) => other.job.bornAt < job.bornAt && other.task !== task && isCovered(other.task) && !records.some(({ name, bornAt }) => name === other.task.uid && bornAt < job.bornAt));
    // Of a Task that is tried again the last Job counts.
    const promised = [...new Map(running.map((other) => [other.task.uid, other.limit])).values()].reduce((sum, one) => sum + one, 0n);
    return limit > 0n && spent + promised + limit > most ? [`Job "${job.name}" may spend ${limit} of TaskBudget "${life.name}" (${most}), of which ${spent} was spent and ${promised} promised`] : [];
  }));
}

function specOf({ last }: Life): TaskRecord['spec'] {
  return (last as TaskRecord).spec;
}
