import { z } from 'zod';
import { contextSources } from './context-source.ts';
import { podFailurePolicy } from './pod-failure-policy.ts';
import { poolRules } from './pool-rules.ts';
import { workerPoolReference } from './references.ts';
import { taskTemplateFields } from './task-template-fields.ts';
import { legacyWorkerFields, workerSpec } from './worker.ts';

export const taskTemplate = z.object({
  ...taskTemplateFields,
  worker: workerSpec.optional().describe('The environment the agents run in. Left out: workerPoolRef names the pool that provides it.'),
  workerPoolRef: workerPoolReference.optional().describe('Runs the Tasks on Pods of this WorkerPool instead of in Jobs of their own. Left out: they get Jobs.'),
  nameTemplate: z.string().optional().describe(
    'Name of the Task: a Go template, which may not read .Context. What is no name is made one; a Task of this spawner that has it already is the same Task. Left out: a name from the spawner and the event.',
  ),
  contextSources: contextSources.optional().describe('Texts from elsewhere that the templates may read as .Context.<name>, at most 8. Left out: there are none.'),
  podFailurePolicy: podFailurePolicy.optional().describe('Which failures of the Pod end the Job, count or are ignored. Left out: the Job has none.'),
  ...legacyWorkerFields,
}).meta({
  title: 'TaskTemplate',
  rules: [
    {
      rule: 'has(self.workerPoolRef) || (has(self.worker) && has(self.worker.type) && size(self.worker.type) > 0) || (has(self.type) && size(self.type) > 0)',
      message: 'one of workerPoolRef, worker.type or the deprecated type is required',
    },
    ...poolRules,
  ],
});

export type TaskTemplate = z.infer<typeof taskTemplate>;
