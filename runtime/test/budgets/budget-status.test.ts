import { expect, test } from 'vitest';
import { planBudget } from '../../src/budgets/budget-status.ts';
import { planRecordExpiry } from '../../src/budgets/record-expiry.ts';
import { aBudget, aRecord, recordsOf } from './budget-fixtures.ts';

const now = new Date('2026-01-01T12:00:00Z');
const TO_MIDNIGHT_MS = 12 * 3_600_000;
const window = { currentPeriodStart: '2026-01-01T00:00:00Z', currentPeriodEnd: '2026-01-02T00:00:00Z', observedGeneration: 1 };
const spec = { maxCostUSD: '10' };

test('a budget says what was spent, and looks again when its window ends', () => {
  const records = recordsOf(aRecord({ usage: { costUSD: '500m' } }), aRecord({ name: 's', usage: { costUSD: '1' } }));
  expect(planBudget({ budget: aBudget({ spec }), records, now })).toEqual({ status: { ...window, used: { costUSD: '1500m' } }, requeueAfterMs: TO_MIDNIGHT_MS });
});

test.each([{ costUSD: '1500m' }, { costUSD: '1.5' }])('a budget that says it already is not written again: $costUSD', (used) => {
  const records = recordsOf(aRecord({ usage: { costUSD: '1500m' } }));
  expect(planBudget({ budget: aBudget({ spec, status: { ...window, used } }), records, now })).toEqual({ why: 'its spend is as it was', requeueAfterMs: TO_MIDNIGHT_MS });
});

test('a new window begins with nothing', () => {
  const budget = aBudget({ spec, status: { ...window, currentPeriodStart: '2025-12-31T00:00:00Z', used: { costUSD: '9' } } });
  expect(planBudget({ budget, records: recordsOf(), now }).status).toEqual(window);
});

test.each([
  { reason: 'InvalidSelector', spec: { ...spec, taskSelector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }, message: 'spec.taskSelector.matchExpressions[0].operator: "Near" is no operator; it has to be In, NotIn, Exists or DoesNotExist' },
  { reason: 'InvalidPeriod', spec: { ...spec, period: { type: 'Daily' as const, timezone: 'Mars' } }, message: 'spec.period.timezone: "Mars" is no time zone; it has to be an IANA name, such as Europe/Berlin' },
])('a budget that cannot be counted is degraded until it is corrected: $reason', ({ reason, spec: broken, message }) => {
  const { status, requeueAfterMs } = planBudget({ budget: aBudget({ spec: broken }), records: recordsOf(), now });
  expect([status, requeueAfterMs]).toEqual([{ conditions: [{ type: 'Degraded', status: 'True', reason, message, lastTransitionTime: '2026-01-01T12:00:00Z', observedGeneration: 1 }] }, undefined]);
  expect(planBudget({ budget: aBudget({ spec: broken, status: status! }), records: recordsOf(), now: new Date('2026-01-01T13:00:00Z') })).toEqual({ why: message });
  expect(planBudget({ budget: aBudget({ spec, status: status! }), records: recordsOf(), now }).status).toEqual(window);
});

test.each<{ it: string; ttl?: number; plan: object }>([
  { it: 'is kept without a ttl', plan: { why: 'it sets no ttlSecondsAfterCompletion' } },
  { it: 'waits out the second that is left', ttl: 43_201 - 300, plan: { requeueAfterMs: 1_000 } },
  { it: 'is deleted on the very second', ttl: 43_200 - 300, plan: { writes: [{ verb: 'delete' }] } },
])('a record $it', ({ ttl, plan }) => {
  expect(planRecordExpiry(aRecord(ttl === undefined ? {} : { ttlSecondsAfterCompletion: ttl }), now)).toMatchObject(plan);
});
