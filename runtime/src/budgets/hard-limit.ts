import { type TaskBudget, TASK_BUDGET_ANNOTATIONS } from '@taskwright/schema';
import type { KubeObject } from '../kube/object.ts';
import { type Amounts, limitsOf, MEASURES, type Measure } from './amounts.ts';
import type { Expectation } from './expectation.ts';
import type { BudgetProblem, Standing } from './standing.ts';

const ANNOTATION = 'taskwright.dev/hard-stop';
/** A Task that does not say what it needs is given so many times the most that one like it has spent: who needs a little more is not to lose its work. */
const HEADROOM = 2n;

/** Whether an object asks for it. */
export function asksForHardStop({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[ANNOTATION] === 'true';
}

/** What of a budget's annotation cannot be read. */
export function hardStopProblemOf({ metadata }: TaskBudget): BudgetProblem | undefined {
  const text = metadata.annotations?.[ANNOTATION];
  const { pattern, allowed } = TASK_BUDGET_ANNOTATIONS[ANNOTATION];
  if (text === undefined || new RegExp(pattern).test(text)) return undefined;
  return { reason: 'InvalidAnnotation', message: `metadata.annotations: ${ANNOTATION} has to be ${allowed}, got ${JSON.stringify(text.slice(0, 100))}` };
}

/**
 * What a Task may spend before it is stopped, where it or a budget that it comes under asks for that: what it declares, else {@link HEADROOM} times what is
 * expected of it, and never more than what is left for it of a budget. What nobody knows is all that is left: such a Task runs alone.
 *
 * It is what the others have to take for spent while the Task runs, so that they do not overspend together.
 */
export function hardLimitOf(standings: readonly Standing[], { amounts, declared, unknown }: Expectation, isAsked: boolean): Partial<Amounts> | undefined {
  const hard = standings.filter((standing) => 'isHard' in standing && standing.isHard) as Exclude<Standing, { problem: BudgetProblem }>[];
  const isDeclaredEnforced = isAsked || hard.length > 0;
  const limits = MEASURES.flatMap((measure): [Measure, bigint][] => {
    if (declared.has(measure)) return isDeclaredEnforced ? [[measure, amounts[measure]]] : [];
    const rooms = hard.flatMap((standing) => roomIn(standing, measure) ?? []);
    const share = unknown.has(measure) || amounts[measure] === 0n ? [] : [amounts[measure] * HEADROOM];
    return rooms.length > 0 ? [[measure, [...rooms, ...share].reduce((least, one) => (one < least ? one : least))]] : [];
  });
  return limits.length > 0 ? Object.fromEntries(limits) : undefined;
}

/** What is left of a budget, if it limits that. */
function roomIn({ budget, used, reserved }: Exclude<Standing, { problem: BudgetProblem }>, measure: Measure): bigint | undefined {
  const limit = limitsOf(budget.spec)[measure];
  if (limit === undefined) return undefined;
  const left = reserved.reduce((rest, { expected }) => rest - expected.amounts[measure], limit - used[measure]);
  return left > 0n ? left : 0n;
}
