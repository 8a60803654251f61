import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Queue } from '../../src/kube/queue.ts';
import { ManualClock, settle } from './manual-clock.ts';

/** What a queue promises, without how: which keys wait, which are worked on, which of those come back, which wait for a time. */
class Model {
  readonly ready = new Set<string>();
  readonly working = new Map<string, { addedAgain: boolean }>();
  readonly delayed = new Map<string, number>();
  now = 0;

  add(key: string): void {
    const work = this.working.get(key);
    if (work) work.addedAgain = true;
    else this.ready.add(key);
  }

  addAfter(key: string, ms: number): void {
    this.delayed.set(key, Math.min(this.delayed.get(key) ?? Infinity, this.now + ms));
  }

  advance(ms: number): void {
    this.now += ms;
    for (const [key, dueAt] of this.delayed) if (dueAt <= this.now && this.delayed.delete(key)) this.add(key);
  }

  take(key: string): void {
    expect(this.ready.delete(key), `${key} was given out but did not wait`).toBe(true);
    this.working.set(key, { addedAgain: false });
  }

  done(key: string): void {
    const { addedAgain } = this.working.get(key)!;
    this.working.delete(key);
    if (addedAgain) this.ready.add(key);
  }
}

type Act =
  | { readonly do: 'add'; readonly key: string; readonly priority: number }
  | { readonly do: 'addAfter'; readonly key: string; readonly ms: number }
  | { readonly do: 'next' }
  | { readonly do: 'done'; readonly which: number }
  | { readonly do: 'advance'; readonly ms: number };

/** Does the same to both. */
async function perform(act: Act, queue: Queue, model: Model, clock: ManualClock): Promise<void> {
  switch (act.do) {
    case 'add':
      queue.add(act.key, act.priority);
      return model.add(act.key);
    case 'addAfter':
      queue.addAfter(act.key, act.ms);
      return model.addAfter(act.key, act.ms);
    case 'next':
      if (model.ready.size > 0) model.take((await queue.next())!);
      return;
    case 'done': {
      const given = [...model.working.keys()][act.which % model.working.size];
      if (given === undefined) return;
      queue.done(given);
      return model.done(given);
    }
    case 'advance':
      await clock.advance(act.ms);
      return model.advance(act.ms);
  }
}

const key = fc.constantFrom('a/1', 'a/2', 'a/3', 'b/1', 'c/1', 'cluster-scoped');
const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), key, priority: fc.constantFrom(0, -100) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 1, max: 50 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('done' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 40 }) }) },
);

test('one worker per key, and no add is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { maxLength: 60, size: 'max' }), async (history) => {
      const clock = new ManualClock();
      const queue = new Queue({ clock });
      const model = new Model();
      for (const act of history) {
        await perform(act, queue, model, clock);
        expect([...queue.depths().values()].reduce((sum, depth) => sum + depth, 0)).toBe(model.ready.size);
        expect(queue.workingForMs()).toHaveLength(model.working.size);
        expect(clock.pendingTimers).toBeLessThanOrEqual(1);
      }
      while (model.ready.size > 0 || model.working.size > 0 || model.delayed.size > 0) {
        while (model.ready.size > 0) model.take((await queue.next())!);
        while (model.working.size > 0) await perform({ do: 'done', which: 0 }, queue, model, clock);
        await perform({ do: 'advance', ms: 100 }, queue, model, clock);
      }
      expect(queue.isIdle).toBe(true);
    }),
    { numRuns: 200 },
  );
}, 60_000);

test('a worker that waits is given the next key, first come first served', async () => {
  const queue = new Queue({ clock: new ManualClock() });
  const given: string[] = [];
  void queue.next().then((next) => given.push(`first ${next}`));
  void queue.next().then((next) => given.push(`second ${next}`));
  queue.add('a/1');
  queue.add('a/2');
  await settle();
  expect(given).toEqual(['first a/1', 'second a/2']);
});

test('a namespace with thousands of keys delays the single key of another by one turn', async () => {
  const queue = new Queue({ clock: new ManualClock() });
  for (let index = 0; index < 5_000; index += 1) queue.add(`noisy/${index}`);
  queue.add('quiet/1');
  expect([await queue.next(), await queue.next()]).toEqual(['noisy/0', 'quiet/1']);
});

test('a namespace whose backlog has grown old still does not starve another', async () => {
  const clock = new ManualClock();
  const queue = new Queue({ clock });
  for (let index = 0; index < 5_000; index += 1) queue.add(`noisy/${index}`);
  await clock.advance(60_000);
  queue.add('quiet/1');
  const given: (string | undefined)[] = [];
  for (let turn = 0; turn < 4; turn += 1) given.push(await queue.next());
  expect(given).toContain('quiet/1');
});

test('live changes go before what was only listed', async () => {
  const queue = new Queue({ clock: new ManualClock() });
  queue.add('a/listed', -100);
  queue.add('a/live');
  expect([await queue.next(), await queue.next()]).toEqual(['a/live', 'a/listed']);
});

test('a listed key that changes takes the higher priority', async () => {
  const queue = new Queue({ clock: new ManualClock() });
  for (const each of ['a/1', 'a/2']) queue.add(each, -100);
  queue.add('a/2');
  expect(await queue.next()).toBe('a/2');
});

test('a busy high priority does not starve a low one', async () => {
  const queue = new Queue({ clock: new ManualClock() });
  queue.add('a/listed', -100);
  let turns = 0;
  for (let given: string | undefined; given !== 'a/listed'; turns += 1) {
    queue.add(`a/live-${turns}`);
    given = await queue.next();
  }
  expect(turns).toBe(8);
});

test('what has waited for five seconds gets every second turn', async () => {
  const clock = new ManualClock();
  const queue = new Queue({ clock });
  for (let index = 0; index < 10; index += 1) queue.add(`a/listed-${index}`, -100);
  await clock.advance(5_001);
  for (let index = 0; index < 10; index += 1) queue.add(`a/live-${index}`);
  const given: (string | undefined)[] = [];
  for (let turn = 0; turn < 10; turn += 1) given.push(await queue.next());
  expect(given.filter((each) => each!.includes('listed'))).toHaveLength(5);
});

test('failures of a key are retried later each time, from 5 ms to 1000 s, until one run works', async () => {
  const clock = new ManualClock();
  const queue = new Queue({ clock });
  const waits: number[] = [];
  for (let failure = 0; failure < 20; failure += 1) {
    const next = queue.next();
    const before = clock.elapsed();
    if (failure === 19) queue.forget('a/1');
    queue.addRateLimited('a/1');
    await clock.step();
    queue.done((await next)!);
    waits.push(clock.elapsed() - before);
  }
  expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(waits.slice(17)).toEqual([655_360, 1_000_000, 5]);
});

test('a thirty-day wait is one timer that does not fire early', async () => {
  const clock = new ManualClock();
  const queue = new Queue({ clock });
  queue.addAfter('a/1', 30 * 86_400_000);
  await clock.advance(29 * 86_400_000);
  expect(queue.isIdle).toBe(true);
  await clock.advance(86_400_000);
  expect(await queue.next()).toBe('a/1');
});

test('shutting down gives out nothing more and ends when the last key is given back', async () => {
  const clock = new ManualClock();
  const queue = new Queue({ clock });
  for (const each of ['a/1', 'a/2']) queue.add(each);
  queue.addAfter('a/3', 10);
  await queue.next();
  let isDown = false;
  const down = queue.shutDown().then(() => (isDown = true));
  queue.add('a/1');
  expect(await queue.next()).toBeUndefined();
  expect([isDown, clock.pendingTimers]).toEqual([false, 0]);
  queue.done('a/1');
  await down;
});

test('giving back a key that nobody has is a mistake', () => {
  expect(() => new Queue().done('a/1')).toThrow('queue: a/1 was given back, but nobody has it');
});
