import { taskResource } from '@taskwright/schema';
import { jobResource, podResource } from '@taskwright/schema/kubernetes';
import { expect, test } from 'vitest';
import type { ObservedJob, ObservedPod } from '../../src/tasks/observed.ts';
import { isAboutToGo, planDeletion } from '../../src/tasks/deletion.ts';
import type { TaskPlan } from '../../src/tasks/task-facts.ts';
import { aJob, aPod, aTask, facts } from './task-fixtures.ts';

const deletionTimestamp = '2026-01-01T00:09:00Z';
const task = aTask({ deletionTimestamp, finalizers: ['other.io/x', 'kelos.dev/finalizer'] });
const letGo = {
  verb: 'mergePatch' as const,
  resource: taskResource,
  target: task,
  patch: { metadata: { uid: 'uid-of-fix', resourceVersion: '7', finalizers: ['other.io/x'] } },
};
const nineMinutes = 9 * 60_000;
const why = 'its agent has not stopped yet';
const foreign = aJob({ ownerReferences: [], uid: 'foreign-uid' });

test.each<{ it: string; task?: typeof task; job?: ObservedJob; pods?: ObservedPod[]; now?: string; plan: TaskPlan }>([
  { it: 'leaves alone what it does not hold', task: aTask({ deletionTimestamp }), plan: { why: 'it is being deleted, and nothing of ours holds it' } },
  { it: 'lets a Task without a Job go, and keeps the finalizers of others', plan: { writes: [letGo] } },
  { it: 'deletes the Job first', job: aJob(), plan: { writes: [{ verb: 'delete', resource: jobResource, target: aJob(), inAnyVersion: true }], requeueAfterMs: 10 * 60_000, why } },
  { it: 'deletes it before it gives up on it, however late', job: aJob(), now: '2026-01-01T09:00:00Z', plan: { writes: [{ verb: 'delete', resource: jobResource, target: aJob(), inAnyVersion: true }], requeueAfterMs: 10 * 60_000, why } },
  { it: 'tells a Pod itself that nobody else told', pods: [aPod()], now: '2026-01-01T00:19:00Z', plan: { writes: [{ verb: 'delete', resource: podResource, target: aPod(), inAnyVersion: true }], requeueAfterMs: 10 * 60_000, why } },
  { it: 'gives a Pod its time from when that was told to stop', pods: [aPod({ deletionTimestamp: '2026-01-01T08:59:00Z' })], now: '2026-01-01T09:00:00Z', plan: { requeueAfterMs: nineMinutes, why } },
  { it: 'deletes it once', job: aJob({ deletionTimestamp }), plan: { requeueAfterMs: nineMinutes, why } },
  { it: 'waits for a Pod that outlives its Job', pods: [aPod({ deletionTimestamp })], plan: { requeueAfterMs: nineMinutes, why } },
  { it: 'waits for a Pod that nobody has told to stop yet', pods: [aPod()], plan: { requeueAfterMs: nineMinutes, why } },
  { it: 'leaves the Job of somebody else alone, and its Pods', job: foreign, pods: [aPod({ ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'fix', uid: 'foreign-uid', controller: true }] })], plan: { writes: [letGo] } },
  { it: 'waits to the last millisecond', pods: [aPod()], now: '2026-01-01T00:18:59.999Z', plan: { requeueAfterMs: 1, why } },
  {
    it: 'gives up on a Pod whose node is gone',
    pods: [aPod({ deletionTimestamp })],
    now: '2026-01-01T00:19:00Z',
    plan: { writes: [letGo], events: [{ type: 'Warning', reason: 'DeletionIncomplete', message: 'Pod "fix-1" is still there after 10 minutes; deleting the Task without it' }] },
  },
])('$it', ({ task: subject = task, job, pods = [], now = '2026-01-01T00:10:00Z', plan }) => {
  expect(planDeletion(facts({ task: subject, job, pods, now: new Date(now) }))).toEqual(plan);
});

test.each<{ it: string; given: Parameters<typeof facts>[0]; isLast: boolean }>([
  { it: 'nothing of it in sight', given: { task }, isLast: true },
  { it: 'only what belongs to somebody else in sight', given: { task, job: foreign }, isLast: true },
  { it: 'its Job in sight', given: { task, job: aJob() }, isLast: false },
  { it: 'a Pod in sight', given: { task, pods: [aPod()] }, isLast: false },
  { it: 'nothing that holds it', given: { task: aTask({ deletionTimestamp }) }, isLast: false },
  { it: 'nobody who deleted it', given: { task: aTask({ finalizers: ['kelos.dev/finalizer'] }) }, isLast: false },
])('the server is asked before a Task goes, with $it: $isLast', ({ given, isLast }) => {
  expect(isAboutToGo(facts(given))).toBe(isLast);
});
