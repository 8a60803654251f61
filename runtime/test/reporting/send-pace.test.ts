import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { SendPace } from '../../src/reporting/send-pace.ts';

test('each has a turn, in the order in which they came, and accounts do not wait for each other', async () => {
  const clock = new VirtualClock();
  const pace = new SendPace(clock);
  const account = {};
  const ask = (who: string, what: 'comment' | 'other' = 'comment') => pace.waitMs(account, who, what);
  expect([ask('a'), ask('b'), ask('c', 'other'), ask('d'), pace.waitMs({}, 'b', 'comment')]).toEqual([0, 3_000, 6_000, 7_000, 0]);
  await clock.advance(3_000);
  expect([ask('c'), ask('b'), ask('b'), ask('a')]).toEqual([3_000, 0, 7_000, 10_000]);
});

test('those who are late do not come at once', async () => {
  const clock = new VirtualClock();
  const pace = new SendPace(clock);
  const account = {};
  const ask = (who: string) => pace.waitMs(account, who, 'comment');
  expect(['a', 'b', 'c', 'd'].map(ask)).toEqual([0, 3_000, 6_000, 9_000]);
  await clock.advance(60_000);
  expect(['b', 'c', 'd'].map(ask)).toEqual([0, 3_000, 6_000]);
});
