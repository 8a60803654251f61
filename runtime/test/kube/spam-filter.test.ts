import { beforeEach, expect, test } from 'vitest';
import { BURST, MOST_OBJECTS, REFILL_MS, SpamFilter } from '../../src/kube/spam-filter.ts';
import { ManualClock } from './manual-clock.ts';

let clock: ManualClock;
let filter: SpamFilter;
beforeEach(() => {
  clock = new ManualClock();
  filter = new SpamFilter(clock);
});

const accepted = (object: string, times: number) => Array.from({ length: times }, () => filter.accepts(object)).filter(Boolean).length;

test('an object is told of 25 times, and then once every five minutes', async () => {
  expect(accepted('a', 100)).toBe(BURST);
  await clock.advance(REFILL_MS - 1);
  expect(accepted('a', 100)).toBe(0);
  await clock.advance(1);
  expect(accepted('a', 100)).toBe(1);
  await clock.advance(3 * REFILL_MS);
  expect(accepted('a', 100)).toBe(3);
});

test('a rest fills the bucket, and not beyond its brim', async () => {
  accepted('a', 100);
  await clock.advance(1_000 * REFILL_MS);
  expect(accepted('a', 100)).toBe(BURST);
});

test('one object does not silence another', () => {
  accepted('a', 100);
  expect(accepted('b', 100)).toBe(BURST);
});

test('of many objects, the one told of longest ago is forgotten', () => {
  accepted('noisy', 100);
  accepted('quiet', 100);
  for (let other = 0; other < MOST_OBJECTS - 2; other += 1) filter.accepts(`other-${other}`);
  expect(filter.accepts('noisy')).toBe(false);
  filter.accepts('one more');
  expect([filter.accepts('noisy'), filter.accepts('quiet')]).toEqual([false, true]);
});
