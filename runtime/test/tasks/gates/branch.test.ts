import type { Task, TaskStatus } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { branchGate, type BranchFacts } from '../../../src/tasks/gates/branch.ts';
import { aTask, facts, now } from '../task-fixtures.ts';

const waitingFor = (reason: string): TaskStatus => ({ phase: 'Waiting', conditions: [{ type: 'Admitted', status: 'False', reason, message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' }] });
const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
const other = (name: string, second: number, status?: TaskStatus): Task => aTask({ name, creationTimestamp: at(second), status });
const queued = waitingFor('BranchLocked');

const mine = aTask({ spec: { branch: 'b' }, creationTimestamp: at(5) });
const said = (branch: Partial<BranchFacts> | undefined) => branchGate(facts({ task: mine, ...(branch ? { branch: { waiting: [], holders: [], ...branch } } : {}) }));

test.each<{ it: string; branch?: Partial<BranchFacts> }>([
  { it: 'without a branch' },
  { it: 'alone on its branch', branch: {} },
  { it: 'before a younger one', branch: { waiting: [other('young', 6, queued)] } },
  { it: 'before one of the same second whose name comes later', branch: { waiting: [other('gix', 5, queued)] } },
  { it: 'before an older one that waits for a dependency', branch: { waiting: [other('old', 1, waitingFor('DependencyUnfinished'))] } },
  { it: 'before an older one that waits for a budget', branch: { waiting: [other('old', 1, waitingFor('BudgetExceeded'))] } },
  { it: 'before an older one that waits to be tried again', branch: { waiting: [other('old', 1, waitingFor('RetryBackOff'))] } },
  { it: 'after a Pod that should have gone 10 minutes ago', branch: { holders: [{ taskName: 'lost', goneAt: now }] } },
])('a Task starts $it', ({ branch }) => {
  expect(said(branch)).toBeUndefined();
});

test.each<{ it: string; branch: Partial<BranchFacts>; obstacle: object }>([
  { it: 'whoever works on the branch', branch: { holders: [{ taskName: 'busy' }] }, obstacle: { hold: 'BranchLocked', message: 'Waiting for branch "b" (locked by busy)' } },
  { it: 'a Pod that is asked to go', branch: { holders: [{ taskName: 'busy', goneAt: new Date(now.getTime() + 7_000) }] }, obstacle: { hold: 'BranchLocked', message: 'Waiting for branch "b" (locked by busy)', retryAfterMs: 7_000 } },
  { it: 'an older one', branch: { waiting: [other('old', 1, queued)] }, obstacle: { hold: 'BranchLocked', message: 'Waiting for branch "b" (locked by old)' } },
  { it: 'an older one that nobody has looked at', branch: { waiting: [other('old', 1)] }, obstacle: { hold: 'BranchLocked', message: 'Waiting for branch "b" (locked by old)' } },
  { it: 'one of the same second whose name comes first', branch: { waiting: [other('fit', 5, queued)] }, obstacle: { hold: 'BranchLocked', message: 'Waiting for branch "b" (locked by fit)' } },
  { it: 'the last of those before it, so that it is told once', branch: { waiting: [other('first', 1, queued), other('last', 4, waitingFor('BranchLocked')), other('second', 2, queued)], holders: [{ taskName: 'busy' }] }, obstacle: { hold: 'BranchLocked', message: 'Waiting for branch "b" (locked by last)' } },
])('a Task waits for $it', ({ branch, obstacle }) => {
  expect(said(branch)).toEqual(obstacle);
});
