import { describe, expect, test } from 'vitest';
import type { Job, JobCondition, JobSpec, JobStatus } from '../../../src/embedded/job-controller/job.ts';
import { planJob } from '../../../src/embedded/job-controller/plan-job.ts';
import { podNameOf } from '../../../src/embedded/job-controller/pod-of-job.ts';
import type { Pod } from '../../../src/embedded/pod.ts';

const now = new Date('2026-01-01T00:10:00Z');
const NOW = '2026-01-01T00:10:00Z';
const tracking = 'batch.kubernetes.io/job-tracking';

const aJob = (spec: Partial<JobSpec> = {}, status?: JobStatus): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'fix', namespace: 'dev', uid: 'job-1' },
  spec: { template: { metadata: { labels: { app: 'a' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'agent' }] } }, ...spec },
  ...(status && { status }),
});

interface PodFacts {
  attempt?: number;
  phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  exitCode?: number;
  endedAt?: string;
  deleting?: boolean;
  tracked?: boolean;
  conditions?: { type: string; status: 'True' }[];
}

const aPod = ({ attempt = 0, phase = 'Pending', exitCode = phase === 'Failed' ? 1 : 0, endedAt = NOW, deleting = false, tracked = true, conditions = [] }: PodFacts): Pod => ({
  metadata: {
    name: podNameOf(aJob(), attempt),
    namespace: 'dev',
    uid: `pod-${attempt}`,
    finalizers: tracked ? [tracking] : [],
    ...(deleting && { deletionTimestamp: NOW }),
  },
  spec: { containers: [{ name: 'main' }] },
  status: {
    phase,
    conditions,
    ...((phase === 'Failed' || phase === 'Succeeded') && {
      containerStatuses: [
        { name: 'main', image: '', imageID: '', ready: false, restartCount: 0, lastState: {}, state: { terminated: { exitCode, reason: 'Error', startedAt: endedAt, finishedAt: endedAt } } },
      ],
    }),
  },
});

const condition = (type: JobCondition['type'], reason: string, message: string, status: 'True' | 'False' = 'True'): JobCondition => ({
  type, status, reason, message, lastProbeTime: NOW, lastTransitionTime: NOW,
});
const reached = ['CompletionsReached', 'Reached expected number of succeeded pods'] as const;
const exceeded = ['BackoffLimitExceeded', 'Job has reached the specified backoff limit'] as const;
const late = ['DeadlineExceeded', 'Job was active longer than specified deadline'] as const;
const running = { startTime: '2026-01-01T00:00:00Z', ready: 0, terminating: 0, uncountedTerminatedPods: {} };
const release = (pod: Pod) => expect.objectContaining({ verb: 'mergePatch', target: pod, patch: { metadata: { finalizers: [] } } });
const creates = (attempt: number) => expect.objectContaining({ verb: 'create', object: expect.objectContaining({ metadata: expect.objectContaining({ name: podNameOf(aJob(), attempt) }) }) });
const deletes = (pod: Pod) => expect.objectContaining({ verb: 'delete', target: pod });

test('the first Pod carries the labels, the finalizer and the owner that the real controller gives it', () => {
  const plan = planJob({ job: aJob(), pods: [], now });
  const name = podNameOf(aJob(), 0);
  expect(plan).toEqual({
    status: { active: 1, ready: 0, terminating: 0, startTime: NOW, uncountedTerminatedPods: {} },
    writes: [
      {
        verb: 'create',
        resource: expect.objectContaining({ kind: 'Pod' }),
        object: {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name,
            generateName: 'fix-',
            namespace: 'dev',
            labels: { app: 'a', 'batch.kubernetes.io/controller-uid': 'job-1', 'batch.kubernetes.io/job-name': 'fix', 'controller-uid': 'job-1', 'job-name': 'fix' },
            finalizers: [tracking],
            ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'fix', uid: 'job-1', controller: true, blockOwnerDeletion: true }],
          },
          spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'agent' }] },
        },
      },
    ],
    events: [{ type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${name}` }],
  });
});

test('a name is the same for the same attempt, differs between attempts, and fits a label', () => {
  const job = { ...aJob(), metadata: { ...aJob().metadata, name: 'x'.repeat(63) } };
  expect(podNameOf(job, 1)).toBe(podNameOf(job, 1));
  expect(podNameOf(job, 1)).not.toBe(podNameOf(job, 2));
  expect(podNameOf(job, 1)).toHaveLength(63);
});

interface Row {
  it: string;
  spec?: Partial<JobSpec>;
  status?: JobStatus;
  pods?: Pod[];
  plan: object;
}

const failedPod = aPod({ phase: 'Failed' });
const donePod = aPod({ phase: 'Succeeded' });
const runningPod = aPod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });

describe('counting', () => {
  test.each<Row>([
    { it: 'reports a Pod that is ready', status: running, pods: [runningPod], plan: { status: { ...running, active: 1, ready: 1 }, writes: [], events: [] } },
    {
      it: 'lists a failure before it lets go of the Pod, and waits 10 s',
      status: running,
      pods: [failedPod],
      plan: { status: { ...running, uncountedTerminatedPods: { failed: ['pod-0'] } }, writes: [release(failedPod)], events: [], requeueAfterMs: 10_000 },
    },
    {
      it: 'counts a failure once its finalizer is gone, though the Pod is still there',
      status: { ...running, uncountedTerminatedPods: { failed: ['pod-0'] } },
      pods: [aPod({ phase: 'Failed', tracked: false })],
      plan: { status: { ...running, failed: 1 }, writes: [], events: [], requeueAfterMs: 10_000 },
    },
    {
      it: 'counts a failure whose Pod is gone',
      status: { ...running, failed: 1, uncountedTerminatedPods: { failed: ['pod-9'] } },
      pods: [aPod({ attempt: 2, phase: 'Running' })],
      plan: { status: { ...running, active: 1, failed: 2 }, writes: [], events: [] },
    },
    {
      it: 'does not list twice what is listed',
      status: { ...running, uncountedTerminatedPods: { failed: ['pod-0'] } },
      pods: [failedPod],
      plan: { status: { ...running, uncountedTerminatedPods: { failed: ['pod-0'] } }, writes: [release(failedPod)], events: [], requeueAfterMs: 10_000 },
    },
  ])('$it', ({ spec, status, pods = [], plan }) => expect(planJob({ job: aJob(spec, status), pods, now })).toEqual(plan));
});

describe('back-off', () => {
  const failures = (count: number, endedAt: string) => ({
    status: { ...running, failed: count },
    pods: [aPod({ attempt: count - 1, phase: 'Failed', tracked: false, endedAt })],
  });
  test.each<{ it: string; status: JobStatus; pods: Pod[]; next?: number; waitMs?: number }>([
    { it: '10 s after the first failure', ...failures(1, '2026-01-01T00:09:50Z'), next: 1 },
    { it: 'not a second earlier', ...failures(1, '2026-01-01T00:09:51Z'), waitMs: 1_000 },
    { it: '20 s after the second', ...failures(2, '2026-01-01T00:09:45Z'), waitMs: 5_000 },
    { it: '40 s after the third', ...failures(3, '2026-01-01T00:10:00Z'), waitMs: 40_000 },
    { it: 'six minutes at most', ...failures(6, '2026-01-01T00:10:00Z'), waitMs: 320_000 },
    { it: 'six minutes after the seventh', ...failures(7, '2026-01-01T00:10:00Z'), waitMs: 360_000 },
  ])('the next Pod comes $it', ({ status, pods, next, waitMs }) => {
    const plan = planJob({ job: aJob({ backoffLimit: 10 }, status), pods, now });
    expect(plan.requeueAfterMs).toBe(waitMs);
    expect(plan.writes).toEqual(next === undefined ? [] : [creates(next)]);
  });
});

describe('the end', () => {
  test.each<Row>([
    {
      it: 'is decided with the success and completed when that is counted',
      status: running,
      pods: [donePod],
      plan: {
        status: { ...running, uncountedTerminatedPods: { succeeded: ['pod-0'] }, conditions: [condition('SuccessCriteriaMet', ...reached)] },
        writes: [release(donePod)],
        events: [],
      },
    },
    {
      it: 'is complete when nothing is left to count',
      status: { ...running, uncountedTerminatedPods: { succeeded: ['pod-0'] }, conditions: [condition('SuccessCriteriaMet', ...reached)] },
      pods: [aPod({ phase: 'Succeeded', tracked: false })],
      plan: {
        status: { ...running, succeeded: 1, completionTime: NOW, conditions: [condition('SuccessCriteriaMet', ...reached), condition('Complete', ...reached)] },
        writes: [],
        events: [{ type: 'Normal', reason: 'Completed', message: 'Job completed' }],
      },
    },
    {
      it: 'comes with the failure that exceeds the limit',
      spec: { backoffLimit: 0 },
      status: running,
      pods: [failedPod],
      plan: {
        status: { ...running, uncountedTerminatedPods: { failed: ['pod-0'] }, conditions: [condition('FailureTarget', ...exceeded)] },
        writes: [release(failedPod)],
        events: [{ type: 'Warning', reason: exceeded[0], message: exceeded[1] }],
      },
    },
    {
      it: 'is failed when that failure is counted, without completionTime',
      spec: { backoffLimit: 0 },
      status: { ...running, uncountedTerminatedPods: { failed: ['pod-0'] }, conditions: [condition('FailureTarget', ...exceeded)] },
      pods: [],
      plan: {
        status: { ...running, failed: 1, conditions: [condition('FailureTarget', ...exceeded), condition('Failed', ...exceeded)] },
        writes: [],
        events: [],
      },
    },
    {
      it: 'by deadline deletes what runs',
      spec: { activeDeadlineSeconds: 600 },
      status: running,
      pods: [runningPod],
      plan: {
        status: { ...running, ready: 1, terminating: 1, conditions: [condition('FailureTarget', ...late)] },
        writes: [deletes(runningPod)],
        events: [{ type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${runningPod.metadata.name}` }, { type: 'Warning', reason: late[0], message: late[1] }],
      },
    },
    {
      it: 'by deadline is not a second early',
      spec: { activeDeadlineSeconds: 601 },
      status: running,
      pods: [runningPod],
      plan: { status: { ...running, active: 1, ready: 1 }, writes: [], events: [], requeueAfterMs: 1_000 },
    },
    {
      it: 'waits for a Pod that is on its way out, and counts it as failed',
      status: { ...running, conditions: [condition('FailureTarget', ...late)] },
      pods: [aPod({ phase: 'Running', deleting: true })],
      plan: {
        status: { ...running, terminating: 1, uncountedTerminatedPods: { failed: ['pod-0'] }, conditions: [condition('FailureTarget', ...late)] },
        writes: [release(aPod({ phase: 'Running', deleting: true }))],
        events: [],
      },
    },
  ])('$it', ({ spec, status, pods = [], plan }) => expect(planJob({ job: aJob(spec, status), pods, now })).toEqual(plan));
});

describe('podFailurePolicy', () => {
  const onExitCode = (action: 'FailJob' | 'Ignore' | 'Count', operator: 'In' | 'NotIn', ...values: number[]) => ({ rules: [{ action, onExitCodes: { operator, values } }] });
  const exited = (exitCode: number) => aPod({ phase: 'Failed', exitCode, endedAt: '2026-01-01T00:00:00Z' });
  test.each([
    { it: 'FailJob ends the Job at once', policy: onExitCode('FailJob', 'In', 42), pod: exited(42), end: `Container main for pod dev/${failedPod.metadata.name} failed with exit code 42 matching FailJob rule at index 0` },
    { it: 'another exit code counts', policy: onExitCode('FailJob', 'In', 42), pod: exited(1), failed: ['pod-0'] },
    { it: 'NotIn is the complement', policy: onExitCode('FailJob', 'NotIn', 42), pod: exited(1), end: `Container main for pod dev/${failedPod.metadata.name} failed with exit code 1 matching FailJob rule at index 0` },
    { it: 'Ignore does not count', policy: onExitCode('Ignore', 'In', 42), pod: exited(42), failed: undefined },
    { it: 'Count says so explicitly', policy: onExitCode('Count', 'In', 42), pod: exited(42), failed: ['pod-0'] },
    {
      it: 'a condition of the Pod can be ignored',
      policy: { rules: [{ action: 'Ignore' as const, onPodConditions: [{ type: 'DisruptionTarget' }] }] },
      pod: aPod({ phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] }),
      failed: undefined,
    },
    { it: 'the first rule that matches decides', policy: { rules: [...onExitCode('Ignore', 'In', 42).rules, ...onExitCode('FailJob', 'In', 42).rules] }, pod: exited(42), failed: undefined },
  ])('$it', ({ policy, pod, end, failed }) => {
    const { status } = planJob({ job: aJob({ podFailurePolicy: policy, backoffLimit: 3 }, running), pods: [pod], now });
    expect(status?.conditions?.map(({ type, reason, message }) => [type, reason, message])).toEqual(end && [['FailureTarget', 'PodFailurePolicy', end]]);
    if (end === undefined) expect(status?.uncountedTerminatedPods?.failed).toEqual(failed);
  });

  test('an ignored Pod that is still there does not keep its successor from being made', () => {
    const job = aJob({ podFailurePolicy: onExitCode('Ignore', 'In', 42) }, running);
    expect(planJob({ job, pods: [exited(42)], now }).writes).toEqual([release(exited(42)), creates(1)]);
  });

  test('a Pod that is being deleted is replaced only when it has ended', () => {
    const job = aJob({ podFailurePolicy: onExitCode('Ignore', 'In', 42) }, running);
    expect(planJob({ job, pods: [aPod({ phase: 'Running', deleting: true })], now }).writes).toEqual([]);
  });
});

describe('several Pods', () => {
  test.each([
    { it: 'no more than parallelism at once', spec: { parallelism: 2, completions: 3 }, pods: [], attempts: [0, 1] },
    { it: 'no more than are missing', spec: { parallelism: 3, completions: 2 }, pods: [], attempts: [0, 1] },
    { it: 'one for each that ended', spec: { parallelism: 2, completions: 3 }, pods: [donePod, aPod({ attempt: 1, phase: 'Running' })], attempts: [2] },
    { it: 'none while parallelism is 0', spec: { parallelism: 0 }, pods: [], attempts: [] },
    { it: 'none once a shared queue is empty', spec: { parallelism: 2 }, pods: [donePod, aPod({ attempt: 1, phase: 'Running' })], attempts: [] },
  ])('$it', ({ spec, pods, attempts }) => {
    const plan = planJob({ job: aJob(spec, running), pods, now });
    expect(plan.writes?.filter(({ verb }) => verb === 'create')).toEqual(attempts.map(creates));
  });
});

test('suspending deletes what runs, resuming starts the clock again', () => {
  const suspended = planJob({ job: aJob({ suspend: true }, running), pods: [runningPod], now });
  expect(suspended.writes).toEqual([deletes(runningPod)]);
  expect(suspended.status).toEqual({ ready: 1, terminating: 1, uncountedTerminatedPods: {}, conditions: [condition('Suspended', 'JobSuspended', 'Job suspended')] });

  const sentHome = planJob({ job: aJob({ suspend: true }, suspended.status), pods: [aPod({ phase: 'Running', deleting: true })], now });
  expect(sentHome.status?.uncountedTerminatedPods).toEqual({});

  const resumed = planJob({ job: aJob({}, suspended.status), pods: [], now });
  expect(resumed.status).toEqual({ active: 1, ready: 0, terminating: 0, startTime: NOW, uncountedTerminatedPods: {}, conditions: [condition('Suspended', 'JobResumed', 'Job resumed', 'False')] });
  expect(resumed.events?.map(({ reason }) => reason)).toEqual(['SuccessfulCreate', 'Resumed']);
});

describe('a finished Job', () => {
  const finished: JobStatus = { ...running, succeeded: 1, conditions: [{ ...condition('Complete', ...reached), lastTransitionTime: '2026-01-01T00:09:00Z' }] };
  test.each<Row>([
    { it: 'is left alone', plan: { why: 'it has finished' } },
    { it: 'lets go of its Pods', pods: [donePod], plan: { writes: [release(donePod)] } },
    { it: 'waits out the second that is left', spec: { ttlSecondsAfterFinished: 61 }, plan: { writes: [], requeueAfterMs: 1_000 } },
    { it: 'goes on the very second', spec: { ttlSecondsAfterFinished: 60 }, plan: { writes: [expect.objectContaining({ verb: 'delete' })] } },
    { it: 'starts nothing', pods: [], plan: { why: 'it has finished' } },
  ])('$it', ({ spec, pods = [], plan }) => expect(planJob({ job: aJob(spec, finished), pods, now })).toEqual(plan));
});

test('a Job that is being deleted starts nothing and lets go of its Pods', () => {
  const job = aJob({}, running);
  job.metadata.deletionTimestamp = NOW;
  const leaving = aPod({ phase: 'Running', deleting: true });
  expect(planJob({ job, pods: [leaving], now })).toEqual({ writes: [release(leaving)], why: 'it is being deleted' });
});
