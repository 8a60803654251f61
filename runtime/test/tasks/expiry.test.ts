import { type Task, taskResource, type TaskSpawner } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
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

describe('a Task whose end is to be told', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567';
  const comment = { 'kelos.dev/source-number': '42', 'kelos.dev/github-reporting': 'enabled' };
  const check = { 'kelos.dev/source-number': '42', 'kelos.dev/github-checks': 'enabled', 'kelos.dev/source-sha': sha };
  const sticky = { ...comment, 'kelos.dev/github-comment-mode': 'Sticky' };
  const slack = { 'kelos.dev/slack-channel': 'C1', 'kelos.dev/slack-thread-ts': '1.2' };
  const ofSlack = { 'kelos.dev/slack-reporting': 'enabled' };
  const ofSpawner = { 'kelos.dev/taskspawner': 'workers' };
  const reactions = { 'taskwright.dev/github-reactions': 'true' };
  const labels = { 'taskwright.dev/github-labels': '{"succeeded":"agent/done"}' };

  interface ToldRow {
    it: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
    wishes?: Record<string, string>;
    phase?: 'Succeeded' | 'Failed';
    ttl?: number;
    /** When it ended. Left out: a minute ago. */
    ended?: string;
    plan: TaskPlan | 'delete' | 'hold';
  }

  test.each<ToldRow>([
    { it: 'waits for its comment', annotations: comment, plan: 'hold' },
    { it: 'waits for its comment when it was told that it is accepted', annotations: { ...comment, 'kelos.dev/github-report-phase': 'accepted' }, plan: 'hold' },
    { it: 'goes once its comment tells the end', annotations: { ...comment, 'kelos.dev/github-report-phase': 'succeeded' }, plan: 'delete' },
    { it: 'waits for a comment that tells another end', annotations: { ...comment, 'kelos.dev/github-report-phase': 'succeeded' }, phase: 'Failed', plan: 'hold' },
    { it: 'waits for a shared comment', annotations: sticky, labels: ofSpawner, plan: 'hold' },
    { it: 'goes where a shared comment cannot be told', annotations: sticky, plan: 'delete' },
    { it: 'goes where a person broke the id of the comment', annotations: { ...comment, 'kelos.dev/github-comment-id': 'x' }, plan: 'delete' },
    { it: 'waits for its check', annotations: { ...check, 'kelos.dev/github-check-report-phase': 'in_progress' }, plan: 'hold' },
    { it: 'goes once its check tells the end', annotations: { ...check, 'kelos.dev/github-check-report-phase': 'succeeded' }, plan: 'delete' },
    { it: 'goes where a check is refused for good', annotations: { ...check, 'taskwright.dev/check-refused': 'true' }, plan: 'delete' },
    { it: 'waits for a reaction', annotations: { 'kelos.dev/source-number': '42', 'taskwright.dev/report-reaction': 'eyes' }, labels: ofSpawner, wishes: reactions, plan: 'hold' },
    { it: 'goes once the reaction is there', annotations: { 'kelos.dev/source-number': '42', 'taskwright.dev/report-reaction': 'rocket' }, labels: ofSpawner, wishes: reactions, plan: 'delete' },
    { it: 'waits for a label', annotations: { 'kelos.dev/source-number': '42' }, labels: ofSpawner, wishes: labels, plan: 'hold' },
    { it: 'goes once the label is there', annotations: { 'kelos.dev/source-number': '42', 'taskwright.dev/report-label-phase': 'succeeded' }, labels: ofSpawner, wishes: labels, plan: 'delete' },
    { it: 'waits for the label of its work to go, whatever its spawner says by now', annotations: { 'kelos.dev/source-number': '42', 'taskwright.dev/report-label': 'agent/running', 'taskwright.dev/report-label-phase': 'running' }, labels: ofSpawner, plan: 'hold' },
    { it: 'goes where nothing is asked for', annotations: { 'kelos.dev/source-number': '42' }, labels: ofSpawner, wishes: {}, plan: 'delete' },
    { it: 'goes where nothing is behind it that could be told', labels: ofSpawner, wishes: { ...reactions, ...labels }, plan: 'delete' },
    { it: 'waits for its answer on Slack', annotations: slack, labels: ofSlack, plan: 'hold' },
    { it: 'waits for the last part of its answer on Slack', annotations: { ...slack, 'kelos.dev/slack-report-phase': 'accepted', 'taskwright.dev/slack-parts-posted': '1' }, labels: ofSlack, plan: 'hold' },
    { it: 'goes once it is answered on Slack', annotations: { ...slack, 'kelos.dev/slack-report-phase': 'succeeded' }, labels: ofSlack, plan: 'delete' },
    { it: 'goes at once when it is of a slash command', annotations: { 'kelos.dev/slack-channel': 'C1' }, labels: ofSlack, plan: 'delete' },
    { it: 'goes at once when nobody asked for a report on Slack', annotations: slack, plan: 'delete' },
    { it: 'waits for its ttl first', annotations: comment, ttl: 90, plan: { requeueAfterMs: 30_000 } },
    { it: 'waits until ten minutes after its end, whenever its ttl was over', annotations: comment, ttl: 30, plan: 'hold' },
    { it: 'goes ten minutes after its end, told or not', annotations: comment, ended: '2025-12-31T23:51:00Z', plan: 'delete' },
    { it: 'waits for the very last second', annotations: comment, ended: '2025-12-31T23:51:01Z', plan: { requeueAfterMs: 1_000, why: 'how it ended is not told yet' } },
    { it: 'never waits after a long ttl', annotations: comment, ttl: 600, ended: '2025-12-31T23:51:00Z', plan: 'delete' },
    { it: 'waits as well when its ttl is that of failures', annotations: { ...comment, 'taskwright.dev/ttl-seconds-after-failed': '0' }, phase: 'Failed', ttl: 9_000, plan: 'hold' },
  ])('$it', ({ annotations, labels: taskLabels, wishes, phase = 'Succeeded', ttl = 0, ended = '2026-01-01T00:00:00Z', plan }) => {
    const task = aTask({ spec: { ttlSecondsAfterFinished: ttl }, status: { phase, completionTime: ended }, annotations, labels: taskLabels });
    const spawner = wishes && ({ metadata: { name: 'workers', annotations: wishes } } as unknown as TaskSpawner);
    const held: TaskPlan = { requeueAfterMs: 540_000, why: 'how it ended is not told yet' };
    const expected = plan === 'delete' ? { writes: [{ verb: 'delete', resource: taskResource, target: task }], events: expired } : plan === 'hold' ? held : plan;
    expect(planExpiry({ task, dependants: [], ...(spawner && { spawner }), now })).toEqual(expected);
  });
});
