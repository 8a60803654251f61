import { taskBudgetResource, taskRecordResource } from '@taskwright/schema';
import { applyPlan, type Effects } from '../kube/apply-plan.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { Controller, type ControllerMetrics, source } from '../kube/controller.ts';
import type { Log } from '../kube/log.ts';
import { keyOf, splitKey } from '../kube/object.ts';
import { isAboutCluster } from '../kube/recognized-trouble.ts';
import { Written } from '../kube/written.ts';
import type { BudgetCaches } from './budget-caches.ts';
import { planBudget } from './budget-status.ts';
import { planRecordExpiry } from './record-expiry.ts';
import { coveredBy } from './standing.ts';
import { labelsOf } from './task-records.ts';

export interface BudgetControllersOptions {
  readonly client: KubeClient;
  readonly caches: BudgetCaches;
  readonly clock: Clock;
  readonly log?: Log;
  readonly metrics?: (name: string) => ControllerMetrics | undefined;
}

/** The controllers of TaskBudgets, which say what has been spent, and of TaskRecords, which go when their time has come. */
export function budgetControllers({ client, caches, clock, log, metrics }: BudgetControllersOptions): Controller[] {
  const { budgets, records } = caches;
  const effects: Effects = { client, fieldManager: 'taskwright-budgets', written: new Written([budgets, records], clock) };
  const shared = { clock, log, isToldElsewhere: isAboutCluster, groupOf: (key: string) => splitKey(key).namespace ?? '', written: effects.written };
  return [
    new Controller({
      ...shared,
      name: 'taskbudget',
      sources: [
        source(budgets, (budget) => [keyOf(budget)]),
        source(records, (record) => budgets.list(record.metadata.namespace).filter((budget) => coveredBy(budget, labelsOf(record)) === true).map(keyOf)),
      ],
      async reconcile(key, { signal }) {
        const budget = budgets.get(key);
        return budget ? applyPlan(effects, { resource: taskBudgetResource, object: budget }, planBudget({ budget, records, now: clock.now() }), signal) : {};
      },
      metrics: metrics?.('taskbudget'),
    }),
    new Controller({
      ...shared,
      name: 'taskrecord',
      sources: [source(records, (record) => [keyOf(record)])],
      async reconcile(key, { signal }) {
        const record = records.get(key);
        return record ? applyPlan(effects, { resource: taskRecordResource, object: record }, planRecordExpiry(record, clock.now()), signal) : {};
      },
      metrics: metrics?.('taskrecord'),
    }),
  ];
}
