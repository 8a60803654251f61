import { expect, test } from 'vitest';
import type { FailedAttempt } from '../../../src/tasks/failed-attempts.ts';
import { backoffGate } from '../../../src/tasks/gates/retry.ts';
import { aTask, facts } from '../task-fixtures.ts';

/** It is 00:10:00. */
const failedAt = (at: string): FailedAttempt => ({ at: `2026-01-01T00:${at}Z`, message: 'Agent exited with code 3' });
const said = (attempts: FailedAttempt[], annotations: Record<string, string> = { 'taskwright.dev/retry-limit': '3' }) =>
  backoffGate(facts({ task: aTask({ annotations: { ...annotations, 'taskwright.dev/failed-attempts': JSON.stringify(attempts) } }) }));

test.each<{ it: string; attempts: FailedAttempt[]; annotations?: Record<string, string> }>([
  { it: 'that has not failed', attempts: [] },
  { it: '30 s after its first failure, on the very second', attempts: [failedAt('09:30')] },
  { it: 'a minute after its second', attempts: [failedAt('01:00'), failedAt('09:00')] },
  { it: 'at once, if its policy says so', attempts: [failedAt('10:00')], annotations: { 'taskwright.dev/retry-backoff-seconds': '0' } },
])('a Task starts $it', ({ attempts, annotations }) => {
  expect(said(attempts, annotations)).toBeUndefined();
});

test.each<{ it: string; attempts: FailedAttempt[]; at: string; which: string; ms: number }>([
  { it: 'for the second that is left', attempts: [failedAt('09:31')], at: '10:01', which: '1 of 4', ms: 1_000 },
  { it: 'twice as long after the second failure', attempts: [failedAt('01:00'), failedAt('09:30')], at: '10:30', which: '2 of 4', ms: 30_000 },
])('a Task waits $it', ({ attempts, at, which, ms }) => {
  expect(said(attempts)).toEqual({ hold: 'RetryBackOff', message: `Waiting until 2026-01-01T00:${at}Z to try again; attempt ${which} failed: Agent exited with code 3`, retryAfterMs: ms });
});

test('a note of attempts that nobody can read is none', () => {
  for (const note of ['{', '{}', '[1]', '[{"at":"x","message":""}]']) expect(backoffGate(facts({ task: aTask({ annotations: { 'taskwright.dev/failed-attempts': note } }) }))).toBeUndefined();
});
