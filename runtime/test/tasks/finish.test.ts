import type { TaskSpec, TaskStatus } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { planFinish } from '../../src/tasks/finish.ts';
import { jobEnd } from '../../src/tasks/outcome/job-state.ts';
import type { LogReading } from '../../src/tasks/outcome/log-result.ts';
import type { ObservedJob, ObservedPod } from '../../src/tasks/observed.ts';
import { admitted, aJob, aPod, aTask, complete, ended, failed, neverStarted, now, result } from './task-fixtures.ts';

const before: TaskStatus = { phase: 'Running', jobName: 'fix', podName: 'fix-1', startTime: '2026-01-01T00:02:00Z', conditions: [admitted] };

interface Scene {
  job?: ObservedJob;
  pods?: ObservedPod[];
  spec?: Partial<TaskSpec>;
  status?: TaskStatus;
  annotations?: Record<string, string>;
  log?: LogReading;
  at?: Date;
}

function plan({ job = aJob({ status: complete }), pods = [], spec, status = before, annotations, log, at = now }: Scene) {
  const task = aTask({ spec, status, ...(annotations ? { annotations } : {}) });
  return planFinish({ task, job, end: jobEnd(job)!, pods, logs: new Map(log ? [['uid-of-fix-1', log]] : []), now: at });
}

test('phase, times, results and usage are one status', () => {
  const outputs = ['branch: fix/42', 'commit: abc', 'cost-usd: 1.5', 'input-tokens: 10', 'output-tokens: 2'];
  expect(plan({ pods: [aPod({ agent: ended(0, result([...outputs, 'response: RG9uZS4='])) })] })).toEqual({
    status: {
      ...before,
      phase: 'Succeeded',
      message: 'Task completed successfully',
      completionTime: '2026-01-01T00:09:00Z',
      outputs,
      results: { branch: 'fix/42', commit: 'abc', 'cost-usd': '1.5', 'input-tokens': '10', 'output-tokens': '2', response: 'RG9uZS4=' },
      usage: { costUSD: '1500m', inputTokens: 10, outputTokens: 2 },
    },
    events: [
      { type: 'Normal', reason: 'TaskSucceeded', message: 'Task completed successfully' },
      { type: 'Normal', reason: 'OutputsCaptured', message: 'Captured 5 outputs and 6 results from agent' },
    ],
  });
});

test('the usage of every attempt counts, also of one whose Pod is gone', () => {
  const gone = { 'taskwright.dev/ended-attempts': JSON.stringify({ g: { podName: 'fix-0', message: result(['cost-usd: 0.25']) } }) };
  const pods = [aPod({ agent: ended(1, result(['cost-usd: 0.5', 'commit: old'])) }), aPod({ name: 'fix-2', creationTimestamp: '2026-01-01T00:05:00Z', agent: ended(0, result(['cost-usd: 1', 'commit: new'])) })];
  const { status } = plan({ pods, annotations: gone });
  expect([status?.usage, status?.results, status?.podName]).toEqual([{ costUSD: '1750m' }, { 'cost-usd': '1', commit: 'new' }, 'fix-2']);
});

describe('a log', () => {
  const silent = aPod({ agent: ended(0) });

  test('is where the result is when there is no message', () => {
    expect(plan({ pods: [silent], log: { lines: ['branch: b'] } }).status).toMatchObject({ phase: 'Succeeded', outputs: ['branch: b'] });
  });

  test('completes a message that was too long', () => {
    const cut = aPod({ agent: ended(0, result(['branch: b'], { truncated: true })) });
    expect(plan({ pods: [cut], log: { lines: ['branch: b', 'pr: 1'] } }).status?.outputs).toEqual(['branch: b', 'pr: 1']);
  });

  test('that is gone leaves what the message had', () => {
    const cut = aPod({ agent: ended(0, result(['branch: b'], { truncated: true })) });
    expect(plan({ pods: [cut], log: { lines: undefined } }).status?.outputs).toEqual(['branch: b']);
  });

  test('that cannot be read is tried for a quarter of an hour, and then done without', () => {
    const log = { unreadable: 'the server answered 500' };
    expect(plan({ pods: [silent], log, at: new Date('2026-01-01T00:23:59Z') })).toEqual({ requeueAfterMs: 5_000, why: 'its log cannot be read yet: the server answered 500' });
    expect(plan({ pods: [silent], log, at: new Date('2026-01-01T00:24:00Z') }).status).toMatchObject({ phase: 'Succeeded', message: 'Task completed successfully; its log could not be read' });
  });
});

test.each([
  { it: 'an agent', pod: aPod({ agent: { running: {} } }) },
  { it: 'a preparation', pod: aPod({ prepare: { running: {} } }) },
])('$it that was not seen to end is waited for, half a minute', ({ pod }) => {
  expect(plan({ pods: [pod], at: new Date('2026-01-01T00:09:29Z') })).toEqual({ requeueAfterMs: 5_000, why: 'its Pod was not seen to end yet' });
  expect(plan({ pods: [pod], at: new Date('2026-01-01T00:09:30Z') }).status?.phase).toBe('Failed');
});

describe('an agent that exits with code 0 and leaves no result', () => {
  test('failed, if it is ours: it always leaves one', () => {
    expect(plan({ pods: [aPod({ agent: ended(0) })] }).status).toMatchObject({ phase: 'Failed', message: 'Agent exited with code 0 and left no result' });
  });

  test('succeeded, if it is custom: it may have none', () => {
    expect(plan({ pods: [aPod({ agent: ended(0) })], spec: { image: 'bot' } }).status).toMatchObject({ phase: 'Succeeded', message: 'Task completed successfully; the agent left no result' });
  });

  test('succeeded, if its Pod was never seen', () => {
    expect(plan({}).status).toMatchObject({ phase: 'Succeeded' });
  });
});

const kept = (message: string, exitCode = 143) => ({ 'taskwright.dev/ended-attempts': JSON.stringify({ g: { podName: 'fix-1', message, exitCode } }) });
const late = aJob({ deadline: 60, status: { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }] } });

test.each<{ it: string } & Scene & { message: string }>([
  { it: 'exit code', pods: [aPod({ agent: ended(3, result(['commit: abc'])) })], message: 'Agent exited with code 3' },
  { it: 'exit code, with no result', pods: [aPod({ agent: ended(3) })], message: 'Agent exited with code 3 and left no result' },
  { it: 'an exit code that is no signal', pods: [aPod({ agent: ended(128) })], message: 'Agent exited with code 128 and left no result' },
  { it: 'the agent, when the preparation went well', pods: [aPod({ prepare: ended(0), agent: ended(3) })], message: 'Agent exited with code 3 and left no result' },
  { it: 'the words of the agent', pods: [aPod({ agent: ended(1, result([], { error: 'Claude Code run incomplete (stop_reason=max_tokens)' })) })], message: 'Agent failed: Claude Code run incomplete (stop_reason=max_tokens)' },
  { it: 'the words of a custom agent', pods: [aPod({ agent: ended(1, 'no such model\n') })], message: 'Agent failed: no such model' },
  { it: 'words cleaned of what a terminal would obey', pods: [aPod({ agent: ended(1, 'a\u001b[31m\nb') })], message: 'Agent failed: a [31m b' },
  { it: 'memory', pods: [aPod({ agent: ended(137, undefined, { reason: 'OOMKilled' }) })], message: 'Agent ran out of memory (OOMKilled); raise podOverrides.resources.limits.memory' },
  { it: 'a signal', pods: [aPod({ agent: ended(137) })], message: 'Agent was killed by signal 9 (SIGKILL) and left no result' },
  { it: 'a repository that cannot be cloned', pods: [aPod({ prepare: ended(1, result([], { error: 'clone of https://git.acme.io/a/b: repository not found' })) })], message: 'Workspace could not be prepared: clone of https://git.acme.io/a/b: repository not found' },
  { it: 'a preparation that says nothing', pods: [aPod({ prepare: ended(143) })], message: 'Workspace could not be prepared: kelos-prepare was killed by signal 15 (SIGTERM)' },
  { it: 'an init container of the user', pods: [aPod({ status: { initContainerStatuses: [{ name: 'db', image: 'i', imageID: '', ready: false, restartCount: 0, state: ended(2) }] } })], message: 'Init container "db" exited with code 2' },
  { it: 'an eviction', pods: [aPod({ agent: ended(137), status: { reason: 'Evicted', message: 'The node was low on resource: memory.' } })], message: 'Pod was stopped: Evicted, The node was low on resource: memory.' },
  { it: 'a deadline', job: late, pods: [aPod({ agent: ended(143, result(['cost-usd: 1'])) })], message: 'Stopped after its activeDeadlineSeconds of 60' },
  {
    it: 'a deadline, and why it never started',
    job: late,
    status: { phase: 'Pending', jobName: 'fix', message: 'Image "x" cannot be pulled; see the events of Pod "fix-1"' },
    message: 'Stopped after its activeDeadlineSeconds of 60: Image "x" cannot be pulled; see the events of Pod "fix-1"',
  },
  {
    it: 'a deadline, and why the Pod that it stopped never started',
    job: late,
    status: { phase: 'Pending', jobName: 'fix', message: 'Image "x" cannot be pulled; see the events of Pod "fix-1"' },
    pods: [aPod({ phase: 'Failed', agent: neverStarted, deletionTimestamp: '2026-01-01T00:09:00Z' })],
    message: 'Stopped after its activeDeadlineSeconds of 60: Image "x" cannot be pulled; see the events of Pod "fix-1"',
  },
  { it: 'a Pod that was deleted and left no trace', message: 'Pod was deleted: Job has reached the specified backoff limit' },
  { it: 'a Pod that was deleted', annotations: kept(''), message: 'Pod "fix-1" was deleted: Job has reached the specified backoff limit' },
  { it: 'a Pod that was deleted, and what its agent did until then', annotations: kept(result([], { error: 'the agent was stopped after 12 s' })), message: 'Pod "fix-1" was deleted: the agent was stopped after 12 s' },
  { it: 'a Pod that is being deleted', pods: [aPod({ agent: ended(143), deletionTimestamp: '2026-01-01T00:09:00Z' })], message: 'Pod "fix-1" was deleted: Job has reached the specified backoff limit' },
  { it: 'an agent that failed by itself before its Pod is deleted', pods: [aPod({ agent: ended(3), deletionTimestamp: '2026-01-01T00:09:00Z' })], message: 'Agent exited with code 3 and left no result' },
  { it: 'an agent that failed by itself before its Pod was deleted', annotations: kept('', 3), message: 'Agent exited with code 3 and left no result' },
  { it: 'what the Job says, when nothing else does', status: { phase: 'Pending', jobName: 'fix' }, message: 'Job failed: Job has reached the specified backoff limit' },
])('a failure names $it', ({ message, job = aJob({ status: failed }), ...scene }) => {
  const { status, events } = plan({ job, ...scene });
  expect([status?.phase, status?.message]).toEqual(['Failed', message]);
  expect(events?.[0]).toEqual({ type: 'Warning', reason: 'TaskFailed', message });
});

test('a Task that was never seen running gets its times from its Pod', () => {
  const { status } = plan({ status: { phase: 'Pending', jobName: 'fix' }, pods: [aPod({ agent: ended(0, result(['a: b'])) })] });
  expect([status?.startTime, status?.completionTime]).toEqual(['2026-01-01T00:02:00Z', '2026-01-01T00:09:00Z']);
});

test('a Task has run since its first attempt, though its Pod is gone', () => {
  const { status } = plan({ status: { ...before, startTime: '2026-01-01T00:00:30Z' }, pods: [aPod({ agent: ended(0, result(['a: b'])) })] });
  expect(status?.startTime).toBe('2026-01-01T00:00:30Z');
});

test('a Job is over when it says so, and not when a Pod of it failed', () => {
  const ends = [{ failed: 1, active: 1 }, { conditions: [{ type: 'Failed', status: 'False' }] }, { conditions: [{ type: 'FailureTarget', status: 'True' }] }, { succeeded: 1 }, failed].map((status) => jobEnd(aJob({ status }))?.succeeded);
  expect(ends).toEqual([undefined, undefined, undefined, true, false]);
});
