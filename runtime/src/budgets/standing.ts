import type { TaskBudget } from '@taskwright/schema';
import { type Amounts, describe, limitsOf, MEASURES, type Measure, sum, written } from './amounts.ts';
import type { Expectation } from './expectation.ts';
import { labelsOf, type Records, recordsBetween } from './task-records.ts';
import { selects } from './task-selector.ts';
import { type BudgetWindow, windowOf } from './window.ts';

/** What has been spent of a budget in the window that is now. */
export interface Spend {
  readonly window: BudgetWindow;
  readonly used: Amounts;
}

/** Why a budget cannot be counted: its reason on the wire, and the words. */
export interface BudgetProblem {
  readonly reason: 'InvalidSelector' | 'InvalidPeriod' | 'InvalidAnnotation';
  readonly message: string;
}

/** A budget that a Task comes under, or that nobody can tell whether it does. */
export type Standing =
  | { readonly budget: TaskBudget; readonly problem: BudgetProblem }
  | (Spend & {
    readonly budget: TaskBudget;
    /** What is set aside for the others that are at work under it. */
    readonly reserved: readonly Reservation[];
    /** Who comes under it is stopped when it has spent what is set aside for it (hard-limit.ts). */
    readonly isHard: boolean;
  });

/** A Task that is at work under a budget, and whose record is not written yet. */
export interface Reservation {
  readonly taskName: string;
  readonly expected: Expectation;
}

/** Whether a Task with these labels comes under a budget. */
export function coveredBy({ spec }: TaskBudget, labels: Readonly<Record<string, string>>): boolean | BudgetProblem {
  try {
    return selects(spec.taskSelector, labels);
  } catch (error) {
    return { reason: 'InvalidSelector', message: (error as RangeError).message };
  }
}

/** What the Tasks of a budget that have ended in the window of now have spent. */
export function spendOf({ metadata, spec }: TaskBudget, records: Records, now: Date): Spend | BudgetProblem {
  let window: BudgetWindow;
  try {
    window = windowOf(spec.period, now);
  } catch (error) {
    return { reason: 'InvalidPeriod', message: (error as RangeError).message };
  }
  const ours = recordsBetween(records, metadata.namespace, window.start, window.end).filter((record) => selects(spec.taskSelector, labelsOf(record)));
  return { window, used: sum(ours.map(({ amounts }) => amounts)) };
}

/** The first limit that is reached, if one is; equal is reached. */
export function reachedLimit({ spec }: TaskBudget, used: Amounts): string | undefined {
  const limits = limitsOf(spec);
  const measure = MEASURES.find((candidate) => limits[candidate] !== undefined && used[candidate] >= limits[candidate]!);
  return measure && `${describe(measure, used[measure])} >= limit ${written(measure, limits[measure]!)}`;
}

/**
 * Why a Task does not fit into what is left of a budget, if it does not.
 *
 * What is set aside for the others counts as spent. What nobody knows counts as all that is left: such a Task runs alone. A Task that is alone
 * may start while anything is left, as in the reference, unless its author declared that it may need more.
 */
export function lackOfRoom({ spec }: TaskBudget, used: Amounts, reserved: readonly Reservation[], own: Expectation): string | undefined {
  const limits = limitsOf(spec);
  for (const measure of MEASURES) {
    const limit = limits[measure];
    const reason = limit === undefined ? undefined : lackOf(measure, limit, used[measure], reserved, own);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function lackOf(measure: Measure, limit: bigint, used: bigint, reserved: readonly Reservation[], own: Expectation): string | undefined {
  const setAside = reserved.reduce((total, { expected }) => total + expected.amounts[measure], 0n);
  if (reserved.length > 0) {
    const unknown = reserved.find(({ expected }) => expected.unknown.has(measure));
    if (unknown) return `nobody knows yet what Task ${unknown.taskName} spends`;
    if (own.unknown.has(measure)) return `nobody knows yet what this Task spends, and ${tasks(reserved.length)} at work`;
  } else if (!own.declared.has(measure)) return undefined;
  if (used + setAside + own.amounts[measure] <= limit) return undefined;
  const aside = reserved.length > 0 ? `, ${written(measure, setAside)} set aside for ${tasks(reserved.length, '')}` : '';
  return `${describe(measure, used)} spent${aside}, ${written(measure, own.amounts[measure])} needed, limit ${written(measure, limit)}`;
}

function tasks(count: number, verb = ' is'): string {
  return count === 1 ? `1 other Task${verb}` : `${count} other Tasks${verb === '' ? '' : ' are'}`;
}
