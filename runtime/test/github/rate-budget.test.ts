import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { RateBudget } from '../../src/github/rate-budget.ts';

const start = new Date('2026-01-01T00:00:00Z'); // of a VirtualClock
const headers = (remaining: number, resetInSeconds: number) => ({
  date: start.toUTCString(), 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': String(start.getTime() / 1000 + resetInSeconds),
});

function aBudget(): { budget: RateBudget; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { clock, budget: new RateBudget(clock) };
}

test('nothing waits before GitHub has said anything', () => {
  expect(aBudget().budget.waitMs('core', false)).toBe(0);
});

test('nothing waits while a tenth is left', () => {
  const { budget } = aBudget();
  budget.observe('core', 200, headers(500, 600));
  expect([budget.waitMs('core', false), budget.waitMs('core', false)]).toEqual([0, 0]);
});

test('what is left of less than a tenth is spread over what is left of the hour, for reads alone', async () => {
  const { budget, clock } = aBudget();
  budget.observe('core', 200, headers(100, 600));
  expect(budget.waitMs('core', false)).toBe(0);
  expect(budget.waitMs('core', false)).toBe(6_000);
  expect(budget.waitMs('core', true)).toBe(0);
  await clock.advance(6_000);
  expect(budget.waitMs('core', false)).toBe(0);
});

test('when nothing is left everybody waits for the hour to end, and nobody after it', async () => {
  const { budget, clock } = aBudget();
  expect(budget.observe('core', 403, headers(0, 600))).toBe(600_000);
  expect([budget.waitMs('core', true), budget.waitMs('core', false), budget.waitMs('graphql', false)]).toEqual([600_000, 600_000, 0]);
  await clock.advance(600_000);
  expect(budget.waitMs('core', false)).toBe(0);
});

test('a secondary limit stops everything, for as long as it says', async () => {
  const { budget, clock } = aBudget();
  expect(budget.observe('core', 403, { 'retry-after': '30' })).toBe(30_000);
  expect([budget.waitMs('core', false), budget.waitMs('graphql', true)]).toEqual([30_000, 30_000]);
  await clock.advance(30_000);
  expect(budget.waitMs('core', false)).toBe(0);
});

test('a secondary limit that says no time lasts a minute', () => {
  expect(aBudget().budget.observe('core', 403, headers(4_000, 600), 'You have exceeded a secondary rate limit')).toBe(60_000);
});

test('a refusal for another reason is no limit', () => {
  const { budget } = aBudget();
  expect(budget.observe('core', 403, headers(4_000, 600), 'Resource not accessible by integration')).toBe(undefined);
  expect(budget.waitMs('core', false)).toBe(0);
});

test('a host that says in a year is asked again in an hour', () => {
  const { budget } = aBudget();
  expect(budget.observe('core', 429, { 'retry-after': String(365 * 86_400) })).toBe(3_600_000);
  expect(budget.observe('core', 403, headers(0, 365 * 86_400))).toBe(3_600_000);
});
