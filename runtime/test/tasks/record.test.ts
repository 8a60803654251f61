import { type TaskRecord, type TaskStatus, taskRecordResource } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { creation } from '../../src/kube/plan.ts';
import { planMissingRecord, recordFirst, recordWrites } from '../../src/tasks/record.ts';
import { aTask, now } from './task-fixtures.ts';

const ended: TaskStatus = { phase: 'Failed', startTime: '2026-01-01T00:01:00Z', completionTime: '2026-01-01T00:09:00Z', usage: { costUSD: '1' } };
const { usage: _usage, ...spentNothing } = ended;
const snapshot = { annotations: { 'kelos.dev/taskbudget-labels': '{"team":"shop"}' } };
const record = (labels: object, spec: object = {}) => creation(taskRecordResource, {
  metadata: { name: 'uid-of-fix', namespace: 'dev', labels: { ...labels } },
  spec: { taskRef: { name: 'fix', uid: 'uid-of-fix' }, type: 'claude-code', phase: 'Failed', startTime: ended.startTime, completionTime: ended.completionTime!, usage: { costUSD: '1' }, ttlSecondsAfterCompletion: 2_592_000, ...spec },
} as TaskRecord);

test.each<{ it: string; task?: Parameters<typeof aTask>[0]; status: TaskStatus; writes: object[] }>([
  { it: 'what it spent, by the labels it has', task: { labels: { team: 'store' } }, status: ended, writes: [record({ team: 'store' })] },
  { it: 'by the labels it started with', task: { labels: { team: 'store' }, ...snapshot }, status: ended, writes: [record({ team: 'shop' })] },
  { it: 'nothing, if it ran under a budget: that tells what the next one will spend', task: snapshot, status: spentNothing, writes: [record({ team: 'shop' }, { usage: undefined })] },
])('of a Task is recorded: $it', ({ task, status, writes }) => {
  expect(recordWrites(aTask(task), status)).toEqual(writes);
});

test.each<{ it: string; task?: Parameters<typeof aTask>[0]; status: TaskStatus }>([
  { it: 'nothing, under no budget', status: spentNothing },
  { it: 'nothing, and never ran', task: snapshot, status: { ...spentNothing, startTime: undefined } },
  { it: 'something, and has not ended', status: { ...ended, completionTime: undefined } },
])('no record is written of a Task that spent $it', ({ task, status }) => {
  expect(recordWrites(aTask(task), status)).toEqual([]);
});

test('the record comes before the end, and the end when the record is there', () => {
  const task = aTask({ status: { phase: 'Running' } });
  const plan = { status: ended };
  expect(recordFirst({ task, hasRecord: false }, plan)).toEqual({ writes: [record({})], why: 'what it spent is written down first' });
  expect(recordFirst({ task, hasRecord: true }, plan)).toBe(plan);
  expect(recordFirst({ task: aTask({ status: ended }), hasRecord: false }, plan)).toBe(plan);
});

test.each<{ it: string; status: TaskStatus; hasRecord?: boolean; isWritten: boolean }>([
  { it: 'that ended under an operator that wrote none', status: ended, isWritten: true },
  { it: 'whose record is there', status: ended, hasRecord: true, isWritten: false },
  { it: 'that spent nothing', status: spentNothing, isWritten: false },
  { it: 'whose record would have expired', status: { ...ended, completionTime: '2025-12-02T00:10:00Z' }, isWritten: false },
  { it: 'whose record would expire in a second', status: { ...ended, completionTime: '2025-12-02T00:10:01Z' }, isWritten: true },
])('a record is written late, or not, of a Task $it', ({ status, hasRecord = false, isWritten }) => {
  const plan = planMissingRecord({ task: aTask({ status }), hasRecord, now });
  expect(plan?.writes?.length ?? 0).toBe(isWritten ? 1 : 0);
});
