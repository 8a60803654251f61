import { expect, test } from 'vitest';
import { type Change, ChangeFeed } from '../../src/kube/change-feed.ts';
import { ManualClock } from './manual-clock.ts';

const added = (object: number): Change<number> => ({ type: 'added', object, inInitialList: false });

test('what a handler pushes comes after what was there, and is not lost', async () => {
  const feed = new ChangeFeed<number>(new ManualClock(), (error) => expect.unreachable(String(error)));
  const seen: number[] = [];
  feed.subscribe(({ object }) => {
    seen.push(object);
    if (object === 1) feed.push([added(3)]);
  });
  const seenByAnother: number[] = [];
  feed.subscribe(({ object }) => seenByAnother.push(object));
  feed.push([added(1), added(2)]);
  feed.push([added(4)]);
  await feed.drained();
  expect([seen, seenByAnother]).toEqual([[1, 2, 3, 4], [1, 2, 3, 4]]);
});

test('a long run is cut, and others get a turn in between', async () => {
  const feed = new ChangeFeed<number>(new ManualClock(), (error) => expect.unreachable(String(error)));
  let turns = 0;
  let seen = 0;
  const turn = (): void => {
    turns += 1;
    if (seen < 10_000) setImmediate(turn);
  };
  setImmediate(turn);
  feed.subscribe(() => (seen += 1));
  feed.push(Array.from({ length: 10_000 }, (_, index) => added(index)));
  await feed.drained();
  expect(seen).toBe(10_000);
  expect(turns).toBeGreaterThan(5);
});

test('who has unsubscribed hears nothing more', () => {
  const feed = new ChangeFeed<number>(new ManualClock(), (error) => expect.unreachable(String(error)));
  const seen: number[] = [];
  const unsubscribe = feed.subscribe(({ object }) => seen.push(object));
  feed.push([added(1)]);
  unsubscribe();
  feed.push([added(2)]);
  expect(seen).toEqual([1]);
});
