import type { Task } from '@taskwright/schema';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CreatedCount } from '../../src/spawners/created-count.ts';
import { aTask } from '../tasks/task-fixtures.ts';
import { aSpawner } from './spawner-fixtures.ts';

const numbered = (ordinal: number | undefined, name = `t${ordinal}`) => aTask({ name, ...(ordinal === undefined ? {} : { annotations: { 'taskwright.dev/ordinal': String(ordinal) } }) });
const counted = (noted: number | undefined, tasks: Task[]) => new CreatedCount(aSpawner(noted === undefined ? {} : { status: { totalTasksCreated: noted } }), tasks).total;

test.each([
  { it: 'nothing', noted: undefined, tasks: [], is: 0 },
  { it: 'what the status says, though the Tasks are gone', noted: 7, tasks: [], is: 7 },
  { it: 'a Task that was made before the status was written', noted: 7, tasks: [numbered(8)], is: 8 },
  { it: 'several of them', noted: 7, tasks: [numbered(6), numbered(8), numbered(9)], is: 9 },
  { it: 'two that two replicas gave one number', noted: 7, tasks: [numbered(8, 'a'), numbered(8, 'b')], is: 9 },
  { it: 'no less than there are, though they do not say', noted: undefined, tasks: [numbered(undefined, 'a'), numbered(undefined, 'b')], is: 2 },
])('counts $it', ({ noted, tasks, is }) => {
  expect(counted(noted, tasks)).toBe(is);
});

test('no Task is forgotten, whenever the process dies and whatever was deleted', () => {
  const step = fc.constantFrom('create', 'delete', 'write status', 'die' as const);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let made = 0;
      let noted: number | undefined;
      let tasks: Task[] = [];
      let count = new CreatedCount(aSpawner(), []);
      for (const now of steps) {
        if (now === 'create') {
          const task = numbered(count.total + 1, `t${(made += 1)}`);
          tasks = [...tasks, task];
          // Told by the answer, and once more by the watch.
          count.saw(task);
          count.saw(task);
        }
        // One that the status does not count yet is not forgotten while it is there; what is deleted then is, with the process.
        if (now === 'delete' && tasks.length > 0) {
          noted = count.total;
          count.lost(tasks[0]!);
          tasks = tasks.slice(1);
        }
        if (now === 'write status') noted = count.total;
        if (now === 'die') count = new CreatedCount(aSpawner(noted === undefined ? {} : { status: { totalTasksCreated: noted } }), tasks);
        expect(count.total).toBe(made);
      }
    }),
    { numRuns: 500 },
  );
});
