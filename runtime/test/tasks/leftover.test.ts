import { jobResource } from '@taskwright/schema/kubernetes';
import { expect, test } from 'vitest';
import { planLeftover } from '../../src/tasks/leftover.ts';
import { aJob, aTask, complete, failed } from './task-fixtures.ts';

test.each([
  { it: 'that ended is kept', job: aJob({ status: complete }) },
  { it: 'that failed is kept', job: aJob({ status: failed }) },
  { it: 'that is being deleted is not deleted again', job: aJob({ deletionTimestamp: '2026-01-01T00:09:00Z' }) },
  { it: 'of somebody else is left alone', job: aJob({ ownerReferences: [] }) },
  { it: 'that is gone is nothing to do', job: undefined },
])('a Job $it', ({ job }) => {
  expect(planLeftover({ task: aTask(), job })).toBeUndefined();
});

test('a Job that still runs is stopped', () => {
  expect(planLeftover({ task: aTask(), job: aJob() })).toEqual({ writes: [{ verb: 'delete', resource: jobResource, target: aJob() }] });
});
