import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/embedded/virtual-clock.ts';
import type { ChangeHandler } from '../../src/kube/change-feed.ts';
import { keyOf } from '../../src/kube/object.ts';
import { LoopTrail, trailKeysOf } from '../../src/spawners/loop-trail.ts';
import { aTask } from '../tasks/task-fixtures.ts';

const of = (name: string, more: { branch?: string; subject?: string; namespace?: string } = {}): Task => aTask({
  name,
  namespace: more.namespace ?? 'dev',
  labels: { 'kelos.dev/taskspawner': 'x' },
  annotations: more.subject === undefined ? {} : { 'taskwright.dev/subject': more.subject },
  ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'x', uid: 'u', controller: true }],
  spec: { prompt: 'a long prompt', ...(more.branch === undefined ? {} : { branch: more.branch }) },
  status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' },
});

function aTrail(...tasks: Task[]) {
  const clock = new VirtualClock();
  const there = new Map(tasks.map((task) => [keyOf(task), task]));
  const handlers: ChangeHandler<Task>[] = [];
  const trail = new LoopTrail({
    get: (key) => there.get(key),
    byIndex: (_, value) => [...there.values()].filter((task) => trailKeysOf(task).includes(value)),
    onChange: (handler) => {
      handlers.push(handler);
      return () => {};
    },
  }, clock);
  const remove = (task: Task) => {
    there.delete(keyOf(task));
    for (const handler of handlers) handler({ type: 'deleted', object: task, finalStateUnknown: false });
  };
  return { clock, trail, remove };
}

const a = of('a', { branch: 'b', subject: 's#1' });

test('a Task is found by its name, branch, subject and spawner, in its own namespace', () => {
  const { trail } = aTrail(a, of('c', { namespace: 'prod', branch: 'b' }));
  const { named, onBranch, about, ofSpawner } = trail.of('dev');
  expect([named('a'), onBranch('b'), about('s#1'), ofSpawner('x'), named('c'), about('s#2')]).toEqual([a, [a], [a], [a], undefined, []]);
});

test('those that are at work are found, and those that ended since then, by the minute, while they are there and after', async () => {
  const ended = (name: string, completionTime: string): Task => ({ ...of(name), status: { phase: 'Succeeded', startTime: '2026-01-01T00:00:00Z', completionTime } });
  const waiting: Task = { ...of('w'), status: { phase: 'Waiting' } };
  const [early, late, gone, cut] = [ended('early', '2026-01-01T00:03:59Z'), ended('late', '2026-01-01T00:04:10Z'), ended('gone', '2026-01-01T00:05:00Z'), of('cut')];
  const { trail, remove, clock } = aTrail(a, early, late, gone, cut, waiting);
  await clock.advance(6 * 60_000);
  remove(gone);
  remove(cut); // nobody works on that any more
  const namesSince = (time: string) => trail.of('dev').workedSince('x', new Date(time)).map(({ metadata }) => metadata.name);
  expect([namesSince('2026-01-01T00:04:30Z'), namesSince('2026-01-01T00:03:00Z'), namesSince('2026-01-01T00:05:01Z'), namesSince('2026-01-01T00:06:00Z')]).toEqual([['a', 'late', 'gone'], ['a', 'early', 'late', 'gone'], ['a', 'gone'], ['a']]);
  expect([trail.of('prod').workedSince('x', new Date(0)), trail.of('dev').workedSince('y', new Date(0))]).toEqual([[], []]);
});

test('a Task that nobody made leaves no trail', () => {
  const own = { ...a, metadata: { ...a.metadata, ownerReferences: [] } };
  expect(trailKeysOf(own)).toEqual([]);
});

test('one that is gone is known for an hour, without its prompt', async () => {
  const { trail, remove, clock } = aTrail(a);
  remove(a);
  const gone: Task = { metadata: a.metadata, spec: { prompt: '', branch: 'b' }, status: { startTime: '2026-01-01T00:00:00Z', completionTime: undefined } };
  const { named, onBranch, about } = trail.of('dev');
  expect([named('a'), onBranch('b'), about('s#1')]).toEqual([gone, [gone], [gone]]);
  await clock.advance(3_600_001);
  expect([named('a'), onBranch('b')]).toEqual([undefined, []]);
});

test('of the gone no more are remembered than that', () => {
  const { trail, remove } = aTrail();
  for (let index = 0; index < 6_000; index += 1) remove(of(`t${index}`, { branch: `b${index}` }));
  const { named } = trail.of('dev');
  expect([named('t0'), named('t5999')?.metadata.name]).toEqual([undefined, 't5999']);
});
