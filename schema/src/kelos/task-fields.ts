import { z } from 'zod';
import { kubernetesType } from '../kubernetes/kubernetes-type.ts';
import type { ValidationRule } from '../structural.ts';

const time = () => kubernetesType('io.k8s.apimachinery.pkg.apis.meta.v1.Time');

/** What the spec of a Task has in every version. */
export const taskFields = {
  prompt: z.string().describe(
    'What the agent is asked to do. With dependsOn it is a Go template over what those Tasks left: .Deps.<task> has Name, Outputs (a list) and Results (texts by name); one that cannot be rendered fails the Task. Without dependsOn it is used as it is.',
  ),
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
};

/** What its status has in every version. */
export const taskStatusFields = {
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
};

/** A rule of the spec is not asked once there is none: without this one, taking it away and putting another there would change it. */
export const specStays: ValidationRule = { rule: '!has(oldSelf.spec) || has(self.spec)', message: 'spec is immutable after creation: it cannot be taken away' };
