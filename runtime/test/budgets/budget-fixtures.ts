import type { TaskBudget, TaskBudgetSpec, TaskRecord } from '@taskwright/schema';
import { type Amounts, amountsOf } from '../../src/budgets/amounts.ts';
import type { Expectation } from '../../src/budgets/expectation.ts';
import { type ObservedRecord, projectRecord, recordIndexes, type Records } from '../../src/budgets/task-records.ts';

export function aBudget({ spec, ...more }: Partial<Omit<TaskBudget, 'spec'>> & { spec?: Partial<TaskBudgetSpec> } = {}): TaskBudget {
  return { metadata: { name: 'daily', namespace: 'dev', uid: 'b', resourceVersion: '1', generation: 1 }, spec: { taskSelector: {}, period: { type: 'Daily', timezone: 'UTC' }, ...spec }, ...more };
}

export function aRecord({ labels, name = 'r', ...spec }: Partial<TaskRecord['spec']> & { name?: string; labels?: Record<string, string> } = {}): ObservedRecord {
  const full: TaskRecord['spec'] = { taskRef: { name: 'fix', uid: name }, phase: 'Succeeded', completionTime: '2026-01-01T00:05:00Z', type: 'claude-code', ...spec };
  return projectRecord({ metadata: { name, namespace: 'dev', uid: name, resourceVersion: '1', ...(labels ? { labels } : {}) }, spec: full, amounts: amountsOf() });
}

/** Records as a cache has them. */
export function recordsOf(...all: ObservedRecord[]): Records {
  return { byIndex: (index, value) => all.filter((record) => recordIndexes[index](record).includes(value)) };
}

export const cost = (costUSD: string): Amounts => amountsOf({ costUSD });
export const expects = (costUSD: string): Expectation => ({ amounts: cost(costUSD), declared: new Set(), unknown: new Set() });
export const declares = (costUSD: string): Expectation => ({ ...expects(costUSD), declared: new Set(['cost']) });
export const unknown: Expectation = { amounts: amountsOf(), declared: new Set(), unknown: new Set(['cost', 'inputTokens', 'outputTokens']) };
