import type { Task, TaskStatus } from '@taskwright/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/kube/change-feed.ts';
import { keyOf } from '../../src/kube/object.ts';
import { wantsSlot } from '../../src/tasks/slot.ts';
import { SlotLines } from '../../src/tasks/slot-lines.ts';
import { turnOf } from '../../src/tasks/turn.ts';
import { aTask } from './task-fixtures.ts';

const waitingFor = (reason: string): TaskStatus => ({ phase: 'Waiting', conditions: [{ type: 'Admitted', status: 'False', reason, message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' }] });
const STATES: readonly (TaskStatus | undefined)[] = [undefined, waitingFor('MaxConcurrencyReached'), waitingFor('GitHubTokenPending'), waitingFor('DependencyUnfinished'), { phase: 'Pending' }, { phase: 'Running' }, { phase: 'Succeeded' }];

function of(spawner: string, name: string, status?: TaskStatus, more: { priority?: number; second?: number } = {}): Task {
  const { priority, second = 0 } = more;
  return aTask({
    name,
    ...(status ? { status } : {}),
    creationTimestamp: `2026-01-01T00:00:0${second}Z`,
    ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: spawner, uid: spawner, controller: true }],
    ...(priority === undefined ? {} : { annotations: { 'taskwright.dev/priority': `${priority}` } }),
  });
}

function someLines() {
  const lines = new SlotLines();
  const told: string[] = [];
  const tasks = new Map<string, Task>();
  lines.onChange(({ object }) => void told.push(object.metadata.name!));
  const put = (task: Task) => {
    const old = tasks.get(keyOf(task));
    tasks.set(keyOf(task), task);
    lines.follow(old ? { type: 'updated', object: task, old } : { type: 'added', object: task, inInitialList: false });
    return told.splice(0);
  };
  const remove = (name: string) => {
    const object = tasks.get(`dev/${name}`);
    if (object) lines.follow({ type: 'deleted', object, finalStateUnknown: false } satisfies Change<Task>);
    tasks.delete(`dev/${name}`);
    return told.splice(0);
  };
  return { lines, tasks, put, remove };
}

test('a line is what sorting all Tasks gives, whatever happened before', () => {
  const change = fc.record({ spawner: fc.constantFrom('x', 'y'), name: fc.integer({ min: 0, max: 30 }), state: fc.nat({ max: STATES.length }), priority: fc.option(fc.nat({ max: 12 }), { nil: undefined }), second: fc.nat({ max: 9 }) });
  fc.assert(fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
    const { lines, tasks, put, remove } = someLines();
    for (const { spawner, name, state, ...more } of changes) {
      if (state === STATES.length) remove(`t${name}`);
      else put(of(spawner, `t${name}`, STATES[state], more));
    }
    for (const spawner of ['x', 'y']) {
      const expected = [...tasks.values()].filter((task) => task.metadata.ownerReferences![0]!.uid === spawner && wantsSlot(task)).sort((a, b) => (turnOf(a) < turnOf(b) ? -1 : 1));
      expect(lines.all(spawner)).toEqual(expected.map(keyOf));
      expect(expected.map((task) => lines.before(spawner, turnOf(task)))).toEqual(expected.map((_, place) => place));
      expect(lines.before(spawner)).toBe(expected.length);
    }
  }));
});

test('the first twelve are told when one of them comes or goes, or a Task leaves its work; nobody when one comes further behind', () => {
  const { put, remove } = someLines();
  const name = (index: number) => `t${`${index}`.padStart(2, '0')}`;
  const waiting = waitingFor('MaxConcurrencyReached');
  const firsts = Array.from({ length: 20 }, (_, index) => put(of('x', name(index), waiting)).length);
  expect(firsts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0, 0, 0, 0, 0]);
  const twelve = Array.from({ length: 12 }, (_, index) => name(index));
  expect(remove(name(15))).toEqual([]);
  expect(put(of('x', 'busy', { phase: 'Running' }))).toEqual([]);
  expect(put(of('x', 'busy', { phase: 'Succeeded' }))).toEqual(twelve);
  expect(put(of('x', name(3), { phase: 'Pending' }))).toEqual([...twelve.filter((other) => other !== name(3)), name(12)]);
  expect(remove(name(3))).toEqual([...twelve.filter((other) => other !== name(3)), name(12)]);
  expect(put(of('y', 'other', { phase: 'Running' }))).toEqual([]);
});

test('an urgent Task comes before an old one, and a priority that is none counts as none', () => {
  const { lines, put } = someLines();
  put(of('x', 'old', undefined, { second: 1 }));
  put(of('x', 'ten', undefined, { second: 5, priority: 10 }));
  put(of('x', 'two', undefined, { second: 6, priority: 2 }));
  put(of('x', 'negative', undefined, { second: 2, priority: -1 }));
  expect(lines.all('x')).toEqual(['dev/two', 'dev/ten', 'dev/old', 'dev/negative']);
});
