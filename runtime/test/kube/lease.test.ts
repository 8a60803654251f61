import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import { type Lease, LeaderElector } from '../../src/kube/lease.ts';
import { seededRandom } from '../../src/kube/random.ts';
import { fence } from '../../src/kube/write-fence.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { ObjectStore } from './object-store.ts';

const path = '/apis/coordination.k8s.io/v1/namespaces/system/leases/operator';

let store: ObjectStore;
let clock: ManualClock;
beforeEach(() => {
  store = new ObjectStore();
  clock = new ManualClock();
});

/** A process that takes part in the election until it is stopped. */
class Candidate {
  readonly elector: LeaderElector;
  readonly stop = new AbortController();
  readonly errors: string[] = [];
  hasLost = false;
  readonly ended: Promise<void>;

  constructor(identity: string, seed = 1) {
    this.elector = new LeaderElector(new KubeClient(store, { userAgent: identity, clock }), {
      namespace: 'system',
      name: 'operator',
      identity,
      clock,
      random: seededRandom(seed),
      onError: (error) => this.errors.push(String(error)),
    });
    this.ended = this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.elector.acquire(this.stop.signal);
      await this.elector.hold(this.stop.signal);
      this.hasLost = true;
    } catch {
      await this.elector.release().catch((error: unknown) => this.errors.push(String(error)));
    }
  }
}

const lease = () => store.objects.get(path) as Lease;

test('the first comer leads and renews; a second one waits', async () => {
  const first = new Candidate('first');
  await settle();
  const second = new Candidate('second');
  await clock.advance(60_000);
  expect([first.elector.isLeading, second.elector.isLeading]).toEqual([true, false]);
  expect(lease().spec).toEqual({
    holderIdentity: 'first',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:01:00.000000Z',
    leaseTransitions: 0,
  });
  expect(store.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(30);
});

test('a clean end hands over at once', async () => {
  const first = new Candidate('first');
  await settle();
  const second = new Candidate('second');
  await clock.advance(5_000);
  first.stop.abort(new Error('stop'));
  await clock.advance(4_400);
  expect(second.elector.isLeading).toBe(true);
  expect(lease().spec).toMatchObject({ holderIdentity: 'second', leaseTransitions: 1 });
});

test('a lease that is given back is taken at once by who may watch it', async () => {
  const first = new Candidate('first');
  await settle();
  const watch = Promise.withResolvers<void>();
  store.stream = async ({ path }) => ({ status: 200, headers: {}, body: leaseEvents(path, watch.promise) });
  const second = new Candidate('second');
  await settle();
  first.stop.abort(new Error('stop'));
  await first.ended;
  watch.resolve();
  await settle();
  expect([second.elector.isLeading, second.errors]).toEqual([true, []]);
});

test('who may watch it follows a leader that vanished as soon as its lease is over', async () => {
  const renewed = (resourceVersion: string) => ({ metadata: { namespace: 'system', name: 'operator', resourceVersion }, spec: { holderIdentity: 'gone', leaseDurationSeconds: 15 } }) as Lease;
  store.objects.set(path, renewed('1'));
  const renewal = Promise.withResolvers<void>();
  store.stream = async ({ path }) => ({ status: 200, headers: {}, body: leaseEvents(path, renewal.promise) });
  const { elector } = new Candidate('second');
  await clock.advance(3_000);
  store.objects.set(path, renewed('2'));
  renewal.resolve();
  await settle();
  await clock.advance(14_999);
  expect(elector.isLeading).toBe(false);
  await clock.advance(1);
  expect(elector.isLeading).toBe(true);
});

async function* leaseEvents(path: string, change: Promise<void>): AsyncIterable<Buffer> {
  expect(path).toContain('fieldSelector=metadata.name%3Doperator');
  yield Buffer.from(`${JSON.stringify({ type: 'ADDED', object: lease() })}\n`);
  await change;
  yield Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: lease() })}\n`);
}

test('a leader that vanished is followed only after its lease, whatever its clock said', async () => {
  store.objects.set(path, {
    metadata: { namespace: 'system', name: 'operator', resourceVersion: '1' },
    spec: { holderIdentity: 'gone', leaseDurationSeconds: 15, renewTime: '1999-01-01T00:00:00.000000Z' },
  } as Lease);
  const { elector } = new Candidate('second');
  await clock.advance(14_999);
  expect(elector.isLeading).toBe(false);
  await clock.advance(5_000);
  expect(elector.isLeading).toBe(true);
});

test('a leader that cannot renew stops before anybody else may start', async () => {
  const first = new Candidate('first');
  await settle();
  const second = new Candidate('second');
  await clock.advance(4_000);
  store.gate = async ({ headers }) => {
    if (headers!['user-agent'] === 'first') throw new Error('cut off');
  };
  await clock.advance(9_999);
  expect(first.elector.isLeading).toBe(true);
  await clock.advance(1);
  expect([first.elector.isLeading, second.elector.isLeading]).toEqual([false, false]);
  await clock.advance(1_000);
  expect(first.hasLost).toBe(true);
  await clock.advance(10_000);
  expect(second.elector.isLeading).toBe(true);
});

test('a renewal that hangs counts from when it was sent', async () => {
  const first = new Candidate('first');
  await settle();
  store.gate = () => new Promise(() => {});
  await clock.advance(10_000);
  expect(first.elector.isLeading).toBe(false);
});

test('a lease that somebody merely touched stays ours; one that was taken is lost', async () => {
  const first = new Candidate('first');
  await settle();
  const touch = (spec: Lease['spec']) => store.objects.set(path, { ...lease(), metadata: { ...lease().metadata, resourceVersion: 'touched' }, spec } as Lease);
  touch(lease().spec);
  await clock.advance(10_000);
  expect(first.elector.isLeading).toBe(true);
  touch({ ...lease().spec, holderIdentity: 'thief' });
  await clock.advance(2_000);
  expect([first.elector.isLeading, first.hasLost]).toEqual([false, true]);
});

test('who lost the lease writes nothing more, though nobody told it', async () => {
  const first = new Candidate('first');
  await settle();
  const client = new KubeClient(fence(store, () => first.elector.isLeading), { userAgent: 'test', clock });
  const leases = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true };
  await client.create(leases, { metadata: { namespace: 'dev', name: 'a' } });
  store.gate = () => new Promise(() => {});
  clock.jump(10_000); // The process stood still: no timer has fired.
  store.gate = async () => {};
  await expect(client.create(leases, { metadata: { namespace: 'dev', name: 'b' } })).rejects.toThrow(
    'POST /api/v1/namespaces/dev/configmaps: not sent, because another process may lead by now',
  );
  expect(await client.get(leases, { namespace: 'dev', name: 'a' })).toMatchObject({ metadata: { name: 'a' } });
});

test('durations that could give two leaders are refused', () => {
  expect(() => new LeaderElector(new KubeClient(store, { userAgent: 'test' }), { namespace: 'a', name: 'b', identity: 'c', renewDeadlineMs: 15_000 })).toThrow(
    'lease: 15000 ms, renew deadline 15000 ms, retry 2000 ms; each must be well above the next',
  );
});

test('there are never two leaders, whoever is cut off, stopped or started, and when', async () => {
  const act = fc.record({ what: fc.constantFrom('cut', 'heal', 'stop', 'start'), who: fc.nat(2), waitMs: fc.integer({ min: 0, max: 20_000 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12, size: 'max' }), async (history) => {
      store = new ObjectStore();
      clock = new ManualClock();
      const cut = new Set<string>();
      store.gate = async ({ headers }) => {
        if (cut.has(headers!['user-agent']!)) throw new Error('cut off');
      };
      const slots: Candidate[] = [0, 1, 2].map((who) => new Candidate(`c${who}`, who));
      for (const { what, who, waitMs } of history) {
        if (what === 'cut') cut.add(`c${who}`);
        if (what === 'heal') cut.delete(`c${who}`);
        if (what === 'stop') slots[who]!.stop.abort(new Error('stop'));
        if (what === 'start') {
          slots[who]!.stop.abort(new Error('restart'));
          await slots[who]!.ended;
          slots[who] = new Candidate(`c${who}`, who);
        }
        for (let waited = 0; waited <= waitMs; waited += 500) {
          await clock.advance(500);
          expect(slots.filter(({ elector }) => elector.isLeading).length).toBeLessThanOrEqual(1);
        }
      }
      cut.clear();
      slots.push(new Candidate('last', 9));
      for (const [who, slot] of slots.entries()) if (slot.hasLost) slots[who] = new Candidate(`again${who}`, who);
      await clock.advance(40_000);
      expect(slots.filter(({ elector }) => elector.isLeading)).toHaveLength(1);
      for (const { stop, ended } of slots) {
        stop.abort(new Error('the run is over'));
        await ended;
      }
    }),
    { numRuns: 12 },
  );
}, 60_000);
