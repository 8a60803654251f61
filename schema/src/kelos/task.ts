import { z } from 'zod';
import { type Kind, resourceOf } from '../kind.ts';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ObjectMeta } from '../kubernetes/meta-v1.ts';
import { conditions } from './condition.ts';
import { GROUP, HUB } from './group.ts';
import { podFailurePolicy } from './pod-failure-policy.ts';
import { poolRules } from './pool-rules.ts';
import { workerPoolReference } from './references.ts';
import { taskUsage } from './usage.ts';
import { legacyWorkerFields, workerSpec } from './worker.ts';

/** The values of `status.phase`. The schema does not restrict it, so that an older server can store a newer phase. */
export const TASK_PHASES = ['Waiting', 'Pending', 'Running', 'Succeeded', 'Failed'] as const;

const time = () => kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time');

export const taskSpec = z.object({
  prompt: z.string().describe(
    'What the agent is asked to do. With dependsOn it is a Go template over what those Tasks left: .Deps.<task> has Name, Outputs (a list) and Results (texts by name); one that cannot be rendered fails the Task. Without dependsOn it is used as it is.',
  ),
  worker: workerSpec.optional().describe('The environment the agent runs in. Left out: workerPoolRef names the pool that provides it.'),
  workerPoolRef: workerPoolReference.optional().describe('Runs the Task on a Pod of this WorkerPool instead of in a Job of its own. Left out: the Task gets a Job.'),
  branch: z.string().optional().describe(
    'Git branch the agent works on, created where the remote lacks it. Tasks on one branch of a repository run one at a time, the oldest first. Left out: the ref of the Workspace.',
  ),
  dependsOn: z.array(z.string()).optional().describe(
    'Names of Tasks in the same namespace that must have succeeded before this one starts. When one of them fails, or they form a circle, this Task fails. Left out: it starts at once.',
  ),
  upstreamRepo: z.string().optional().describe(
    'Repository a fork was made from, as owner/repo, handed to the agent as KELOS_UPSTREAM_REPO. Left out: the remote of the Workspace that is called upstream, if there is one.',
  ),
  ttlSecondsAfterFinished: z.int32().min(0).optional().describe(
    'Seconds after status.completionTime at which a finished Task is deleted, with its Job and logs; 0 deletes it at once. Left out: it is kept.',
  ),
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
  phase: z.string().optional().describe(
    'Where the Task is: Waiting (held back before its start), Pending, Running, or for good Succeeded or Failed. Left out: nobody has looked at it yet.',
  ),
  message: z.string().optional().describe('Details of the phase, meant for people.'),
  jobName: z.string().optional().describe('The Job that runs the agent. Left out for Tasks that run on a WorkerPool.'),
  podName: z.string().optional().describe('The newest Pod of the Job, or the Pod of the pool that got the Task.'),
  startTime: time().optional().describe('When the Job was first seen active, or the pool took the Task.'),
  completionTime: time().optional().describe('When the Task succeeded or failed.'),
  outputs: z.array(z.string()).optional().describe('The lines the agent reported as its result.'),
  results: z.record(z.string(), z.string()).optional().describe(
    'The lines of outputs that read key: value, as a map. Where a key comes twice, the last value counts.',
  ),
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
      // A rule of the spec is not asked once there is none: without this one, taking it away and putting another there would change it.
      rules: [{ rule: '!has(oldSelf.spec) || has(self.spec)', message: 'spec is immutable after creation: it cannot be taken away' }],
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
  }],
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
