import { beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import { Informer } from '../../src/kube/informer.ts';
import { Written } from '../../src/kube/written.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { WatchServer } from './watch-server.ts';

const jobs = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };

let server: WatchServer;
let clock: ManualClock;
let informer: Informer;
let written: Written;

beforeEach(async () => {
  server = new WatchServer();
  clock = new ManualClock();
  informer = new Informer(new KubeClient(server, { userAgent: 'test', clock }), { resource: jobs, clock });
  written = new Written([informer], clock);
  informer.start(new AbortController().signal).catch(() => {});
  await settle();
  server.pause(); // From here on the cache hears of nothing by itself.
});

test('the next run sees what this one created', () => {
  written.wrote('dev/task', jobs, server.put('job'));
  expect([written.isBehind('dev/task'), informer.get('dev/job')?.metadata.name]).toEqual([false, 'job']);
});

test('the next run waits until it sees what this one deleted, and others do not', async () => {
  const job = server.put('job');
  written.wrote('dev/task', jobs, job);
  server.remove('job');
  written.deleted('dev/task', jobs, job);
  expect([written.isBehind('dev/task'), written.isBehind('dev/other')]).toEqual([true, false]);
  server.resume();
  await clock.advance(4_000);
  expect(written.isBehind('dev/task')).toBe(false);
});

test('after five seconds the cache is believed as it is', async () => {
  const job = server.put('job');
  written.wrote('dev/task', jobs, job);
  written.deleted('dev/task', jobs, job);
  await clock.advance(4_999);
  expect(written.isBehind('dev/task')).toBe(true);
  await clock.advance(1);
  expect(written.isBehind('dev/task')).toBe(false);
});

test('what no cache holds is not waited for', () => {
  written.wrote('dev/task', { ...jobs, plural: 'secrets', kind: 'Secret' }, { metadata: { namespace: 'dev', name: 's', resourceVersion: '999' } });
  expect(written.isBehind('dev/task')).toBe(false);
});
