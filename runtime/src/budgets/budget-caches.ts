import { type TaskBudget, taskBudgetResource, taskRecordResource } from '@taskwright/schema';
import type { KubeClient } from '../kube/client.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import { type ObservedRecord, projectRecord, recordIndexes, type RecordIndex } from './task-records.ts';

/** What is read about budgets instead of asking the server. */
export interface BudgetCaches {
  readonly budgets: Informer<TaskBudget>;
  readonly records: Informer<ObservedRecord, RecordIndex>;
}

export function budgetCaches(client: KubeClient, options: Pick<InformerOptions<never, never>, 'namespace' | 'clock' | 'random' | 'metrics' | 'onError'>): BudgetCaches {
  return {
    budgets: new Informer<TaskBudget>(client, { ...options, resource: taskBudgetResource }),
    records: new Informer<ObservedRecord, RecordIndex>(client, { ...options, resource: taskRecordResource, project: projectRecord, indexes: recordIndexes }),
  };
}
