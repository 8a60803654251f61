import { expect, test } from 'vitest';
import { logsToRead, missesPods, planTask } from '../../src/tasks/task-plan.ts';
import type { TaskFacts } from '../../src/tasks/task-facts.ts';
import { admitted, aJob, aPod, aTask, complete, ended, facts, result } from './task-fixtures.ts';

const foreign = aJob({ ownerReferences: [], status: complete });
const deletionTimestamp = '2026-01-01T00:09:00Z';

test.each<{ it: string; given: Partial<TaskFacts>; plan: object }>([
  { it: 'new: it is started', given: {}, plan: { writes: [{ verb: 'mergePatch' }, { verb: 'create', resource: { kind: 'Job' } }] } },
  { it: 'with a Job: it is followed', given: { job: aJob() }, plan: { status: { phase: 'Pending' } } },
  { it: 'with a Job that ended: it ends', given: { job: aJob({ status: complete }) }, plan: { status: { phase: 'Succeeded' } } },
  { it: 'with a Job of somebody else: it fails, and the Job is left alone', given: { job: foreign }, plan: { status: { phase: 'Failed' }, events: [{ reason: 'JobNameTaken' }] } },
  { it: 'running without its Job: it fails', given: { task: aTask({ status: { phase: 'Running', jobName: 'fix' } }) }, plan: { status: { phase: 'Failed' } } },
  { it: 'finished: it is kept', given: { task: aTask({ status: { phase: 'Succeeded' } }), job: aJob({ status: complete }) }, plan: { why: 'it sets no ttlSecondsAfterFinished' } },
  { it: 'finished while its Job runs on: the Job is stopped', given: { task: aTask({ status: { phase: 'Succeeded' } }), job: aJob() }, plan: { writes: [{ verb: 'delete', resource: { kind: 'Job' } }] } },
  { it: 'finished without a Job: it never gets another', given: { task: aTask({ status: { phase: 'Failed' } }) }, plan: { why: 'it sets no ttlSecondsAfterFinished' } },
  { it: 'deleted before it had a Job: it gets none', given: { task: aTask({ deletionTimestamp }) }, plan: { why: 'it is being deleted, and nothing of ours holds it' } },
])('a Task is $it', ({ given, plan }) => {
  expect(planTask(facts(given))).toMatchObject(plan);
});

test('an agent that succeeded while an extra container runs on ends its Task', () => {
  const pod = aPod({ phase: 'Running', agent: ended(0, result(['commit: c'])) });
  expect(planTask(facts({ job: aJob(), pods: [pod] })).status).toMatchObject({ phase: 'Succeeded', completionTime: '2026-01-01T00:08:00Z', results: { commit: 'c' } });
});

test('a Pod of an earlier Job of this name has no say', () => {
  const earlier = aPod({ agent: ended(0, result(['commit: old'])), ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'fix', uid: 'earlier', controller: true }] });
  expect(planTask(facts({ job: aJob({ status: complete }), pods: [earlier] })).status?.results).toBeUndefined();
});

test('carrying out a plan twice changes nothing the second time', () => {
  const pods = [aPod({ agent: ended(0, result(['commit: c'])) })];
  const { status } = planTask(facts({ job: aJob({ status: complete }), pods }));
  expect(planTask(facts({ task: aTask({ status }), job: aJob({ status: complete }), pods }))).toEqual({ why: 'it sets no ttlSecondsAfterFinished' });
  expect(status?.conditions).toEqual([admitted]);
});

test.each<{ it: string; given: Partial<TaskFacts>; reads: string[] }>([
  { it: 'of a Pod that left no message', given: { job: aJob({ status: complete }), pods: [aPod({ agent: ended(0) })] }, reads: ['fix-1'] },
  { it: 'of a Pod whose message was too long', given: { job: aJob({ status: complete }), pods: [aPod({ agent: ended(0, result(['a: b'], { truncated: true })) })] }, reads: ['fix-1'] },
  { it: 'of a Pod that only said why it failed', given: { job: aJob({ status: complete }), pods: [aPod({ agent: ended(1, 'no such model') })] }, reads: ['fix-1'] },
  { it: 'of no Pod whose message tells all', given: { job: aJob({ status: complete }), pods: [aPod({ agent: ended(0, result(['a: b'])) })] }, reads: [] },
  { it: 'of no Pod whose agent never started', given: { job: aJob({ status: complete }), pods: [aPod({ prepare: ended(1) })] }, reads: [] },
  { it: 'of no Pod before the Job has ended', given: { job: aJob(), pods: [aPod({ phase: 'Failed', agent: ended(1) })] }, reads: [] },
  { it: 'of no Pod of a finished Task', given: { task: aTask({ status: { phase: 'Failed' } }), job: aJob({ status: complete }), pods: [aPod({ agent: ended(0) })] }, reads: [] },
])('the log is read $it', ({ given, reads }) => {
  expect(logsToRead(facts(given)).map(({ metadata }) => metadata.name)).toEqual(reads);
});

test.each<{ it: string; given: Partial<TaskFacts>; misses: boolean }>([
  { it: 'that ended shows fewer Pods than it counted', given: { job: aJob({ status: complete }) }, misses: true },
  { it: 'that ended shows one that has not', given: { job: aJob({ status: complete }), pods: [aPod({ phase: 'Running' })] }, misses: true },
  { it: 'that ended shows all it counted', given: { job: aJob({ status: complete }), pods: [aPod({ phase: 'Succeeded' })] }, misses: false },
  { it: 'that goes on shows none yet', given: { job: aJob() }, misses: false },
  { it: 'of somebody else ended', given: { job: foreign }, misses: false },
  { it: 'of a finished Task shows none any more', given: { task: aTask({ status: { phase: 'Succeeded' } }), job: aJob({ status: complete }) }, misses: false },
])('the server is asked for Pods when a Job $it: $misses', ({ given, misses }) => {
  expect(missesPods(facts(given))).toBe(misses);
});
