import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { pauseGate } from '../../../src/tasks/gates/pause.ts';
import { aTask, facts } from '../task-fixtures.ts';

const spawned = aTask({ ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'x', uid: 'u', controller: true }] });

test.each<{ it: string; task: Task; pausedBecause?: string }>([
  { it: 'a Task of a spawner while nothing is paused', task: spawned },
  { it: 'a Task that a person made, whatever is paused', task: aTask(), pausedBecause: 'too many' },
])('$it starts', ({ task, pausedBecause }) => {
  expect(pauseGate(facts({ task, ...(pausedBecause === undefined ? {} : { pausedBecause }) }))).toBeUndefined();
});

test.each([
  ['too many\u001b[2J', 'too many [2J'],
  ['', 'no reason was given'],
])('a Task of a spawner waits while spawning is paused: %j', (pausedBecause, said) => {
  expect(pauseGate(facts({ task: spawned, pausedBecause }))).toEqual({ hold: 'SpawningPaused', message: `Waiting for spawning to go on, which is paused: ${said}` });
});
