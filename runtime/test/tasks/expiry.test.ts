import { type Task, taskResource } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { planExpiry } from '../../src/tasks/expiry.ts';
import type { TaskPlan } from '../../src/tasks/task-facts.ts';
import { aTask } from './task-fixtures.ts';

const now = new Date('2026-01-01T00:01:00Z');
const finished: Task['status'] = { phase: 'Succeeded', completionTime: '2026-01-01T00:00:00Z' };
const expired = [{ type: 'Normal' as const, reason: 'TaskExpired', message: 'Deleting Task due to TTL expiration' }];

interface Row {
  it: string;
  ttl?: number;
  status?: Task['status'];
  dependant?: Task['status'];
  plan: TaskPlan | 'delete';
}

test.each<Row>([
  { it: 'keeps a Task without a ttl', plan: { why: 'it sets no ttlSecondsAfterFinished' } },
  { it: 'deletes at once when the ttl is 0', ttl: 0, plan: 'delete' },
  { it: 'deletes on the very second', ttl: 60, plan: 'delete' },
  { it: 'waits out the second that is left', ttl: 61, plan: { requeueAfterMs: 1_000 } },
  { it: 'deletes a Task that failed as well', ttl: 60, status: { ...finished, phase: 'Failed' }, plan: 'delete' },
  { it: 'lets a waiting dependant start', ttl: 0, dependant: { phase: 'Waiting' }, plan: { why: 'Task "review" depends on it and has not started' } },
  { it: 'lets a dependant start that nobody has looked at', ttl: 0, dependant: {}, plan: { why: 'Task "review" depends on it and has not started' } },
  { it: 'ignores a dependant that started', ttl: 0, dependant: { phase: 'Running' }, plan: 'delete' },
  { it: 'ignores a dependant that ended', ttl: 0, dependant: { phase: 'Failed' }, plan: 'delete' },
  { it: 'stamps a missing completionTime', ttl: 0, status: { phase: 'Failed' }, plan: { status: { phase: 'Failed', completionTime: '2026-01-01T00:01:00Z' } } },
])('$it', ({ ttl, status = finished, dependant, plan }) => {
  const task = aTask({ spec: { ttlSecondsAfterFinished: ttl }, status });
  const dependants = dependant ? [aTask({ name: 'review', status: dependant })] : [];
  const expected = plan === 'delete' ? { writes: [{ verb: 'delete', resource: taskResource, target: task }], events: expired } : plan;
  expect(planExpiry({ task, dependants, now })).toEqual(expected);
});
