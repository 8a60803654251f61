import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/kube/clock.ts';
import { nextTick } from '../../src/sources/cron/ticks.ts';
import type { Crash } from '../tasks/counted-transport.ts';
import { parseSchedule, type Schedule } from 'cdk8s-taskwright/schedule';
import { type SpawnerCluster, spawnerCluster } from './spawner-cluster.ts';
import { anEvent, aSpawner } from './spawner-fixtures.ts';

const started: SpawnerCluster[] = [];
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
});

async function aCluster(): Promise<SpawnerCluster> {
  const cluster = await spawnerCluster();
  started.push(cluster);
  return cluster;
}

/** Tasks that never start, so that what is written is about their spawner. */
const waiting = { dependsOn: ['nobody-makes-it'] };
const MINUTE = 60_000;

describe('an operator that dies while it makes Tasks', () => {
  /** Three Tasks, the status of each, its finalizer, decisions and statuses of the spawner. */
  const crashes = Array.from({ length: 9 }, (_, write): Crash => ({ atWrite: write + 1, when: 'after' })).concat({ atWrite: 1, when: 'before' });

  test.each(crashes)('$when write $atWrite: each event has one Task, and the count is right', async (crash) => {
    const cluster = await aCluster();
    cluster.jira.events = ['1', '2', '3', '4'].map((id) => anEvent({ id: `SHOP-${id}` }));
    const first = cluster.operator(crash);
    await cluster.spawn(aSpawner({ spec: { maxTotalTasks: 3 }, template: waiting }));
    await cluster.clock.runUntil(() => first.transport.crashed, { limitMs: MINUTE });
    await first.stop();
    cluster.operator();
    await cluster.clock.advance(3 * MINUTE);
    expect(cluster.taskNames()).toEqual(['bugs-shop-1', 'bugs-shop-2', 'bugs-shop-3']);
    expect((await cluster.spawner()).status?.totalTasksCreated).toBe(3);
  });
});

describe('an operator that dies while it does an event again', () => {
  test.each(Array.from({ length: 4 }, (_, write): Crash => ({ atWrite: write + 1, when: 'after' })))('$when write $atWrite: it is done again once', async (crash) => {
    const cluster = await aCluster();
    cluster.jira.events = [anEvent()];
    const first = cluster.operator();
    await cluster.spawn(aSpawner());
    expect(await cluster.clock.runUntil(() => cluster.task('bugs-shop-1')?.status?.phase === 'Succeeded', { limitMs: 10 * MINUTE })).toBe(true);
    await cluster.clock.advance(2_000);
    await first.stop();
    const { uid } = cluster.task('bugs-shop-1')!.metadata;
    const uids = new Set<string>();
    cluster.tasks.onChange(({ object }) => void uids.add(object.metadata.uid!));
    cluster.jira.events = [anEvent({ triggerTime: cluster.clock.now() })];
    const second = cluster.operator(crash);
    await cluster.clock.runUntil(() => second.transport.crashed, { limitMs: 5 * MINUTE });
    await second.stop();
    cluster.operator();
    await cluster.clock.advance(10 * MINUTE);
    expect(cluster.task('bugs-shop-1')?.status?.phase).toBe('Succeeded');
    expect([...uids].filter((made) => made !== uid)).toHaveLength(1);
    expect((await cluster.spawner()).status?.totalTasksCreated).toBe(2);
  });
});

type Step = { readonly minutes: number } | { readonly jumpMinutes: number } | { readonly awayMinutes: number } | { readonly crash: Crash };

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ minutes: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ jumpMinutes: fc.integer({ min: -30, max: 90 }) }),
    fc.record({ awayMinutes: fc.integer({ min: 0, max: 90 }) }),
    fc.record({ crash: fc.record({ atWrite: fc.integer({ min: 1, max: 6 }), when: fc.constantFrom('before' as const, 'after' as const) }) }),
  ),
  { minLength: 2, maxLength: 8 },
);

test('no tick is made twice or lost, whatever dies and wherever the clock is set', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const cluster = await spawnerCluster();
      let offsetMs = 0;
      let latest = 0;
      const clock: Clock = {
        now: () => new Date(cluster.clock.now().getTime() + offsetMs),
        elapsed: () => cluster.clock.elapsed(),
        after: (ms, callback) => cluster.clock.after(ms, callback),
      };
      const advance = async (minutes: number) => {
        await cluster.clock.advance(minutes * MINUTE);
        latest = Math.max(latest, clock.now().getTime());
      };
      let operator = cluster.operator(undefined, undefined, clock);
      const schedule = '*/15 * * * *';
      await cluster.spawn(aSpawner({ spec: { when: { cron: { schedule } } }, annotations: { 'taskwright.dev/missed-ticks': 'all' }, template: waiting }));
      for (const step of taken) {
        if ('minutes' in step) await advance(step.minutes);
        if ('jumpMinutes' in step) offsetMs += step.jumpMinutes * MINUTE;
        if ('awayMinutes' in step || 'crash' in step) {
          await operator.stop();
          if ('awayMinutes' in step) await advance(step.awayMinutes);
          operator = cluster.operator('crash' in step ? step.crash : undefined, undefined, clock);
        }
        if ('crash' in step) {
          await cluster.clock.runUntil(() => operator.transport.crashed, { limitMs: 20 * MINUTE });
          await operator.stop();
          operator = cluster.operator(undefined, undefined, clock);
        }
        // Whoever sees a clock go on has looked by then.
        await advance(2);
      }
      const { creationTimestamp } = (await cluster.spawner()).metadata;
      const expected: string[] = [];
      for (let at = nextTick(parseSchedule(schedule) as Schedule, new Date(creationTimestamp!)); at!.getTime() <= latest; at = nextTick(parseSchedule(schedule) as Schedule, at!)) {
        expected.push(`bugs-${at!.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}`);
      }
      const made = cluster.taskNames();
      const { status } = await cluster.spawner();
      await cluster.stop();
      expect(made).toEqual(expected);
      expect(status?.totalTasksCreated ?? 0).toBe(expected.length);
    }),
    { numRuns: 5 },
  );
});
