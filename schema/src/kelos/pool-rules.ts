import type { ValidationRule } from '../structural.ts';

/** What a Task, or the template of one, says beside a pool or a worker: both have fields for which there is one place only. */
export const poolRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.workerPoolRef) || (!has(self.type) && !has(self.credentials))',
    message: 'type and credentials must not be set with workerPoolRef: the pool has its own',
  },
  { rule: '!has(self.workerPoolRef) || !has(self.worker)', message: 'worker and workerPoolRef exclude each other' },
  {
    rule: '!has(self.worker) || (!has(self.type) && !has(self.credentials))',
    message: 'type and credentials must not be set with worker: use worker.type and worker.credentials',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.image) || size(self.image) == 0',
    message: 'image must not be set with workerPoolRef: the pool has its own',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.workspaceRef)',
    message: 'workspaceRef must not be set with workerPoolRef: the pool has its own',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.agentConfigRefs) || size(self.agentConfigRefs) == 0',
    message: 'agentConfigRefs must not be set with workerPoolRef: the pool has its own',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.dependsOn) || size(self.dependsOn) == 0',
    message: 'dependsOn must not be set with workerPoolRef: a pool runs its Tasks in the order of their creation',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.branch) || size(self.branch) == 0',
    message: 'branch must not be set with workerPoolRef',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.ttlSecondsAfterFinished)',
    message: 'ttlSecondsAfterFinished must not be set with workerPoolRef',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.podFailurePolicy)',
    message: 'podFailurePolicy must not be set with workerPoolRef: no Job is created',
  },
  {
    rule: '!has(self.workerPoolRef) || !has(self.podOverrides)',
    message: 'podOverrides must not be set with workerPoolRef: the pool has its own',
  },
];
