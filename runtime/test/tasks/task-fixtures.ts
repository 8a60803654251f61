import type { Task, TaskSpec, TaskStatus } from '@taskwright/schema';
import type { ContainerState, ContainerStatus, JobStatus, PodStatus } from '@taskwright/schema/kubernetes';
import { expectationOf } from '../../src/budgets/expectation.ts';
import type { ObservedJob, ObservedPod } from '../../src/tasks/observed.ts';
import type { Images } from '../../src/tasks/pod/image.ts';
import type { TaskFacts } from '../../src/tasks/task-facts.ts';

/** The images of these tests. Only claude-code has one, so that every other type shows what happens without. */
export const images: Images = {
  agents: { 'claude-code': { image: 'ghcr.io/taskwright/claude-code:1.0.0' } },
  agentTools: { image: 'ghcr.io/taskwright/agent-tools:1.0.0' },
};

export const now = new Date('2026-01-01T00:10:00Z');
export const admitted = {
  type: 'Admitted',
  status: 'True' as const,
  reason: 'Admitted',
  message: 'Job "fix" was created',
  lastTransitionTime: '2026-01-01T00:10:00Z',
  observedGeneration: 1,
};

export function aTask({ name = 'fix', spec, status, ...metadata }: { name?: string; spec?: Partial<TaskSpec>; status?: TaskStatus } & Partial<Task['metadata']> = {}): Task {
  return {
    metadata: { name, namespace: 'dev', uid: `uid-of-${name}`, resourceVersion: '7', generation: 1, ...metadata },
    spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'Fix it', ...spec },
    ...(status ? { status } : {}),
  };
}

const ownedBy = (kind: string, name: string, uid: string) => [{ apiVersion: 'x/v1', kind, name, uid, controller: true }];

export function aJob({ status, deadline, ...metadata }: { status?: JobStatus; deadline?: number } & Partial<ObservedJob['metadata']> = {}): ObservedJob {
  return {
    metadata: { name: 'fix', namespace: 'dev', uid: 'job-uid', resourceVersion: '8', ownerReferences: ownedBy('Task', 'fix', 'uid-of-fix'), ...metadata },
    ...(deadline === undefined ? {} : { spec: { activeDeadlineSeconds: deadline } }),
    ...(status ? { status } : {}),
  };
}

export const complete: JobStatus = { succeeded: 1, completionTime: '2026-01-01T00:09:00Z', conditions: [{ type: 'Complete', status: 'True' }] };
export const failed: JobStatus = {
  failed: 2,
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit', lastTransitionTime: '2026-01-01T00:09:00Z' }],
};

interface PodScene extends Partial<ObservedPod['metadata']> {
  phase?: PodStatus['phase'];
  agent?: ContainerState;
  prepare?: ContainerState;
  status?: PodStatus;
}

export function aPod({ name = 'fix-1', phase, agent, prepare, status, ...metadata }: PodScene = {}): ObservedPod {
  const container = (containerName: string, state: ContainerState): ContainerStatus => ({ name: containerName, image: `image-of-${containerName}`, imageID: '', ready: false, restartCount: 0, state });
  return {
    metadata: { name, namespace: 'dev', uid: `uid-of-${name}`, resourceVersion: '9', creationTimestamp: '2026-01-01T00:01:00Z', ownerReferences: ownedBy('Job', 'fix', 'job-uid'), ...metadata },
    status: {
      ...(phase ? { phase } : {}),
      ...(prepare ? { initContainerStatuses: [container('kelos-prepare', prepare)] } : {}),
      ...(agent ? { containerStatuses: [container('kelos-agent', agent)] } : {}),
      ...status,
    },
  };
}

/** An agent that ended, with what it left. */
export function ended(exitCode: number, message?: string, more: Partial<NonNullable<ContainerState['terminated']>> = {}): ContainerState {
  return { terminated: { exitCode, startedAt: '2026-01-01T00:02:00Z', finishedAt: '2026-01-01T00:08:00Z', ...(message === undefined ? {} : { message }), ...more } };
}

/** What a kubelet makes of a container that it did not get as far as creating, when its Pod is stopped. */
export const neverStarted: ContainerState = {
  terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated' },
};

export const running: ContainerState = { running: { startedAt: '2026-01-01T00:02:00Z' } };

/** What our own agent program leaves. */
export function result(outputs: string[], more: { error?: string; truncated?: boolean; reason?: 'Limit' } = {}): string {
  return JSON.stringify({ taskwright: 1, outputs, ...more });
}

export function facts(some: Partial<TaskFacts> = {}): TaskFacts {
  return { task: aTask(), pods: [], agentConfig: () => undefined, taskNamed: () => undefined, dependants: [], budgets: () => ({ standings: [], expected: expectationOf({ metadata: {} }, []) }), hasRecord: false, read: () => undefined, serviceNamed: () => undefined, logs: new Map(), images, serverIsBusy: false, now, ...some };
}
