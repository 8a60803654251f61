import { expect, test } from 'vitest';
import { Starting } from '../../src/tasks/starting.ts';
import { aTask } from './task-fixtures.ts';

const elsewhere = (name: string) => aTask({ name, namespace: 'prod' });
const names = (starting: Starting, task = aTask({ name: 'me' })) => starting.besides(task).map((start) => start.task.metadata.name);

test('of two Tasks that are planned at a time the second sees the first', () => {
  const starting = new Starting();
  starting.begin({ task: aTask({ name: 'first' }), lock: 'b' });
  expect(starting.besides(aTask({ name: 'second' }))).toEqual([{ task: aTask({ name: 'first' }), lock: 'b' }]);
});

test('nobody sees itself, nor who starts in another namespace', () => {
  const starting = new Starting();
  starting.begin({ task: aTask({ name: 'me' }) });
  starting.begin({ task: elsewhere('other') });
  expect(names(starting)).toEqual([]);
  expect(names(starting, elsewhere('me'))).toEqual(['other']);
});

test('a Task of the same name that was made again is another', () => {
  const starting = new Starting();
  starting.begin({ task: aTask({ name: 'me', uid: 'old' }) });
  expect(names(starting)).toEqual(['me']);
});

test('a Task that begins again takes the place of its first start', () => {
  const starting = new Starting();
  starting.begin({ task: aTask({ name: 'other' }), lock: 'a' });
  starting.begin({ task: aTask({ name: 'other' }), lock: 'b' });
  expect(starting.besides(aTask({ name: 'me' })).map(({ lock }) => lock)).toEqual(['b']);
});

test('who has ended is told once what was under way, and is seen no more', () => {
  const starting = new Starting();
  const start = { task: aTask({ name: 'other' }) };
  starting.begin(start);
  expect([starting.end('dev/other'), starting.end('dev/other'), starting.end('dev/unknown')]).toEqual([start, undefined, undefined]);
  expect(names(starting)).toEqual([]);
});
