import { taskRecordResource } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { planRecordExpiry } from '../../src/budgets/record-expiry.ts';
import { deletion, type Plan } from '../../src/kube/plan.ts';
import { aRecord } from './budget-fixtures.ts';

/** Its Task was completed five minutes before. */
const now = new Date('2026-01-01T00:10:00Z');

test.each<{ it: string; ttlSecondsAfterCompletion?: number; plan: Plan<never> }>([
  { it: 'is kept without a ttl', plan: { why: 'it sets no ttlSecondsAfterCompletion' } },
  { it: 'waits out the second that is left', ttlSecondsAfterCompletion: 301, plan: { requeueAfterMs: 1_000 } },
  { it: 'is deleted on the very second', ttlSecondsAfterCompletion: 300, plan: { writes: [deletion(taskRecordResource, aRecord({ ttlSecondsAfterCompletion: 300 }))] } },
  { it: 'is deleted at once when the ttl is 0', ttlSecondsAfterCompletion: 0, plan: { writes: [deletion(taskRecordResource, aRecord({ ttlSecondsAfterCompletion: 0 }))] } },
])('a record $it', ({ ttlSecondsAfterCompletion, plan }) => {
  expect(planRecordExpiry(aRecord(ttlSecondsAfterCompletion === undefined ? {} : { ttlSecondsAfterCompletion }), now)).toEqual(plan);
});
