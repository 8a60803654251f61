import type { Task } from '@taskwright/schema';
import { type Amounts, amountsOf, MEASURES, sum } from '../budgets/amounts.ts';
import { type Expectation, expectationOf } from '../budgets/expectation.ts';
import { asksForHardStop, hardLimitOf, hardStopProblemOf } from '../budgets/hard-limit.ts';
import { coveredBy, type Reservation, spendOf, type Standing } from '../budgets/standing.ts';
import { samplesOf } from '../budgets/task-records.ts';
import { controllerOf, keyOf, type KubeObject } from '../kube/object.ts';
import { budgetedLabelsOf } from './budgeted-labels.ts';
import { limitOf } from './enforced-limit.ts';
import { failedAttemptsOf } from './failed-attempts.ts';
import type { BudgetStandings } from './gates/budget.ts';
import type { Start, Starting } from './starting.ts';
import { jobNameOf } from './names.ts';
import { siblingKey, type TaskCaches } from './task-caches.ts';
import { workerOf } from './worker.ts';

/** The first so many are woken when a budget may have room; each that starts wakes the next, and none that cannot start is asked for nothing. */
const WOKEN_AT_ONCE = 16;

/** How the budgets stand that a Task comes under. */
export function budgetStandingsOf(task: Task, caches: TaskCaches, starting: Starting, now: Date): BudgetStandings {
  const budgets = caches.budgets.list(task.metadata.namespace).sort((a, b) => (a.metadata.name! < b.metadata.name! ? -1 : 1));
  const samples = (of: Task) => samplesOf(caches.records, of.metadata.namespace, workerOf(of), now);
  const others = budgets.length > 0 ? atWorkBeside(task, caches, starting) : [];
  const standings = budgets.flatMap((budget): Standing[] => {
    const covered = coveredBy(budget, budgetedLabelsOf(task));
    if (covered === false) return [];
    if (covered !== true) return [{ budget, problem: covered }];
    const spend = hardStopProblemOf(budget) ?? spendOf(budget, caches.records, now);
    if ('reason' in spend) return [{ budget, problem: spend }];
    const reserved = others.filter(({ task: other }) => coveredBy(budget, budgetedLabelsOf(other)) === true);
    return [{ budget, ...spend, used: sum([spend.used, spentBefore(task)]), reserved: reserved.map(reservationOf), isHard: asksForHardStop(budget) }];
  });
  return { standings, expected: expectationOf(task, standings.length > 0 ? samples(task) : [], spentBefore(task)) };

  function reservationOf({ task: other, limit }: Beside): Reservation {
    const spent = spentBefore(other);
    const expected = expectationOf(other, samples(other), spent);
    const within = atMost(expected, limit ?? limitOf(jobOf(other, caches)) ?? {});
    return { taskName: other.metadata.name!, expected: { ...within, amounts: sum([within.amounts, spent]) } };
  }
}

/** What a Task that is about to start may spend before it is stopped; nothing if nobody asks for that. */
export function limitFor(task: Task, { standings, expected }: BudgetStandings): Partial<Amounts> | undefined {
  return hardLimitOf(standings, expected, asksForHardStop(task));
}

/** Whom to wake when a Task has begun or ended, or a record was written: those who wait longest for a budget that covers it. */
export function waitersForBudgets(namespace: string | undefined, labels: Readonly<Record<string, string>>, caches: TaskCaches): string[] {
  return caches.budgets.list(namespace).filter((budget) => coveredBy(budget, labels) !== false).flatMap((budget) => {
    const waiting = caches.tasks.byIndex('budget', keyOf(budget));
    const age = ({ metadata }: Task) => `${metadata.creationTimestamp} ${metadata.name}`;
    return waiting.sort((a, b) => (age(a) < age(b) ? -1 : 1)).slice(0, WOKEN_AT_ONCE).map(keyOf);
  });
}

/** Attempts that failed are in no record before their Task has ended. */
function spentBefore(task: Task): Amounts {
  return sum(failedAttemptsOf(task).map(({ usage }) => amountsOf(usage)));
}

/** What is expected of who may spend so much: all of it. */
function atMost(expected: Expectation, limit: Partial<Amounts>): Expectation {
  return { ...expected, amounts: { ...expected.amounts, ...limit }, unknown: new Set(MEASURES.filter((measure) => limit[measure] === undefined && expected.unknown.has(measure))) };
}

function jobOf(task: Task, { jobs }: TaskCaches): KubeObject | undefined {
  const job = jobs.get(siblingKey(task, jobNameOf(task)));
  return job && controllerOf(job)?.uid === task.metadata.uid ? job : undefined;
}

/** A Task that spends. */
type Beside = Pick<Start, 'task' | 'limit'>;

/** The Tasks of the namespace that spend, or are about to, and whose record is not written. */
function atWorkBeside(task: Task, { tasks, jobs, records }: TaskCaches, starting: Starting): Beside[] {
  const namespace = task.metadata.namespace!;
  const ofJobs = jobs.byIndex('active', namespace).flatMap((job) => {
    const owner = controllerOf(job);
    const found = owner && tasks.get(siblingKey(job, owner.name));
    return found && found.metadata.uid === owner.uid ? [found] : [];
  });
  const all: Beside[] = [...[...ofJobs, ...tasks.byIndex('atWork', namespace)].map((other) => ({ task: other })), ...starting.besides(task)];
  const byUid = new Map(all.map((other) => [other.task.metadata.uid!, other]));
  byUid.delete(task.metadata.uid!);
  return [...byUid.values()].filter(({ task: { metadata } }) => !records.get(siblingKey(task, metadata.uid!)));
}
