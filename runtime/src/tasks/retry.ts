import type { Task, TaskFailure, TaskUsage } from '@taskwright/schema';
import { amountsOf, MEASURES, sum } from '../budgets/amounts.ts';
import { declaredAmountsOf } from '../budgets/expectation.ts';
import { warningEvent } from '../kube/plan.ts';
import { failedAttemptsOf, noteFailedAttempt } from './failed-attempts.ts';
import { backoffMs, retryPolicyOf } from './retry-policy.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';

/** A message is kept up to this length: an annotation is meant to be small. */
const LONGEST_MESSAGE = 300;

export interface RetryFacts extends Pick<TaskFacts, 'task'> {
  readonly kind: TaskFailure;
  readonly message: string;
  readonly endedAt: string;
  /** Of the Job that failed. */
  readonly usage?: TaskUsage;
}

/**
 * Lets a failed Task have another Job instead of its end, if its policy says so. Until that starts it waits like any other: it has given up its
 * branch, and goes first when it asks again, being the oldest.
 */
export function planRetry({ task, kind, message, endedAt, usage }: RetryFacts): TaskPlan | undefined {
  const failed = failedAttemptsOf(task);
  const policy = retryPolicyOf(task);
  if (failed.length >= policy.limit || !policy.on.has(kind) || hasSpentAll(task, usage)) return undefined;
  const attempt = { at: endedAt, message: message.slice(0, LONGEST_MESSAGE), ...(usage ? { usage } : {}) };
  const note = `Attempt ${failed.length + 1} of ${policy.limit + 1} failed: ${message}; trying again in ${backoffMs(policy, failed.length + 1) / 1_000} s`;
  return { writes: [noteFailedAttempt(task, attempt)], events: [warningEvent('TaskRetried', note)], why: 'it is tried again' };
}

/** It has spent what its author said that it may, in all of its attempts: nothing is left for another. */
function hasSpentAll(task: Task, usage: TaskUsage | undefined): boolean {
  const declared = declaredAmountsOf(task);
  const spent = sum([...failedAttemptsOf(task).map((attempt) => amountsOf(attempt.usage)), amountsOf(usage)]);
  return MEASURES.some((measure) => declared[measure] !== undefined && spent[measure] >= declared[measure]);
}
