import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sleep } from '../../src/kube/clock.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';

test('time stands still until it is advanced', async () => {
  const clock = new VirtualClock({ start: '2026-03-01T00:00:00Z' });
  await nextTurn();
  expect(clock.now().toISOString()).toBe('2026-03-01T00:00:00.000Z');
  await clock.advance(1_500);
  expect([clock.now().toISOString(), clock.elapsed()]).toEqual(['2026-03-01T00:00:01.500Z', 1_500]);
});

test('a timer fires at its moment and sees it, on both sides of the boundary', async () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  clock.after(100, () => fired.push(clock.elapsed()));
  await clock.advance(99);
  expect(fired).toEqual([]);
  await clock.advance(1);
  expect(fired).toEqual([100]);
});

test('promises settle between two moments', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const worker = async () => {
    for (let step = 0; step < 3; step++) {
      await sleep(clock, 10);
      await nextTurn();
      seen.push(`worker ${clock.elapsed()}`);
    }
  };
  void worker();
  clock.after(15, () => seen.push('between'));
  await clock.advance(1_000);
  expect(seen).toEqual(['worker 10', 'between', 'worker 20', 'worker 30']);
});

test('timers fire in order whatever the order in which they were set or cancelled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ ms: fc.nat(50), cancelled: fc.boolean() }), { maxLength: 30 }), async (timers) => {
      const clock = new VirtualClock();
      const fired: number[] = [];
      const handles = timers.map(({ ms }, index) => clock.after(ms, () => fired.push(index)));
      timers.forEach(({ cancelled }, index) => cancelled && handles[index]!.cancel());
      await clock.advance(50);
      const expected = timers.map((timer, index) => ({ ...timer, index })).filter(({ cancelled }) => !cancelled);
      expect(fired).toEqual(expected.sort((a, b) => a.ms - b.ms || a.index - b.index).map(({ index }) => index));
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test('a jump of the wall clock brings no timer nearer', async () => {
  const clock = new VirtualClock({ start: '2026-01-01T00:00:00Z' });
  let fired = false;
  clock.after(1_000, () => (fired = true));
  clock.jump(-3_600_000);
  await clock.advance(999);
  expect([fired, clock.now().toISOString(), clock.elapsed()]).toEqual([false, '2025-12-31T23:00:00.999Z', 999]);
});

test('runUntil stops at the moment at which the condition holds, or says that it never will', async () => {
  const clock = new VirtualClock();
  let done = false;
  clock.after(3_600_000, () => (done = true));
  expect(await clock.runUntil(() => done, { limitMs: 1_000 })).toBe(false);
  expect(await clock.runUntil(() => done, { limitMs: 86_400_000 })).toBe(true);
  expect(clock.elapsed()).toBe(3_600_000);
  expect(await clock.runUntil(() => false, { limitMs: 86_400_000 })).toBe(false);
});

test('runUntilIdle ends beside a periodic timer too', async () => {
  const clock = new VirtualClock();
  const tick = () => clock.after(60_000, tick);
  tick();
  expect(await clock.runUntilIdle({ limitMs: 7 * 86_400_000 })).toBe(false);
  expect(clock.elapsed()).toBe(7 * 86_400_000);
});

test('time stands still while work outside this process is held', async () => {
  const clock = new VirtualClock();
  const order: string[] = [];
  let finish = () => {};
  void clock.hold(new Promise<void>((resolve) => (finish = resolve))).then(() => order.push('work'));
  clock.after(10, () => order.push('timer'));
  const advanced = clock.advance(10);
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(order).toEqual([]);
  finish();
  await advanced;
  expect(order).toEqual(['work', 'timer']);
});

test('a start that is no time is refused', () => {
  expect(() => new VirtualClock({ start: 'now' })).toThrow('start: not a time, got "now"');
});
