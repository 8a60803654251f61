import type { Task } from '@taskwright/schema';
import { expect, test } from 'vitest';
import { dependencyGate, dependencyResults } from '../../../src/tasks/gates/dependencies.ts';
import { aTask, facts } from '../task-fixtures.ts';

/** Tasks by what each depends on. */
function graph(edges: Readonly<Record<string, readonly string[]>>): (name: string) => Task | undefined {
  return (name) => (edges[name] ? aTask({ name, spec: { dependsOn: [...edges[name]] } }) : undefined);
}

function said(edges: Readonly<Record<string, readonly string[]>>): string | undefined {
  return dependencyGate(facts({ task: aTask({ spec: { dependsOn: [...edges.fix!] } }), taskNamed: graph(edges) }))?.message;
}

test.each<{ it: string; edges: Record<string, string[]>; message: string }>([
  { it: 'itself', edges: { fix: ['fix'] }, message: 'Circular dependency detected: cycle involves "fix": fix → fix' },
  { it: 'one that waits for it', edges: { fix: ['a'], a: ['fix'] }, message: 'Circular dependency detected: cycle involves "fix": fix → a → fix' },
  { it: 'the shortest of two ways back', edges: { fix: ['a', 'c'], a: ['b'], b: ['fix'], c: ['fix'] }, message: 'Circular dependency detected: cycle involves "fix": fix → c → fix' },
  { it: 'a circle beyond a circle of others', edges: { fix: ['a'], a: ['b'], b: ['a', 'fix'] }, message: 'Circular dependency detected: cycle involves "fix": fix → a → b → fix' },
])('a Task that waits for $it is told the whole circle', ({ edges, message }) => {
  expect(said(edges)).toBe(message);
});

test('a circle of thousands is told in short', () => {
  const edges = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`t${index}`, [index === 4_999 ? 'fix' : `t${index + 1}`]]));
  expect(said({ fix: ['t0'], ...edges })).toBe('Circular dependency detected: cycle involves "fix": fix → t0 → t1 → t2 → t3 → t4 → t5 → t6 → t7 → … → fix');
});

test('a Task outside a circle waits until that has failed', () => {
  expect(said({ fix: ['a'], a: ['b'], b: ['a'] })).toBe('Waiting for dependency "a"');
});

test('templates see outputs and results of each dependency under its name', () => {
  const plan = aTask({ name: 'plan', status: { phase: 'Succeeded', outputs: ['pr: 7', 'note'], results: { pr: '7' } } });
  const task = aTask({ spec: { dependsOn: ['plan', 'quiet', 'gone'] } });
  const known = [plan, aTask({ name: 'quiet', status: { phase: 'Succeeded' } })];
  expect(dependencyResults({ task, taskNamed: (name) => known.find(({ metadata }) => metadata.name === name) })).toEqual({
    plan: { Name: 'plan', Outputs: ['pr: 7', 'note'], Results: { pr: '7' } },
    quiet: { Name: 'quiet', Outputs: [], Results: {} },
    gone: { Name: 'gone', Outputs: [], Results: {} },
  });
});
