import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HOLD_REASONS, REFUSAL_REASONS, withAdmission } from '../../src/tasks/admission.ts';
import { BUDGET_BLOCKED } from '../../src/tasks/budget-blocked.ts';
import { admitted, aTask, now } from './task-fixtures.ts';

test('docs/errors.md explains every reason for which a Task has no Job, in its order, and no other', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const section = text.split('\n## Why a Task has no Job\n')[1]!.split('\n## ')[0]!;
  const [waiting, failed] = section.split('never gets one').map((part) => [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, reason]) => reason));
  expect(waiting).toEqual([...HOLD_REASONS].sort());
  // One of them is also a reason to wait, and explained there.
  expect(failed).toEqual(REFUSAL_REASONS.filter((reason) => reason !== 'JobNameTaken').sort());
});

const since = (status: 'True' | 'False', at: string, reason = 'BranchLocked') => ({ type: 'Admitted', status, reason, message: 'm', lastTransitionTime: at });
const other = { type: 'Other', status: 'True' as const, reason: 'R', message: 'm', lastTransitionTime: '2025-01-01T00:00:00Z' };
const blocked = { ...other, type: BUDGET_BLOCKED };

test.each([
  { it: 'is new', before: [], reason: 'BranchLocked' as const, at: '2026-01-01T00:10:00Z' },
  { it: 'keeps its time while a Task waits for something else', before: [since('False', '2026-01-01T00:00:00Z', 'SecretMissing')], reason: 'BranchLocked' as const, at: '2026-01-01T00:00:00Z' },
  { it: 'has a new time when the Task waits again', before: [since('True', '2026-01-01T00:00:00Z', 'Admitted')], reason: 'BranchLocked' as const, at: '2026-01-01T00:10:00Z' },
])('the condition of a Task that waits $it', ({ before, reason, at }) => {
  const task = aTask({ status: { phase: 'Waiting', conditions: before } });
  expect(withAdmission(task, reason, 'm', now)).toEqual([{ type: 'Admitted', status: 'False', reason, message: 'm', lastTransitionTime: at, observedGeneration: 1 }]);
});

test('who is let through keeps what others said, and loses what a budget did', () => {
  expect(withAdmission(aTask({ status: { conditions: [other, blocked] } }), 'Admitted', admitted.message, now)).toEqual([other, admitted]);
});
