import { z } from 'zod';
import { contextSources } from './context-source.ts';
import { podFailurePolicy } from './pod-failure-policy.ts';
import { poolRules } from './pool-rules.ts';
import { workerPoolReference } from './references.ts';
import { legacyWorkerFields, workerSpec } from './worker.ts';

const taskMetadata = z.object({
  labels: z.record(z.string(), z.string()).optional().describe('Labels; the values are Go templates. Those that the operator sets itself win. Left out: only those.'),
  annotations: z.record(z.string(), z.string()).optional().describe('Annotations; the values are Go templates. Those that the operator sets itself win. Left out: only those.'),
}).meta({ title: 'TaskTemplateMetadata' });

export const taskTemplate = z.object({
  promptTemplate: z.string().optional().describe('What the agent is asked to do: a Go template over the variables of the event. Left out: {{.Title}}.'),
  worker: workerSpec.optional().describe('The environment the agents run in. Left out: workerPoolRef names the pool that provides it.'),
  workerPoolRef: workerPoolReference.optional().describe('Runs the Tasks on Pods of this WorkerPool instead of in Jobs of their own. Left out: they get Jobs.'),
  branch: z.string().optional().describe('Git branch of the Task: a Go template. Left out: the ref of the Workspace.'),
  nameTemplate: z.string().optional().describe(
    'Name of the Task: a Go template, which may not read .Context. What is no name is made one; a Task of this spawner that has it already is the same Task. Left out: a name from the spawner and the event.',
  ),
  metadata: taskMetadata.optional().describe('Labels and annotations of the Tasks. Left out: only those that the operator sets itself.'),
  contextSources: contextSources.optional().describe('Texts from elsewhere that the templates may read as .Context.<name>, at most 8. Left out: there are none.'),
  dependsOn: z.array(z.string()).optional().describe('Names of Tasks that must have succeeded before one of these starts. Left out: they start at once.'),
  upstreamRepo: z.string().optional().describe('Repository a fork was made from, as owner/repo. Left out: the repository that the trigger watches, where it names one.'),
  ttlSecondsAfterFinished: z.int32().min(0).optional().describe('Seconds after its end at which a Task is deleted; 0 deletes it at once. Left out: it is kept.'),
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
