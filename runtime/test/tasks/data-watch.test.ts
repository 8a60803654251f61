import { secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DataNeed } from '../../src/agent-configs/referenced-data.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { KubeRequest, Transport } from '../../src/kube/transport.ts';
import { DataWatch } from '../../src/tasks/data-watch.ts';
import { startCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;
let woken: string[];
let opened: string[];
let refuses: boolean;
let watch: DataWatch;

beforeEach(async () => {
  cluster = await startCluster();
  [woken, opened, refuses] = [[], [], false];
  const { request, close } = cluster.api.transport;
  const transport: Transport = {
    request: request.bind(cluster.api.transport),
    close: close.bind(cluster.api.transport),
    async stream(asked: KubeRequest) {
      opened.push(decodeURIComponent(asked.path));
      if (!refuses) return cluster.api.transport.stream(asked);
      return { status: 403, headers: {}, body: (async function* () {})() };
    },
  };
  const client = new KubeClient(transport, { userAgent: 'test', clock: cluster.clock });
  const wake = (key: string, afterMs: number) => void woken.push(`${key} after ${afterMs} ms`);
  watch = new DataWatch({ client, clock: cluster.clock, wake, onError: () => {} });
});
afterEach(async () => {
  watch.close();
  await cluster.stop();
});

const secret = (name: string): DataNeed => ({ kind: 'Secret', name });
const create = (name: string) => cluster.create({ metadata: { name, namespace: 'dev' } }, secretResource);

test('everyone who waits for a Secret is woken when it appears, by one watch of its name', async () => {
  expect(watch.await('dev/a', 'dev', [secret('s')])).toEqual({});
  watch.await('dev/b', 'dev', [secret('s')]);
  await cluster.clock.settle();
  expect(opened).toEqual([expect.stringContaining('/namespaces/dev/secrets?watch=true&allowWatchBookmarks=true&fieldSelector=metadata.name=s')]);
  await create('other');
  await cluster.clock.settle();
  expect(woken).toEqual([]);
  await create('s');
  await cluster.clock.settle();
  expect(woken).toEqual(['dev/a after 0 ms', 'dev/b after 0 ms']);
});

test('who no longer waits is not woken, and a watch that nobody needs is closed', async () => {
  watch.await('dev/a', 'dev', [secret('s')]);
  await cluster.clock.settle();
  watch.await('dev/a', 'dev', []);
  await create('s');
  await cluster.clock.advance(3_600_000);
  expect([woken, opened.length]).toEqual([[], 1]);
});

test('a watch that is refused becomes a look every half minute', async () => {
  refuses = true;
  watch.await('dev/a', 'dev', [secret('s')]);
  await cluster.clock.settle();
  expect(woken).toEqual(['dev/a after 30000 ms']);
});

test('beyond a hundred watches a Task looks by itself', () => {
  const many = Array.from({ length: 100 }, (_, index) => secret(`s${index}`));
  expect([watch.await('dev/a', 'dev', many), watch.await('dev/b', 'dev', [secret('more')]), watch.await('dev/c', 'dev', [secret('s1')])]).toEqual([{}, { requeueAfterMs: 30_000 }, {}]);
});
