import { crds, type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { type ConfigMap, configMapResource, namespaceResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { ApiServer } from '../../src/embedded/api-server.ts';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import type { EventNote } from '../../src/kube/plan.ts';
import type { KubeRequest, KubeResponse, Transport } from '../../src/kube/transport.ts';
import type { Decision } from '../../src/spawners/decision.ts';
import { ConfigMapDecisions, decisionsIn, decisionsNameOf } from '../../src/spawners/decision-log.ts';
import { keptOf } from '../../src/spawners/decision-ring.ts';

const CRDS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const SPEC = { when: { cron: { schedule: '0 0 1 1 *' } }, taskTemplate: { promptTemplate: 'Fix it', worker: { type: 'claude-code', credentials: { type: 'none' } } } };

const servers: ApiServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.transport.close();
});

/** A way to the server that notes what was written, and can be cut. */
class Wire implements Transport {
  readonly writes: string[] = [];
  readonly reads: string[] = [];
  isCut = false;
  readonly #inner: Transport;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  async request(request: KubeRequest): Promise<KubeResponse> {
    (request.method === 'GET' ? this.reads : this.writes).push(`${request.method} ${request.path.split('?', 1)[0]!.split('/').at(-1)}`);
    if (this.isCut) throw new Error('the connection was lost');
    return this.#inner.request(request);
  }

  stream(): never {
    throw new Error('nothing is watched');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function aCluster() {
  const clock = new VirtualClock();
  const api = new ApiServer({ clock });
  servers.push(api);
  const client = new KubeClient(api.transport, { userAgent: 'test', clock });
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  await client.create(namespaceResource, { metadata: { name: 'dev' } });
  const aSpawner = (name = 'x') => client.create<TaskSpawner>(taskSpawnerResource, { metadata: { name, namespace: 'dev' }, spec: SPEC } as KubeObject);
  const aLog = () => {
    const wire = new Wire(api.transport);
    const events: EventNote[] = [];
    const log = new ConfigMapDecisions({ client: new KubeClient(wire, { userAgent: 'log', clock }), clock, events: { record: (_, note) => void events.push(note) } });
    return { wire, log, events };
  };
  const read = (name = 'x-decisions') => client.get<ConfigMap & KubeObject>(configMapResource, { namespace: 'dev', name });
  return { clock, client, aSpawner, aLog, read };
}

const ever = new Date(0);
const fired = (event: string, at: Date): Decision => ({ at, event, summary: `issue #${event} of acme/shop`, outcome: 'Fired', task: `x-${event}` });
const skipped = (event: string, at: Date): Decision => ({ at, event, summary: `issue #${event} of acme/shop`, outcome: 'Skipped', filter: 'when.githubIssues.labels', seen: 'bug' });

test('a decision is written when its promise resolves, in a ConfigMap that goes with the spawner', async () => {
  const { clock, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  const { log, wire, events } = aLog();
  await log.record(spawner, fired('42', clock.now()));
  const { metadata: { labels, ownerReferences }, data } = await read();
  expect([labels, ownerReferences]).toEqual([
    { 'app.kubernetes.io/component': 'decisions', 'app.kubernetes.io/managed-by': 'taskwright', 'kelos.dev/taskspawner': 'x' },
    [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'x', uid: spawner.metadata.uid, controller: true, blockOwnerDeletion: false }],
  ]);
  expect(decisionsIn({ data: data! })).toEqual([keptOf(fired('42', clock.now()))]);
  expect([wire.reads, wire.writes]).toEqual([['GET x-decisions'], ['POST configmaps']]);
  expect(events).toEqual([{ type: 'Normal', reason: 'Fired', message: 'issue #42 of acme/shop: made Task "x-42"' }]);
});

test('the Task that was made of an event is known to another process, and read again after five seconds', async () => {
  const { clock, aSpawner, aLog } = await aCluster();
  const spawner = await aSpawner();
  const [one, other] = [aLog(), aLog()];
  const long = 'e'.repeat(300);
  expect(await other.log.taskOf(spawner, '42', ever)).toBeUndefined();
  await one.log.record(spawner, fired('42', clock.now()));
  await clock.advance(1_000);
  await one.log.record(spawner, skipped('43', clock.now()));
  await clock.advance(1_000);
  await one.log.record(spawner, { ...fired(long, clock.now()), task: 'x-long' });
  await clock.advance(1_000);
  // Who made it died before that was written down.
  await one.log.record(spawner, { ...fired('45', clock.now()), outcome: 'Known' });
  expect(await other.log.taskOf(spawner, '42', ever)).toBeUndefined();
  await clock.advance(5_000);
  expect(await Promise.all(['42', '43', '44', '45', long].map((event) => other.log.taskOf(spawner, event, ever)))).toEqual(['x-42', undefined, undefined, 'x-45', 'x-long']);
  expect(other.wire.reads).toEqual(['GET x-decisions', 'GET x-decisions']);
});

test('of an event whose Task was made longer ago than is asked, nothing is known', async () => {
  const { clock, aSpawner, aLog } = await aCluster();
  const spawner = await aSpawner();
  const { log } = aLog();
  const at = clock.now();
  await log.record(spawner, fired('42', at));
  expect(await log.taskOf(spawner, '42', at)).toBe('x-42');
  expect(await log.taskOf(spawner, '42', new Date(at.getTime() + 1))).toBeUndefined();
});

test('what is not answered is asked again', async () => {
  const { aSpawner, aLog } = await aCluster();
  const spawner = await aSpawner();
  const { log, wire } = aLog();
  wire.isCut = true;
  await expect(log.taskOf(spawner, '42', ever)).rejects.toThrow('the connection was lost');
  wire.isCut = false;
  expect(await log.taskOf(spawner, '42', ever)).toBeUndefined();
});

test('whatever comes in half a second is one write', async () => {
  const { clock, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  const { log, wire } = aLog();
  const kept: Promise<void>[] = [];
  for (let ms = 0; ms < 10_000; ms += 20) {
    for (const index of [0, 1]) kept.push(log.record(spawner, fired(`${ms}-${index}`, clock.now())));
    await clock.advance(20);
  }
  await clock.advance(1_000);
  await Promise.all(kept);
  expect(wire.writes.length).toBeLessThanOrEqual(21);
  const ring = decisionsIn(await read() as ConfigMap);
  expect([ring.length, ring[0]!.event]).toEqual([50, '9980-1']);
});

test('a thousand skips at each look are written once', async () => {
  const { clock, aSpawner, aLog } = await aCluster();
  const spawner = await aSpawner();
  const { log, wire } = aLog();
  for (let look = 0; look < 20; look += 1) {
    const kept = Array.from({ length: 40 }, (_, index) => log.record(spawner, skipped(`${index}`, clock.now())));
    await clock.advance(60_000);
    await Promise.all(kept);
  }
  expect(wire.writes).toEqual(['POST configmaps']);
  await log.record(spawner, fired('99', clock.now()));
  expect(wire.writes).toEqual(['POST configmaps', 'PATCH x-decisions']);
});

test('how often it was the same is written with the next that is not, and the next operator goes on from there', async () => {
  const { clock, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  const first = aLog();
  const since = clock.now();
  await first.log.record(spawner, skipped('1', since));
  await clock.advance(60_000);
  await first.log.record(spawner, skipped('1', clock.now()));
  await clock.advance(1_000);
  const second = aLog();
  await second.log.record(spawner, skipped('1', clock.now()));
  expect(second.wire.writes).toEqual([]);
  await clock.advance(1_000);
  await second.log.record(spawner, fired('2', clock.now()));
  expect(decisionsIn(await read() as ConfigMap)).toEqual([
    keptOf(fired('2', clock.now())),
    { ...keptOf(skipped('1', since)), times: 2, last: new Date(clock.now().getTime() - 1_000).toISOString() },
  ]);
});

test('replicas that write at a time lose nothing of each other', async () => {
  const { clock, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  const replicas = [aLog(), aLog(), aLog()];
  const kept: Promise<void>[] = [];
  for (let round = 0; round < 10; round += 1) {
    replicas.forEach(({ log }, replica) => kept.push(log.record(spawner, fired(`${replica}-${round}`, clock.now()))));
    await clock.advance(700);
  }
  await clock.advance(5_000);
  await Promise.all(kept);
  const names = decisionsIn(await read() as ConfigMap).map(({ event }) => event).sort();
  expect(names).toEqual([0, 1, 2].flatMap((replica) => Array.from({ length: 10 }, (_, round) => `${replica}-${round}`)).sort());
});

test('a decision that the server does not take is told to who waits for it, and goes with the next', async () => {
  const { clock, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  const { log, wire } = aLog();
  wire.isCut = true;
  void log.record(spawner, skipped('left alone', clock.now()));
  await expect(log.record(spawner, skipped('1', clock.now()))).rejects.toThrow('the connection was lost');
  wire.isCut = false;
  await clock.advance(1_000);
  await log.record(spawner, fired('2', clock.now()));
  expect(decisionsIn(await read() as ConfigMap).map(({ event }) => event).sort()).toEqual(['1', '2', 'left alone']);
});

test('a ConfigMap that is somebody else\'s is left alone, and told', async () => {
  const { clock, client, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  await client.create(configMapResource, { metadata: { namespace: 'dev', name: 'x-decisions' }, data: { mine: 'yes' } } as KubeObject);
  const { log, wire, events } = aLog();
  await log.record(spawner, skipped('1', clock.now()));
  expect([(await read()).data, wire.writes]).toEqual([{ mine: 'yes' }, []]);
  expect(events).toEqual([{ type: 'Warning', reason: 'DecisionsNotKept', message: 'ConfigMap "x-decisions" is somebody else\'s, so decisions are not kept; rename it or the TaskSpawner' }]);
});

test('one that a former spawner of the name left is taken over without what it says; one that was deleted is made again', async () => {
  const { clock, client, aSpawner, aLog, read } = await aCluster();
  const former = await aSpawner();
  const { log } = aLog();
  await log.record(former, fired('old', clock.now()));
  await client.delete(taskSpawnerResource, { namespace: 'dev', name: 'x' });
  const spawner = await aSpawner();
  await log.record(spawner, fired('new', clock.now()));
  const taken = await read();
  expect([taken.metadata.ownerReferences!.map(({ uid }) => uid), decisionsIn(taken).map(({ event }) => event)]).toEqual([[spawner.metadata.uid], ['new']]);
  await client.delete(configMapResource, { namespace: 'dev', name: 'x-decisions' });
  await clock.advance(1_000);
  await log.record(spawner, fired('newer', clock.now()));
  expect(decisionsIn(await read()).map(({ event }) => event)).toEqual(['newer']);
});

test('the name fits, however long that of the spawner is', () => {
  const name = decisionsNameOf({ metadata: { name: 'x'.repeat(253) } });
  expect([name.length, decisionsNameOf({ metadata: { name: 'x' } })]).toEqual([253, 'x-decisions']);
});

test('flush waits for what is being written', async () => {
  const { clock, aSpawner, aLog, read } = await aCluster();
  const spawner = await aSpawner();
  const { log } = aLog();
  void log.record(spawner, fired('1', clock.now()));
  await log.flush();
  expect(decisionsIn(await read()).map(({ event }) => event)).toEqual(['1']);
});
