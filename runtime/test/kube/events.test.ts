import { beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../../src/kube/client.ts';
import { EventRecorder, type KubeEvent, MOST_WAITING } from '../../src/kube/events.ts';
import { normalEvent } from '../../src/kube/plan.ts';
import { seededRandom } from '../../src/kube/random.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { ObjectStore } from './object-store.ts';

const tasks = { group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true };
const regarding = { resource: tasks, object: { metadata: { namespace: 'dev', name: 'fix', uid: 'u' } } };

let clock: ManualClock;
let store: ObjectStore;
let recorder: EventRecorder;
let errors: string[];

beforeEach(() => {
  clock = new ManualClock();
  store = new ObjectStore();
  errors = [];
  recorder = new EventRecorder(new KubeClient(store, { userAgent: 'test', clock }), {
    reportingController: 'taskwright.dev/operator',
    reportingInstance: 'operator-0',
    clock,
    random: seededRandom(1),
    onError: (error) => errors.push(String(error)),
  });
});

const events = () => [...store.objects.values()] as KubeEvent[];
const writes = () => store.requests.map((request) => request.split(' ', 1)[0]);

test('an event is written as events.k8s.io/v1 wants it', async () => {
  recorder.record(regarding, normalEvent('TaskStarted', 'Created Job fix'));
  await settle();
  expect(events()).toEqual([
    {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'dev', name: expect.stringMatching(/^fix\.[0-9a-f]+$/), resourceVersion: '1' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason: 'TaskStarted',
      action: 'Reconcile',
      note: 'Created Job fix',
      reportingController: 'taskwright.dev/operator',
      reportingInstance: 'operator-0',
      regarding: { apiVersion: 'kelos.dev/v1alpha2', kind: 'Task', namespace: 'dev', name: 'fix', uid: 'u' },
    },
  ]);
});

test('the same thing said often is one event: written, counted at the second time, and at the end', async () => {
  for (let time = 0; time < 100; time += 1) {
    recorder.record(regarding, normalEvent('Waiting', `for the ${time}th time`));
    await clock.advance(1_000);
  }
  expect(writes()).toEqual(['POST', 'PATCH']);
  expect(events()[0]!.series).toEqual({ count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' });
  await clock.advance(720_000);
  expect(writes()).toEqual(['POST', 'PATCH', 'PATCH']);
  expect(events()[0]!.series!.count).toBe(100);
  expect(clock.pendingTimers).toBe(0);
});

test('a series that goes on is written about every half hour', async () => {
  for (let minute = 0; minute < 75; minute += 1) {
    recorder.record(regarding, normalEvent('Waiting', ''));
    await clock.advance(60_000);
  }
  expect(writes()).toEqual(['POST', 'PATCH', 'PATCH', 'PATCH']);
});

test('after six minutes of silence it is a new event', async () => {
  recorder.record(regarding, normalEvent('Waiting', ''));
  await clock.advance(360_000);
  recorder.record(regarding, normalEvent('Waiting', ''));
  await settle();
  expect(events()).toHaveLength(2);
});

test('another reason or another object is another event', async () => {
  recorder.record(regarding, normalEvent('Waiting', ''));
  recorder.record(regarding, normalEvent('Started', ''));
  recorder.record({ ...regarding, object: { metadata: { namespace: 'dev', name: 'fix', uid: 'another' } } }, normalEvent('Waiting', ''));
  await settle();
  expect(events()).toHaveLength(3);
});

test('an object of which too much is new is told of less, and the others are not', async () => {
  for (let count = 0; count < 100; count += 1) recorder.record(regarding, normalEvent(`Reason${count}`, ''));
  recorder.record({ ...regarding, object: { metadata: { namespace: 'dev', name: 'other', uid: 'o' } } }, normalEvent('Started', ''));
  await settle();
  expect(events().map(({ regarding: { name } }) => name)).toEqual([...Array.from({ length: 25 }, () => 'fix'), 'other']);
  await clock.advance(300_000);
  recorder.record(regarding, normalEvent('Later', ''));
  await settle();
  expect(events().at(-1)!.reason).toBe('Later');
});

test('what is counted costs no token', async () => {
  for (let time = 0; time < 100; time += 1) recorder.record(regarding, normalEvent('Waiting', ''));
  for (let count = 0; count < 24; count += 1) recorder.record(regarding, normalEvent(`Reason${count}`, ''));
  await settle();
  expect(events()).toHaveLength(25);
});

test('a server that is away is tried again for two minutes, then the event is given up', async () => {
  let tries = 0;
  store.gate = async () => {
    tries += 1;
    throw new Error('away');
  };
  recorder.record(regarding, normalEvent('Waiting', ''));
  await clock.advance(150_000);
  expect([tries, errors]).toEqual([12, ['Error: away']]);
});

test('a refusal is not tried again', async () => {
  store.objects.set('/apis/events.k8s.io/v1/namespaces/dev/events', { metadata: {} });
  store.request = async () => ({ status: 403, headers: {}, body: Buffer.from('{"kind":"Status","code":403,"reason":"Forbidden","message":"no"}') });
  recorder.record(regarding, normalEvent('Waiting', ''));
  await settle();
  expect(errors).toEqual(['ApiError: POST /apis/events.k8s.io/v1/namespaces/dev/events: no (403 Forbidden)']);
});

test('no more than ten thousand wait, and a drop is said', async () => {
  store.gate = () => new Promise(() => {});
  for (let count = 0; count < MOST_WAITING + 10; count += 1) {
    recorder.record({ ...regarding, object: { metadata: { namespace: 'dev', name: `fix-${count}` } } }, normalEvent('Started', ''));
  }
  expect(errors).toEqual(Array.from({ length: 6 }, () => 'Error: events: 10000 wait to be sent, one more is dropped'));
});

test('an event yields to work, and not for longer than half a minute', async () => {
  const client = new KubeClient(store, { userAgent: 'test', clock, maxInFlight: 16 });
  recorder = new EventRecorder(client, { reportingController: 'taskwright.dev/operator', reportingInstance: 'operator-0', clock, random: seededRandom(1) });
  const finish: (() => void)[] = [];
  store.gate = ({ path }) => (path.includes('/tasks/') ? new Promise((resolve) => finish.push(resolve)) : Promise.resolve());
  const work = () => client.get(tasks, { namespace: 'dev', name: 'fix' }).catch(() => {});
  void [work(), work()];
  recorder.record(regarding, normalEvent('Started', ''));
  await settle();
  expect(events()).toEqual([]);
  finish.shift()!();
  await settle();
  expect(events().map(({ reason }) => reason)).toEqual(['Started']);

  void work();
  recorder.record(regarding, normalEvent('Succeeded', ''));
  await clock.advance(29_999);
  expect(events().map(({ reason }) => reason)).toEqual(['Started']);
  await clock.advance(1);
  expect(events().map(({ reason }) => reason)).toEqual(['Started', 'Succeeded']);
  for (const end of finish) end();
});

test('what waits for work to end is sent before any of it would be dropped', async () => {
  const client = new KubeClient(store, { userAgent: 'test', clock, maxInFlight: 16 });
  recorder = new EventRecorder(client, { reportingController: 'taskwright.dev/operator', reportingInstance: 'operator-0', clock, random: seededRandom(1), onError: (error) => errors.push(String(error)) });
  const finish: (() => void)[] = [];
  store.gate = ({ path }) => (path.includes('/tasks/') ? new Promise((resolve) => finish.push(resolve)) : Promise.resolve());
  for (let each = 0; each < 2; each += 1) void client.get(tasks, { namespace: 'dev', name: 'fix' }).catch(() => {});
  const tell = (count: number) => {
    for (let each = 0; each < count; each += 1) {
      const name = `task-${told += 1}`;
      recorder.record({ ...regarding, object: { metadata: { namespace: 'dev', name, uid: name } } }, normalEvent('Started', ''));
    }
  };
  let told = 0;
  tell(MOST_WAITING / 2);
  await settle();
  expect(events().length).toBe(0);
  tell(MOST_WAITING / 2);
  for (let turn = 0; turn < MOST_WAITING; turn += 1) await settle();
  expect(events().length).toBeGreaterThanOrEqual(MOST_WAITING / 2);
  expect(errors).toEqual([]);
  for (const end of finish) end();
});

test('a long note is cut between two characters', async () => {
  recorder.record(regarding, normalEvent('Long', 'ü'.repeat(1_000)));
  await settle();
  const { note } = events()[0]!;
  expect([Buffer.byteLength(note) <= 1_024, note.at(-1), note.includes('\ufffd')]).toEqual([true, '…', false]);
});

test('flushing writes what was only counted, and does not wait for ever', async () => {
  for (let time = 0; time < 5; time += 1) recorder.record(regarding, normalEvent('Waiting', ''));
  await recorder.flush();
  expect(events()[0]!.series!.count).toBe(5);
  store.gate = () => new Promise(() => {});
  recorder.record(regarding, normalEvent('Other', ''));
  const flushed = recorder.flush();
  await clock.advance(5_000);
  await flushed;
});
