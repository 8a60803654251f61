import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB } from './group.ts';
import { podFailurePolicy } from './pod-failure-policy.ts';
import { poolRules } from './pool-rules.ts';
import { workerPoolReference } from './references.ts';
import { specStays, taskFields, taskStatusFields } from './task-fields.ts';
import { taskUsage } from './usage.ts';
import { taskV1alpha1 } from './v1alpha1/task.ts';
import { legacyWorkerFields, workerSpec } from './worker.ts';

/** The values of `status.phase`. The schema does not restrict it, so that an older server can store a newer phase. */
export const TASK_PHASES = ['Waiting', 'Pending', 'Running', 'Succeeded', 'Failed'] as const;

export const taskSpec = z.object({
  ...taskFields,
  worker: workerSpec.optional().describe('The environment the agent runs in. Left out: workerPoolRef names the pool that provides it.'),
  workerPoolRef: workerPoolReference.optional().describe('Runs the Task on a Pod of this WorkerPool instead of in a Job of its own. Left out: the Task gets a Job.'),
  podFailurePolicy: podFailurePolicy.optional().describe('Which failures of the Pod end the Job, count or are ignored, copied to the Job as it is. Left out: the Job has none.'),
  ...legacyWorkerFields,
}).meta({
  title: 'TaskSpec',
  description: 'What is to be done, by which agent and where. It cannot be changed after the Task has been created.',
  rules: [
    { rule: 'self == oldSelf', message: 'spec is immutable after creation: delete the Task and create another' },
    {
      rule: "has(self.workerPoolRef) || (has(self.worker) && has(self.worker.type) && size(self.worker.type) > 0) || (has(self.type) && size(self.type) > 0 && has(self.credentials) && size(self.credentials.type) > 0)",
      message: 'one of workerPoolRef, worker.type, or the deprecated type with credentials is required',
    },
    {
      rule: 'has(self.workerPoolRef) || !has(self.worker) || has(self.worker.credentials)',
      message: 'worker.credentials is required when worker is set',
    },
    ...poolRules,
  ],
});

export const taskStatus = z.object({
  ...taskStatusFields,
  usage: taskUsage.optional().describe('Tokens and cost, read from results. Left out when the agent reported neither.'),
  conditions: conditions.optional().describe('Conditions of the Task, one per type.'),
}).meta({ title: 'TaskStatus', description: 'What has become of the Task. Written by the operator.' });

export const taskKind = {
  group: GROUP,
  kind: 'Task',
  plural: 'tasks',
  singular: 'task',
  shortNames: [],
  namespaced: true,
  description: 'One piece of work for a coding agent, run once, as a Job of its own or on a Pod of a WorkerPool.',
  versions: [{
    ...HUB,
    schema: z.object({ spec: taskSpec.optional(), status: taskStatus.optional() }).meta({
      rules: [specStays],
    }),
    printerColumns: [
      { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'Agent, where the deprecated field says it' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where the Task is' },
      { name: 'Worker Type', type: 'string', jsonPath: '.spec.worker.type', description: 'Agent of the inline worker', priority: 1 },
      { name: 'Pool', type: 'string', jsonPath: '.spec.workerPoolRef.name', description: 'WorkerPool that runs the Task', priority: 1 },
      { name: 'Branch', type: 'string', jsonPath: '.spec.branch', description: 'Git branch the agent works on', priority: 1 },
      { name: 'Depends On', type: 'string', jsonPath: '.spec.dependsOn', description: 'Tasks that must succeed first', priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  }, taskV1alpha1],
} as const satisfies Kind;

export const taskResource = resourceOf(taskKind);

export type TaskSpec = z.infer<typeof taskSpec>;
export type TaskStatus = z.infer<typeof taskStatus>;
export type TaskPhase = (typeof TASK_PHASES)[number];

/**
 * A Task of the API.
 *
 * The server stores a Task without `spec` too, as the reference does: all rules sit below it. Whoever reads objects that
 * others created has to expect that.
 */
export interface Task {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec: TaskSpec;
  status?: TaskStatus;
}
