import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Change } from '../../src/kube/change-feed.ts';
import { KubeClient } from '../../src/kube/client.ts';
import { Informer } from '../../src/kube/informer.ts';
import { keyOf, type KubeObject } from '../../src/kube/object.ts';
import { seededRandom } from '../../src/kube/random.ts';
import { compareResourceVersions } from '../../src/kube/resource-version.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { WatchServer } from './watch-server.ts';

const tasks = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };

interface Task extends KubeObject {
  spec?: { size?: number; owner?: string };
}

/** An informer of a server, and all that it told. */
class Fixture {
  readonly server = new WatchServer();
  readonly clock = new ManualClock();
  readonly stop = new AbortController();
  readonly changes: Change<Task>[] = [];
  readonly errors: unknown[] = [];
  readonly informer = new Informer<Task, 'owner'>(new KubeClient(this.server, { userAgent: 'test', clock: this.clock }), {
    resource: tasks,
    indexes: { owner: ({ spec }) => (spec?.owner === undefined ? [] : [spec.owner]) },
    project: deepFreeze,
    clock: this.clock,
    random: seededRandom(1),
    onError: (error) => this.errors.push(error),
  });

  constructor() {
    this.informer.onChange((change) => this.changes.push(change));
  }

  async start(): Promise<void> {
    this.informer.start(this.stop.signal).catch(() => {});
    await settle();
  }

  told(): string[] {
    return this.changes.splice(0).map(({ type, object }) => `${type} ${object.metadata.name}`);
  }
}

let it: Fixture;
beforeEach(() => (it = new Fixture()));
afterEach(async () => {
  it.stop.abort(new Error('the test is over'));
  await settle();
  expect(it.server.openStreams).toBe(0);
  expect(it.clock.pendingTimers).toBe(0);
});

test('the first list is streamed, and turns into the watch', async () => {
  it.server.put('a');
  it.server.put('b');
  await it.start();
  await it.informer.synced;
  it.server.put('c');
  await settle();
  expect(it.changes.map((change) => [change.type, change.object.metadata.name, 'inInitialList' in change && change.inInitialList])).toEqual([
    ['added', 'a', true],
    ['added', 'b', true],
    ['added', 'c', false],
  ]);
  expect(it.server.requests).toHaveLength(1);
  expect(it.server.requests[0]).toMatch(/watch=true&allowWatchBookmarks=true.*&sendInitialEvents=true&resourceVersionMatch=NotOlderThan$/);
});

test('a server that cannot stream a list is asked for pages', async () => {
  it.server.streamsLists = false;
  for (let index = 0; index < 1_200; index += 1) it.server.put(`t${index}`);
  await it.start();
  await it.informer.synced;
  await settle();
  expect(it.informer.size).toBe(1_200);
  expect(it.server.requests.slice(1, 4).map((path) => path.replace(/.*\?/, ''))).toEqual(['limit=500', 'continue=500&limit=500', 'continue=1000&limit=500']);
});

test('a list that expires while it is paged is read in one piece', async () => {
  it.server.streamsLists = false;
  for (let index = 0; index < 600; index += 1) it.server.put(`t${index}`);
  const { request } = it.server;
  it.server.request = (call) => {
    if (call.path.includes('continue=')) it.server.refusals.push(410);
    return request.call(it.server, call);
  };
  await it.start();
  await it.informer.synced;
  expect(it.informer.size).toBe(600);
});

test.each([
  { it: 'a reset connection', fault: (server: WatchServer) => server.cut() },
  { it: 'a clean end', fault: (server: WatchServer) => server.end() },
  { it: 'a single 503', fault: (server: WatchServer) => server.refuse(503).end() },
  { it: 'a 429', fault: (server: WatchServer) => server.refuse(429).end() },
  { it: 'half an event', fault: (server: WatchServer) => server.sendRaw('{"type":"ADD').cut() },
  { it: 'a line that is no JSON', fault: (server: WatchServer) => server.sendRaw('<html>\n') },
])('after $it the watch goes on where it was', async ({ fault }) => {
  it.server.put('a');
  await it.start();
  it.server.bookmark();
  const { version } = it.server;
  fault(it.server);
  it.server.pause();
  it.server.put('b');
  it.server.resume();
  await it.clock.advance(10_000);
  expect(it.told()).toEqual(['added a', 'added b']);
  expect(it.server.requests.at(-1)).toContain(`resourceVersion=${version}`);
});

test.each([
  { it: '410 in an event of a 200', fault: (server: WatchServer) => server.cut() },
  { it: '410 as a status', fault: (server: WatchServer) => server.refuse(410).cut() },
])('after $it everything is asked for again, not older than what is known', async ({ fault }) => {
  it.server.put('a');
  it.server.put('b');
  await it.start();
  const { version } = it.server;
  it.server.pause();
  it.server.remove('a');
  it.server.put('b', { spec: { size: 2 } });
  it.server.put('c');
  it.server.compact();
  it.told();
  fault(it.server);
  it.server.resume();
  await it.clock.advance(10_000);
  expect(it.told()).toEqual(['updated b', 'added c', 'deleted a']);
  expect(it.server.requests.at(-1)).toMatch(new RegExp(`resourceVersion=${version}.*sendInitialEvents|sendInitialEvents.*resourceVersion=${version}`));
});

test('an ERROR event that is no 410 is reported and made good', async () => {
  await it.start();
  it.server.sendRaw(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 403, reason: 'Forbidden', message: 'not any more' } })}\n`);
  it.server.put('a');
  await it.clock.advance(10_000);
  expect(it.errors.map(String)).toEqual(['ApiError: watch of tasks: not any more (403 Forbidden)']);
  expect(it.told()).toEqual(['added a']);
});

test('a watch that ends at once, again and again, is not asked in a hot loop', async () => {
  const { stream } = it.server;
  it.server.stream = async (request) => {
    const opened = await stream.call(it.server, request);
    it.server.end();
    return opened;
  };
  await it.start();
  await it.clock.advance(60_000);
  expect(it.server.requests.length).toBeLessThan(9);
  expect(it.errors.map(String)).toContain('Error: watch: ended after 0 ms without an event; a proxy in between may cut it');
});

test('a name that was deleted and made anew while nobody watched is a deletion and an addition', async () => {
  it.server.put('a', {}, 'first');
  await it.start();
  it.server.pause();
  it.server.remove('a');
  it.server.put('a', {}, 'second');
  it.server.compact();
  it.told();
  it.server.resume();
  await it.clock.advance(10_000);
  expect(it.changes.map(({ type, object }) => [type, object.metadata.uid])).toEqual([
    ['deleted', 'first'],
    ['added', 'second'],
  ]);
});

test('stopping during the list stops for good', async () => {
  it.server.pause();
  const { stream } = it.server;
  it.server.stream = async (request) => {
    const opened = await stream.call(it.server, request);
    it.stop.abort(new Error('stop'));
    return opened;
  };
  await it.start();
  await it.clock.advance(60_000);
  expect(it.server.requests).toHaveLength(1);
  expect(it.told()).toEqual([]);
});

test('a handler that throws is reported and disturbs neither the others nor the informer', async () => {
  it.informer.onChange(() => {
    throw new Error('a handler broke');
  });
  const others: string[] = [];
  it.informer.onChange(({ type }) => others.push(type));
  await it.start();
  it.server.put('a');
  it.server.put('b');
  await settle();
  expect([it.told(), others, it.errors.map(String)]).toEqual([
    ['added a', 'added b'],
    ['added', 'added'],
    ['Error: a handler broke', 'Error: a handler broke'],
  ]);
});

test('managed fields are not kept', async () => {
  it.server.put('a');
  await it.start();
  expect(it.informer.get('dev/a')!.metadata).not.toHaveProperty('managedFields');
});

test('more objects than a call takes arguments are no trouble', async () => {
  for (let index = 0; index < 130_000; index += 1) it.server.objects.set(`dev/t${index}`, { metadata: { namespace: 'dev', name: `t${index}`, resourceVersion: '7', uid: `u${index}` } });
  await it.start();
  await it.informer.synced;
  expect(it.informer.list('dev')).toHaveLength(130_000);
});

test('a write of ours is in the cache before the watch brings it, and only once', async () => {
  await it.start();
  it.server.pause();
  const answered = it.server.put('a', { spec: { owner: 'x' } });
  it.informer.remember(answered);
  expect([it.informer.reflects(answered), it.informer.byIndex('owner', 'x')]).toMatchObject([true, [{ metadata: { name: 'a' } }]]);
  it.server.resume();
  await it.clock.advance(5_000);
  expect(it.told()).toEqual(['added a']);
});

test('a write of ours that the watch passes without confirming goes again', async () => {
  await it.start();
  it.informer.remember({ metadata: { namespace: 'dev', name: 'elsewhere', uid: 'u', resourceVersion: '101' } });
  it.server.put('other');
  it.server.put('another');
  await settle();
  expect(it.told()).toEqual(['added elsewhere', 'added other', 'deleted elsewhere', 'added another']);
});

test('a late answer to a write does not bring back what was deleted since', async () => {
  await it.start();
  const answered = it.server.put('a');
  it.server.remove('a');
  await settle();
  it.informer.remember(answered);
  expect(it.informer.get('dev/a')).toBeUndefined();
});

type Act = (fixture: Fixture) => void;
const name = fc.constantFrom('a', 'b', 'c');
const act = (label: string, run: Act) => Object.assign(run, { toString: () => label });
const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, fc.nat(3)).map(([who, size]) => act(`put ${who} ${size}`, ({ server }) => server.put(who, { spec: { size, owner: `o${size}` } }))) },
  { weight: 2, arbitrary: name.map((who) => act(`remove ${who}`, ({ server }) => server.remove(who))) },
  { weight: 2, arbitrary: name.map((who) => act(`write ${who}`, ({ server, informer }) => informer.remember(server.put(who, { spec: { size: 9, owner: 'us' } })))) },
  fc.constantFrom(
    act('repeat', ({ server }) => server.repeat()),
    act('bookmark', ({ server }) => server.bookmark()),
    act('pause', ({ server }) => server.pause()),
    act('resume', ({ server }) => server.resume()),
    act('cut', ({ server }) => server.cut()),
    act('end', ({ server }) => server.end()),
    act('compact', ({ server }) => server.compact()),
    act('compact and cut', ({ server }) => server.compact().cut()),
    act('503', ({ server }) => server.refuse(503)),
    act('410', ({ server }) => server.refuse(410)),
    act('poison', ({ server }) => server.sendRaw('{"type":\n')),
    act('no streamed lists', ({ server }) => void (server.streamsLists = false)),
  ),
);

test('whatever happens on the way, the cache ends as the server is, every change was told, and no version went back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(acts, fc.constantFrom(0, 0, 1, 2_000)), { maxLength: 25, size: 'max' }), async (history) => {
      const fixture = new Fixture();
      const told = new Map<string, Task>();
      let position = '';
      fixture.informer.onChange((change) => {
        const key = keyOf(change.object);
        const known = told.get(key);
        if (change.type === 'added') expect(known, `added ${key}`).toBeUndefined();
        if (change.type === 'updated') expect(change.old, `updated ${key}`).toEqual(known);
        if (change.type === 'deleted') expect(known?.metadata.uid, `deleted ${key}`).toBe(change.object.metadata.uid);
        if (change.type === 'updated') expect(compareResourceVersions(change.object.metadata.resourceVersion!, change.old.metadata.resourceVersion!)).toBeGreaterThan(0);
        if (change.type === 'deleted') told.delete(key);
        else told.set(key, change.object);
        expect(compareResourceVersions(fixture.informer.resourceVersion, position)).toBeGreaterThanOrEqual(0);
        position = fixture.informer.resourceVersion;
      });
      await fixture.start();
      for (const [run, waitMs] of history) {
        run(fixture);
        await fixture.clock.advance(waitMs);
      }
      fixture.server.resume();
      fixture.server.refusals.length = 0;
      await fixture.clock.advance(120_000);
      fixture.server.bookmark();
      await settle();

      const atServer = [...fixture.server.objects.values()].map(({ metadata: { managedFields: _, ...metadata }, ...rest }) => ({ ...rest, metadata }));
      expect(sorted(fixture.informer.list())).toEqual(sorted(atServer));
      expect(sorted([...told.values()])).toEqual(sorted(atServer));
      for (const owner of ['o0', 'o1', 'o2', 'o3', 'us']) {
        expect(sorted(fixture.informer.byIndex('owner', owner))).toEqual(sorted((atServer as Task[]).filter(({ spec }) => spec?.owner === owner)));
      }
      expect(fixture.errors.filter((error) => (error as Error).name === 'AssertionError')).toEqual([]);
      fixture.stop.abort(new Error('the run is over'));
      await settle();
    }),
    { numRuns: 150 },
  );
}, 60_000);

function sorted<T extends KubeObject>(objects: T[]): T[] {
  return JSON.parse(JSON.stringify(objects.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))));
}

function deepFreeze<T extends object>(object: T): T {
  for (const value of Object.values(object)) if (typeof value === 'object' && value !== null) deepFreeze(value);
  return Object.freeze(object);
}
