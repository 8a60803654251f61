import { type Task, taskResource } from '@taskwright/schema';
import { podResource } from '@taskwright/schema/kubernetes';
import { describe, expect, test } from 'vitest';
import { missesItsJob, planLostJob, planProgress } from '../../src/tasks/progress.ts';
import type { ObservedPod } from '../../src/tasks/observed.ts';
import { admitted, aJob, aPod, aTask, ended, neverStarted, now, result, running } from './task-fixtures.ts';

const conditions = [admitted];
const pending: Task['status'] = { phase: 'Pending', jobName: 'fix', conditions };
const runs: Task['status'] = { phase: 'Running', jobName: 'fix', podName: 'fix-1', startTime: '2026-01-01T00:02:00Z', conditions };
const created = { type: 'Normal', reason: 'TaskCreated', message: 'Created Job fix for task' };
const started = { type: 'Normal', reason: 'TaskRunning', message: 'Task started running' };
const waitsFor = (reason: string, message = '') => ({ waiting: { reason, message } });
const unschedulable = { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }] };

const noPod = 'Job "fix" has no Pod, a minute after it was created; see its events: kubectl describe job fix';

test.each<{ it: string; before?: Task['status']; pods?: ObservedPod[]; jobCreatedAt?: string; plan: object }>([
  { it: 'waits for a Pod', before: pending, jobCreatedAt: '2026-01-01T00:09:01Z', plan: { requeueAfterMs: 1_000, why: 'Job "fix" has not ended' } },
  { it: 'says that its Job has no Pod', before: pending, jobCreatedAt: '2026-01-01T00:09:00Z', plan: { status: { ...pending, message: noPod }, events: [] } },
  { it: 'says that once', before: { ...pending, message: noPod }, jobCreatedAt: '2026-01-01T00:08:00Z', plan: { why: 'Job "fix" has not ended' } },
  { it: 'forgets that when a Pod is there', before: { ...pending, message: noPod }, pods: [aPod()], jobCreatedAt: '2026-01-01T00:08:00Z', plan: { status: { ...pending }, events: [] } },
  { it: 'is Pending when the Job is there', plan: { status: pending, events: [created] } },
  { it: 'forgets what it waited for', before: { phase: 'Waiting', message: 'Waiting for Workspace "shop" to be created' }, plan: { status: pending, events: [created] } },
  { it: 'has nothing to write about a Pod alone', before: pending, pods: [aPod()], plan: { why: 'Job "fix" has not ended' } },
  { it: 'runs when the first container does, an init container included', before: pending, pods: [aPod({ prepare: running })], plan: { status: runs, events: [started] } },
  { it: 'may be seen running at first sight', pods: [aPod({ agent: running })], plan: { status: runs, events: [created, started] } },
  { it: 'has nothing to write while it runs', before: runs, pods: [aPod({ agent: running })], plan: { why: 'Job "fix" has not ended' } },
  { it: 'never goes back to Pending', before: runs, pods: [aPod({ name: 'fix-2', agent: waitsFor('PodInitializing') })], plan: { status: { ...runs, podName: 'fix-2' }, events: [] } },
  { it: 'names the newest of its Pods', before: runs, pods: [aPod({ name: 'fix-2', creationTimestamp: '2026-01-01T00:03:00Z' }), aPod()], plan: { status: { ...runs, podName: 'fix-2' }, events: [] } },
  { it: 'names the next Pod when none was left', before: { ...runs, podName: undefined }, pods: [aPod({ name: 'fix-2' })], plan: { status: { ...runs, podName: 'fix-2' }, events: [] } },
  { it: 'names none when none is left', before: runs, plan: { status: { ...runs, podName: undefined }, events: [] } },
  {
    it: 'says that an image cannot be pulled',
    before: pending,
    pods: [aPod({ agent: waitsFor('ImagePullBackOff') })],
    plan: { status: { ...pending, message: 'Image "image-of-kelos-agent" cannot be pulled; see the events of Pod "fix-1"' }, events: [] },
  },
  {
    it: 'says it once, though the kubelet tries again and again',
    before: { ...pending, message: 'Image "image-of-kelos-agent" cannot be pulled; see the events of Pod "fix-1"' },
    pods: [aPod({ agent: waitsFor('ErrImagePull', 'rpc error') })],
    plan: { why: 'Job "fix" has not ended' },
  },
  {
    it: 'says what a container lacks',
    before: pending,
    pods: [aPod({ prepare: waitsFor('CreateContainerConfigError', 'secret "gh" not found') })],
    plan: { status: { ...pending, message: 'Container "kelos-prepare" cannot be created: secret "gh" not found' }, events: [] },
  },
  {
    it: 'says that the image of the agent cannot be pulled, though its workspace is prepared',
    before: runs,
    pods: [aPod({ prepare: ended(0), agent: waitsFor('ErrImagePull') })],
    plan: { status: { ...runs, message: 'Image "image-of-kelos-agent" cannot be pulled; see the events of Pod "fix-1"' }, events: [] },
  },
  {
    it: 'remembers what was in the way of a Pod that is stopped',
    before: { ...pending, podName: 'fix-1', message: 'Image "x" cannot be pulled; see the events of Pod "fix-1"' },
    pods: [aPod({ agent: neverStarted, deletionTimestamp: '2026-01-01T00:08:00Z' })],
    plan: { why: 'Job "fix" has not ended' },
  },
  { it: 'says that no node fits', before: pending, pods: [aPod({ status: unschedulable })], plan: { status: { ...pending, message: 'No node can take Pod "fix-1"; see its events' }, events: [] } },
])('a Task $it', ({ before, pods = [], jobCreatedAt, plan }) => {
  const task = aTask({ status: before });
  const made = planProgress({ task, job: aJob(jobCreatedAt === undefined ? {} : { creationTimestamp: jobCreatedAt }), pods, now });
  expect(JSON.parse(JSON.stringify(made))).toEqual(JSON.parse(JSON.stringify(plan)));
});

describe('a Pod that goes before its Job ends', () => {
  const message = result(['cost-usd: 1']);
  const evicted = aPod({ deletionTimestamp: '2026-01-01T00:08:00Z', agent: ended(137, message) });

  test('leaves what it spent in an annotation', () => {
    const task = aTask({ status: runs });
    const value = JSON.stringify({ 'uid-of-fix-1': { podName: 'fix-1', message, exitCode: 137 } });
    const patch = { metadata: { uid: 'uid-of-fix', annotations: { 'taskwright.dev/ended-attempts': value } } };
    expect(planProgress({ task, job: aJob(), pods: [evicted], now }).writes).toEqual([{ verb: 'mergePatch', resource: taskResource, target: task, patch }]);
  });

  test('leaves it once', () => {
    const kept = JSON.stringify({ 'uid-of-fix-1': { podName: 'fix-1', message } });
    const task = aTask({ status: runs, annotations: { 'taskwright.dev/ended-attempts': kept } });
    expect(planProgress({ task, job: aJob(), pods: [evicted], now }).writes).toBeUndefined();
  });
});

describe('containers that outlive the agent', () => {
  const plan = (pod: ObservedPod, at: string) => planProgress({ task: aTask({ status: runs }), job: aJob(), pods: [pod], now: new Date(at) });
  const stuck = aPod({ phase: 'Running', agent: ended(1) });

  test('get half a minute to end', () => {
    expect(plan(stuck, '2026-01-01T00:08:29Z')).toEqual({ requeueAfterMs: 1_000, why: 'Job "fix" has not ended' });
  });

  test('lose their Pod when the agent failed, so that the Job counts it', () => {
    expect(plan(stuck, '2026-01-01T00:08:30Z')).toEqual({ writes: [{ verb: 'delete', resource: podResource, target: stuck }] });
  });

  test('lose it once', () => {
    const { writes } = plan({ ...stuck, metadata: { ...stuck.metadata, deletionTimestamp: '2026-01-01T00:08:40Z' } }, '2026-01-01T00:09:00Z');
    expect(writes?.map(({ verb }) => verb)).toEqual(['mergePatch']); // how its agent ended is kept
  });

  test('that end are nobody\'s business', () => {
    expect(plan(aPod({ phase: 'Failed', agent: ended(1) }), '2026-01-01T01:00:00Z').writes).toBeUndefined();
  });
});

test('a Task that is let through says since when', () => {
  const waiting = { ...admitted, status: 'False' as const, reason: 'WorkspaceMissing', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const { status } = planProgress({ task: aTask({ status: { phase: 'Waiting', conditions: [waiting] } }), job: aJob(), pods: [], now });
  expect(status?.conditions).toEqual([admitted]);
});

test('a Job is missed by a Task that runs, and not by one that is being deleted', () => {
  const deletionTimestamp = '2026-01-01T00:09:00Z';
  const tasks = [aTask(), aTask({ status: pending }), aTask({ status: runs }), aTask({ status: runs, deletionTimestamp }), aTask({ status: { phase: 'Failed' } })];
  expect(tasks.map((task) => missesItsJob(task, undefined))).toEqual([false, true, true, false, false]);
  expect(missesItsJob(aTask({ status: runs }), aJob())).toBe(false);
});

test('a Job that vanished is not started again, and what was spent is kept', () => {
  const kept = JSON.stringify({ x: { podName: 'fix-1', message: result(['input-tokens: 5']) } });
  const task = aTask({ status: runs, annotations: { 'taskwright.dev/ended-attempts': kept } });
  const message = 'Job "fix" was deleted before it ended; create the Task again to run it again';
  expect(planLostJob({ task, now })).toEqual({
    status: { ...runs, phase: 'Failed', message, completionTime: '2026-01-01T00:10:00Z', outputs: ['input-tokens: 5'], results: { 'input-tokens': '5' }, usage: { inputTokens: 5 } },
    events: [{ type: 'Warning', reason: 'TaskFailed', message }],
  });
});
