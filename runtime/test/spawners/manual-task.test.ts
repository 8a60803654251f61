import { expect, test } from 'vitest';
import { type ManualRun, manualTask, manualVariables } from '../../src/spawners/manual-task.ts';
import { aSpawner } from './spawner-fixtures.ts';

const NOW = new Date('2026-03-04T05:06:07.890Z');

function aRun(run: Partial<ManualRun> = {}): ManualRun {
  return { spawner: aSpawner(), id: 'b4kx9', now: NOW, values: {}, ...run };
}

test('a manual Task is made of the template, and belongs to nobody', () => {
  const spawner = aSpawner({
    template: {
      promptTemplate: '{{.Title}} ({{.ID}}, {{.Kind}}, {{.TriggerType}} at {{.TriggerTime}})', branch: 'fix-{{.Number}}', nameTemplate: 'pr-{{.Nope}}',
      metadata: { labels: { team: 'shop', 'kelos.dev/taskspawner': 'mine' }, annotations: { asked: '{{.By}}' } },
    },
  });
  expect(manualTask(aRun({ spawner, values: { Number: 7n, By: 'ann', Title: 'Plus signs' } }))).toEqual({
    apiVersion: 'kelos.dev/v1alpha2',
    kind: 'Task',
    metadata: {
      name: 'bugs-manual-b4kx9', namespace: 'dev',
      labels: { team: 'shop' },
      annotations: { asked: 'ann', 'kelos.dev/created-from-taskspawner': 'bugs', 'kelos.dev/trigger-type': 'manual', 'kelos.dev/trigger-time': '2026-03-04T05:06:07Z' },
    },
    spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'Plus signs (manual-b4kx9, Manual, manual at 2026-03-04T05:06:07Z)', branch: 'fix-7' },
  });
});

test('without a template the prompt says what it is', () => {
  expect(manualTask(aRun()).spec.prompt).toBe('Manual run of TaskSpawner bugs');
});

test('what is given wins, but for the time of a schedule', () => {
  const spawner = aSpawner({ spec: { when: { cron: { schedule: '0 4 * * *' } } } });
  expect(manualVariables(aRun({ spawner, values: { Kind: 'Issue', Time: 'never', Schedule: 'never', Number: 1n } }))).toEqual({
    ID: 'manual-b4kx9', Title: 'Manual run of TaskSpawner bugs', Kind: 'Issue', TriggerType: 'manual', TriggerTime: '2026-03-04T05:06:07Z', Number: 1n, Time: '2026-03-04T05:06:07Z', Schedule: '0 4 * * *',
  });
});

test.each([
  ['bugs', undefined, 'bugs-manual-b4kx9'],
  ['bugs', 'mine', 'mine'],
  ['a'.repeat(49), undefined, `${'a'.repeat(49)}-manual-b4kx9`],
  ['a'.repeat(60), undefined, `${'a'.repeat(50)}-manual-b4kx9`],
  [`${'a'.repeat(47)}.-.bbbb`, undefined, `${'a'.repeat(47)}-manual-b4kx9`],
])('the Task of spawner %s, named %s, is %s', (spawner, name, expected) => {
  const task = manualTask(aRun({ spawner: aSpawner({ name: spawner }), ...(name !== undefined && { name }) }));
  expect(task.metadata.name).toBe(expected);
  expect(task.metadata.name!.length).toBeLessThanOrEqual(63);
});

test('a credential of the pool is drawn, and the repository that is looked at is upstream', () => {
  const spawner = aSpawner({ spec: { when: { githubIssues: { types: ['issues'], state: 'open', repo: 'https://github.com/acme/shop.git' } }, credentials: [{ name: 'one', type: 'api-key', secretRef: { name: 'one' } }], taskTemplate: { worker: { type: 'claude-code' } } } });
  const { metadata, spec } = manualTask(aRun({ spawner }));
  expect(metadata.labels).toEqual({ 'kelos.dev/spawner-credential': 'one' });
  expect(spec).toEqual({ worker: { type: 'claude-code', credentials: { type: 'api-key', secretRef: { name: 'one' } } }, prompt: 'Manual run of TaskSpawner bugs', upstreamRepo: 'acme/shop' });
});

test('texts of context sources are read as of an event', () => {
  const spawner = aSpawner({ template: { promptTemplate: '{{.Context.owners}}' } });
  expect(manualTask(aRun({ spawner }), { owners: 'ann' }).spec.prompt).toBe('ann');
});

test('a variable that nobody gave is told by name', () => {
  const spawner = aSpawner({ template: { promptTemplate: '#{{.Number}}' } });
  expect(() => manualTask(aRun({ spawner }))).toThrow('taskTemplate.promptTemplate: cannot be rendered for this event, line 1, column 4: there is no .Number');
});
