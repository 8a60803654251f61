import { expect, test } from 'vitest';
import { slotGate, type SlotFacts } from '../../../src/tasks/gates/slot.ts';
import { aTask, facts } from '../task-fixtures.ts';

const said = (slot: Partial<SlotFacts> | undefined) => slotGate(facts({ task: aTask(), ...(slot ? { slot: { spawner: 'x', limit: 3, atWork: 0, ahead: 0, others: 0, ...slot } } : {}) }));

test.each<{ it: string; slot?: Partial<SlotFacts> }>([
  { it: 'that no spawner with a limit made' },
  { it: 'that is alone', slot: {} },
  { it: 'for which there is a slot', slot: { atWork: 2 } },
  { it: 'for which there is one besides those before it', slot: { atWork: 1, ahead: 1, others: 9 } },
])('a Task starts $it', ({ slot }) => {
  expect(said(slot)).toBeUndefined();
});

test.each<{ it: string; slot: Partial<SlotFacts>; message: string }>([
  { it: 'when all slots are taken', slot: { atWork: 3 }, message: '(3 of 3 run), place 1 of 1' },
  { it: 'when those before it will take what is free, and counts that as taken', slot: { atWork: 1, ahead: 3, others: 4 }, message: '(3 of 3 run), place 2 of 3' },
  { it: 'when the limit was lowered', slot: { atWork: 5 }, message: '(5 of 3 run), place 1 of 1' },
  { it: 'as the last that is told its place', slot: { atWork: 3, ahead: 9, others: 9 }, message: '(3 of 3 run), place 10 of 10' },
  { it: 'in a line that is longer than that', slot: { atWork: 3, ahead: 9, others: 10 }, message: '(3 of 3 run), place 10 of more than 10' },
])('a Task waits $it', ({ slot, message }) => {
  expect(said(slot)).toEqual({ hold: 'MaxConcurrencyReached', message: `Waiting for a slot of TaskSpawner "x" ${message}` });
});

test('a Task far behind is told the same as long as it waits', () => {
  const far = { hold: 'MaxConcurrencyReached', message: 'Waiting for a slot of TaskSpawner "x", behind 10 others or more' };
  expect([said({ atWork: 3, ahead: 10, others: 10 }), said({ atWork: 5, ahead: 700, others: 900 })]).toEqual([far, far]);
});
