import { expect, test } from 'vitest';
import { workerOf } from '../../src/tasks/worker.ts';
import { aTask } from './task-fixtures.ts';

test('each field of the worker wins over the one beside it, and one that says nothing does not', () => {
  const task = aTask({
    spec: {
      type: undefined,
      credentials: undefined,
      model: 'legacy',
      effort: 'low',
      image: 'legacy',
      workspaceRef: { name: 'legacy' },
      agentConfigRefs: [{ name: 'legacy' }],
      podOverrides: { serviceAccountName: 'legacy' },
      worker: { type: 'codex', credentials: { type: 'none' }, model: 'new', effort: '', podOverrides: {} },
    },
  });
  expect(workerOf(task)).toEqual({
    type: 'codex',
    credentials: { type: 'none' },
    workspaceName: 'legacy',
    agentConfigRefs: [{ name: 'legacy' }],
    model: 'new',
    effort: 'low',
    image: 'legacy',
    podOverrides: {},
  });
});
