import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HELD_MS } from '../../src/spawners/place-ledger.ts';
import { type Death, type Limit, PlayedReplica, PlayedServer, type Schedule } from './played-replicas.ts';

const EVENTS = 6;

const deaths = fc.option(fc.record<Death>({ atWrite: fc.integer({ min: 1, max: 8 }), when: fc.constantFrom('before', 'after') }), { nil: undefined });
const limits = fc.oneof(fc.record({ total: fc.integer({ min: 1, max: 4 }) }), fc.record({ atATime: fc.integer({ min: 1, max: 3 }) }));
/** Which replica is told first, or both; whether the sender of what was not taken comes again; and how often the server refuses the Task. */
const senders = fc.array(fc.record({ first: fc.nat(1), isToldToBoth: fc.boolean(), insists: fc.boolean(), refusals: fc.nat(2) }), { minLength: EVENTS, maxLength: EVENTS });

test('whatever two replicas are told at a time, and wherever they die, no Task is beyond the limit and no place is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), limits, deaths, deaths, senders, async (scheduler, limit: Limit, first, second, sent) => {
      const server = new PlayedServer(limit);
      const schedule: Schedule = (what, act) => scheduler.schedule(Promise.resolve(), what).then(act);
      const replicas = [new PlayedReplica(server, schedule, first), new PlayedReplica(server, schedule, second)];
      /** One that died is started again before it is told of anything. */
      const told = (at: number) => {
        if (replicas[at]!.isDead) replicas[at] = new PlayedReplica(server, schedule);
        return replicas[at]!;
      };
      const deliver = async (at: number, task: string, tries: number): Promise<void> => {
        const answer = await told(at).deliver(task).catch(() => undefined);
        if (answer === undefined && tries > 1) await deliver(1 - at, task, tries - 1);
      };
      const until = async (work: Promise<unknown>) => {
        let isDone = false;
        void work.finally(() => (isDone = true));
        for (let steps = 0; !isDone; steps += 1) {
          expect(steps).toBeLessThan(20_000);
          if (scheduler.count() > 0) await scheduler.waitOne();
          else await server.clock.step();
          await new Promise((resolve) => setImmediate(resolve));
        }
      };

      for (const [index, { refusals }] of sent.entries()) server.refusals.set(`t-${index}`, refusals);
      await until(Promise.all(sent.flatMap(({ first: at, isToldToBoth, insists }, index) => (isToldToBoth ? [at, 1 - at] : [at]).map((replica) => deliver(replica, `t-${index}`, insists ? 3 : 1)))));
      expect(server.broken).toEqual([]);

      // Later, when nobody is in the middle of anything, though some have not heard of all Tasks yet.
      for (const replica of replicas) replica.spare();
      server.clock.jump(HELD_MS);
      if ('atATime' in limit) for (const name of server.tasks.keys()) server.finish(name);
      await until(Promise.all(replicas.map((_, at) => told(at).deliver(`look-${at}`).catch(() => undefined))));
      server.clock.jump(HELD_MS);
      for (let index = 0; index < EVENTS; index += 1) await until(deliver(index % 2, `later-${index}`, 3));
      expect(server.broken).toEqual([]);

      // And when they have: as many can be made as there is room for.
      while (scheduler.count() > 0) await scheduler.waitOne();
      for (let index = 0; index < EVENTS; index += 1) await until(deliver(index % 2, `last-${index}`, 3));
      expect(server.broken).toEqual([]);
      expect('total' in limit ? server.tasks.size : server.unfinished().length).toBe('total' in limit ? limit.total : limit.atATime);
    }),
    { numRuns: 100 },
  );
});
