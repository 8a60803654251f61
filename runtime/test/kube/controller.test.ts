import { expect, test } from 'vitest';
import { ApiError } from '../../src/kube/api-error.ts';
import { type Change, ChangeFeed } from '../../src/kube/change-feed.ts';
import { Controller, type ControllerOptions, type ReconcileOutcome, source, TerminalError } from '../../src/kube/controller.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { ManualClock, settle } from './manual-clock.ts';

class Fixture {
  readonly clock = new ManualClock();
  readonly feed = new ChangeFeed<KubeObject>(this.clock, () => {});
  readonly outcomes: ReconcileOutcome[] = [];
  readonly logged: string[] = [];
  readonly controller: Controller;

  constructor(options: Partial<ControllerOptions> & Pick<ControllerOptions, 'reconcile'>) {
    const ignore = () => {};
    const log = (_: object, message: string) => void this.logged.push(message);
    this.controller = new Controller({
      name: 'test',
      sources: [source({ onChange: (handler) => this.feed.subscribe(handler) }, ({ metadata }) => [`dev/${metadata.labels?.owner ?? metadata.name}`])],
      clock: this.clock,
      log: { debug: ignore, info: ignore, warn: log, error: log },
      metrics: { added: ignore, retried: ignore, started: ignore, finished: ignore, putOff: ignore, reconciled: (outcome) => this.outcomes.push(outcome) },
      ...options,
    });
    this.controller.start();
  }
}

function labelled(owner: string): KubeObject {
  return { metadata: { name: 'child', labels: { owner } } };
}

test('a change wakes its key, and an owner that was let go as well', async () => {
  const keys: string[] = [];
  const { feed } = new Fixture({
    reconcile: async (key) => {
      keys.push(key);
      return {};
    },
  });
  const changes: Change<KubeObject>[] = [
    { type: 'added', object: { metadata: { name: 'a' } }, inInitialList: true },
    { type: 'updated', old: labelled('before'), object: labelled('after') },
  ];
  feed.push(changes);
  await settle();
  expect(keys.toSorted()).toEqual(['dev/a', 'dev/after', 'dev/before']);
});

test('what is thrown is counted by kind and tried again, and nothing ends the process', async () => {
  const thrown: unknown[] = [
    new Error('the server is away'),
    new ApiError('test', { code: 409, reason: 'Conflict' }),
    new TypeError('a mistake of ours'),
    'not even an error',
    new TerminalError('no use'),
  ];
  const { controller, clock, outcomes, logged } = new Fixture({
    reconcile: async () => {
      throw thrown.shift();
    },
  });
  controller.queue.add('dev/a');
  await clock.advance(60_000);
  expect(outcomes).toEqual(['error', 'requeue', 'panic', 'panic', 'terminal_error']);
  expect(logged).toEqual(['reconcile failed', 'reconcile failed', 'reconcile failed', 'reconcile failed for good']);
  expect(controller.queue.failuresOf('dev/a')).toBe(0);
});

test('a run that asks for it is looked at again, and not before', async () => {
  let runs = 0;
  const { controller, clock, outcomes } = new Fixture({ reconcile: async () => ((runs += 1) === 1 ? { requeueAfterMs: 60_000 } : {}) });
  controller.queue.add('dev/a');
  await clock.advance(59_999);
  expect(runs).toBe(1);
  await clock.advance(1);
  expect([runs, outcomes]).toEqual([2, ['requeue_after', 'success']]);
});

test('a run that does not end is aborted after its time', async () => {
  const { controller, clock, outcomes } = new Fixture({
    timeoutMs: 1_000,
    reconcile: (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  controller.queue.add('dev/a');
  await clock.advance(1_000);
  expect(outcomes).toEqual(['timeout']);
  await controller.stop(0);
});

test('a key is never run twice at once, whoever wakes it', async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const fixture = new Fixture({
    reconcile: async () => {
      runs += 1;
      most = Math.max(most, (running += 1));
      fixture.controller.queue.add('dev/a');
      await settle();
      running -= 1;
      if (runs === 5) void fixture.controller.stop();
      return {};
    },
  });
  fixture.controller.queue.add('dev/a');
  while (runs < 5) await settle();
  expect(most).toBe(1);
});

test('a key whose writes the cache does not show yet waits for it', async () => {
  let behind = true;
  let runs = 0;
  const { controller, clock } = new Fixture({
    written: { isBehind: () => behind },
    reconcile: async () => {
      runs += 1;
      return {};
    },
  });
  controller.queue.add('dev/a');
  await clock.advance(200);
  expect(runs).toBe(0);
  behind = false;
  await clock.advance(50);
  expect(runs).toBe(1);
});

test('stopping lets runs end, then aborts them', async () => {
  let aborted = false;
  const { controller, clock } = new Fixture({
    reconcile: (_, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      }),
  });
  controller.queue.add('dev/a');
  await settle();
  const stopped = controller.stop(10_000);
  await clock.advance(9_999);
  expect(aborted).toBe(false);
  await clock.advance(1);
  await stopped;
  expect([aborted, clock.pendingTimers]).toEqual([true, 0]);
});
