import { expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import { Controller, source } from '../../src/kube/controller.ts';
import { Informer } from '../../src/kube/informer.ts';
import { LeaderElector } from '../../src/kube/lease.ts';
import { keyOf } from '../../src/kube/object.ts';
import { Manager, type ManagerOptions } from '../../src/kube/manager.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { ObjectStore } from './object-store.ts';
import { WatchServer } from './watch-server.ts';

const tasks = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };

class Fixture {
  readonly clock = new ManualClock();
  readonly server = new WatchServer();
  readonly leases = new ObjectStore();
  readonly did: string[] = [];
  readonly informer = new Informer(new KubeClient(this.server, { userAgent: 'test', clock: this.clock }), { resource: tasks, clock: this.clock });
  readonly elector = new LeaderElector(new KubeClient(this.leases, { userAgent: 'test', clock: this.clock }), {
    namespace: 'system',
    name: 'operator',
    identity: 'us',
    clock: this.clock,
  });
  work: (signal: AbortSignal) => Promise<void> = async () => {};
  readonly controller = new Controller({
    name: 'test',
    clock: this.clock,
    sources: [source(this.informer, (object) => [keyOf(object)])],
    reconcile: async (key, { signal }) => {
      this.did.push(`start ${key}`);
      await this.work(signal);
      this.did.push(`end ${key}`);
      return {};
    },
  });

  start(options: Partial<ManagerOptions> = {}): Manager {
    return new Manager({ informers: [this.informer], controllers: [this.controller], ...options });
  }
}

test('no key is reconciled before every cache has synced', async () => {
  const it = new Fixture();
  it.server.put('a');
  const slow = new WatchServer();
  slow.refusals.push(503);
  const other = new Informer(new KubeClient(slow, { userAgent: 'test', clock: it.clock }), { resource: tasks, clock: it.clock });
  const manager = it.start({ informers: [it.informer, other] });
  await settle();
  expect([it.informer.hasSynced, manager.isReady, it.did]).toEqual([true, false, []]);
  await it.clock.advance(2_000);
  await manager.ready;
  await settle();
  expect([manager.isReady, it.did]).toEqual([true, ['start dev/a', 'end dev/a']]);
  await manager.stop();
});

test('a cache that cannot be filled is waited for, however long that takes', async () => {
  const it = new Fixture();
  it.server.put('a');
  for (let times = 0; times < 70; times += 1) it.server.refusals.push(403);
  const manager = it.start();
  await it.clock.advance(1_800_000);
  expect([manager.isReady, manager.waitsFor, it.did]).toEqual([false, ['tasks'], []]);
  await it.clock.advance(3_600_000);
  expect([manager.isReady, manager.waitsFor, it.did]).toEqual([true, [], ['start dev/a', 'end dev/a']]);
  await manager.stop();
});

test('a follower keeps its cache warm and reconciles nothing', async () => {
  const it = new Fixture();
  it.leases.objects.set('/apis/coordination.k8s.io/v1/namespaces/system/leases/operator', {
    metadata: { namespace: 'system', name: 'operator', resourceVersion: '1' },
    spec: { holderIdentity: 'them', leaseDurationSeconds: 15 },
  } as object as never);
  it.server.put('a');
  const manager = it.start({ elector: it.elector });
  await it.clock.advance(14_000);
  expect([manager.isReady, manager.isLeading, it.informer.size, it.did]).toEqual([true, false, 1, []]);
  await it.clock.advance(6_000);
  expect([manager.isLeading, it.did]).toEqual([true, ['start dev/a', 'end dev/a']]);
  await manager.stop();
});

test('losing the lease aborts every run at once', async () => {
  const it = new Fixture();
  it.work = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  it.server.put('a');
  const manager = it.start({ elector: it.elector });
  await settle();
  it.leases.gate = async () => {
    throw new Error('cut off');
  };
  it.controller.queue.add('dev/b');
  await it.clock.advance(10_000);
  expect(String(await manager.failed)).toContain('lease: lost');
  it.leases.gate = async () => {};
  await manager.stop();
  expect(it.did).toEqual(['start dev/a', 'start dev/b']);
});

test('the end goes in order: no new keys, runs end, informers, events, lease', async () => {
  const it = new Fixture();
  let finish = () => {};
  it.work = () => new Promise((resolve) => (finish = resolve));
  it.server.put('a');
  const manager = it.start({
    elector: it.elector,
    flush: async () => {
      it.did.push(`flush: ${it.server.openStreams} watches, leading ${it.elector.isLeading}`);
    },
  });
  await settle();
  const stopped = manager.stop();
  it.controller.queue.add('dev/b');
  await settle();
  expect([manager.isReady, it.server.openStreams, it.elector.isLeading]).toEqual([false, 1, true]);
  await it.clock.advance(12_000);
  expect(it.elector.isLeading, 'the lease is renewed while runs end').toBe(true);
  finish();
  await stopped;
  expect(it.did).toEqual(['start dev/a', 'end dev/a', 'flush: 0 watches, leading true']);
  expect([it.elector.isLeading, it.clock.pendingTimers]).toEqual([false, 0]);
  const lease = [...it.leases.objects.values()][0] as unknown as { spec: { holderIdentity: string } };
  expect(lease.spec.holderIdentity).toBe('');
});

test('stopping before the caches have synced ends everything', async () => {
  const it = new Fixture();
  it.server.refusals.push(503);
  const manager = it.start();
  await settle();
  await manager.stop();
  await expect(manager.ready).rejects.toThrow('the manager was stopped');
  expect([it.clock.pendingTimers, it.server.openStreams]).toEqual([0, 0]);
});
