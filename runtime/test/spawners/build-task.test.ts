import type { TaskSpawner } from '@taskwright/schema';
import { describe, expect, test } from 'vitest';
import { buildTask } from '../../src/spawners/build-task.ts';
import { TaskBuildError } from '../../src/spawners/task-build-error.ts';
import type { SourceEvent } from '../../src/sources/source-event.ts';
import { anEvent, aSpawner } from './spawner-fixtures.ts';

type Template = TaskSpawner['spec']['taskTemplate'];

function build(template: Template = {}, event: SourceEvent = anEvent(), { context, spawner = aSpawner({ template }) }: { context?: Record<string, string>; spawner?: TaskSpawner } = {}) {
  return buildTask({ spawner, trigger: 'jira', event, name: 'bugs-shop-1', ordinal: 4, ...(context && { context }) });
}

test('a Task has what its template says, and where it came from', () => {
  const event = anEvent({
    annotations: { 'kelos.dev/source-number': '1', note: 'of the source' },
    taskLabels: { 'kelos.dev/slack-reporting': 'enabled' },
    labels: ['bug', 'urgent'],
    triggerTime: new Date('2026-01-01T10:00:00Z'),
    upstreamRepo: 'acme/shop',
    origin: { subject: 'SHOP-1', actor: 'ada' },
  });
  const template: Template = {
    promptTemplate: 'Fix {{.ID}}: {{.Title}}',
    branch: 'bot-{{.Number}}',
    metadata: { labels: { team: 'shop-{{.Number}}', 'kelos.dev/taskspawner': 'mine' }, annotations: { note: 'of {{.Title}}', 'taskwright.dev/event-id': 'mine', title: '{{.Title}}' } },
    model: 'opus',
    dependsOn: ['plan'],
    ttlSecondsAfterFinished: 60,
    workspaceRef: { name: 'shop' },
    nameTemplate: 'x',
    contextSources: [],
  };
  expect(build(template, event)).toEqual({
    apiVersion: 'kelos.dev/v1alpha2',
    kind: 'Task',
    metadata: {
      name: 'bugs-shop-1',
      namespace: 'dev',
      labels: { team: 'shop-1', 'kelos.dev/slack-reporting': 'enabled', 'kelos.dev/taskspawner': 'bugs' },
      annotations: {
        note: 'of the source',
        title: 'It is broken',
        'kelos.dev/source-number': '1',
        'taskwright.dev/source': 'jira',
        'taskwright.dev/event-id': 'SHOP-1',
        'taskwright.dev/ordinal': '4',
        'taskwright.dev/subject': 'SHOP-1',
        'taskwright.dev/event-actor': 'ada',
        'taskwright.dev/trigger-time': '2026-01-01T10:00:00.000Z',
      },
      ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'bugs', uid: 'uid-of-bugs', controller: true }],
    },
    spec: {
      type: 'claude-code', credentials: { type: 'none' }, model: 'opus', dependsOn: ['plan'], ttlSecondsAfterFinished: 60, workspaceRef: { name: 'shop' },
      prompt: 'Fix SHOP-1: It is broken', branch: 'bot-1', upstreamRepo: 'acme/shop',
    },
  });
});

test('a prompt that is left out is the title, and a branch that comes to nothing is none', () => {
  expect(build({ branch: '{{.Body}}' }).spec).toEqual({ type: 'claude-code', credentials: { type: 'none' }, prompt: 'It is broken' });
});

test('what the template says of the upstream repository wins', () => {
  expect(build({ upstreamRepo: 'acme/own' }, anEvent({ upstreamRepo: 'acme/shop' })).spec.upstreamRepo).toBe('acme/own');
});

test('a list is one of Go, and texts of contexts are read by their names', () => {
  const event = anEvent({ variables: { Title: 'x', Number: 7n, Draft: false, ChangedFiles: ['a.ts', 'b.ts'], Empty: [] } });
  const promptTemplate = '{{.ChangedFiles}} {{.Empty}} {{range .ChangedFiles}}<{{.}}>{{end}} {{.Number}} {{.Draft}} {{.Context.owners}}';
  expect(build({ promptTemplate, contextSources: [] }, event, { context: { owners: 'ada' } }).spec.prompt).toBe('[a.ts b.ts] [] <a.ts><b.ts> 7 false ada');
});

test('the place in priorityLabels is that of the best label', () => {
  const spawner = aSpawner({ spec: { when: { githubIssues: { types: ['issues'], priorityLabels: ['p0', 'p1', 'p2'] } } as TaskSpawner['spec']['when'] } });
  const priorityOf = (labels: string[]) => buildTask({ spawner, trigger: 'githubIssues', event: anEvent({ labels }), name: 'a', ordinal: 1 }).metadata.annotations!['taskwright.dev/priority'];
  expect([['p2', 'p1'], ['p0'], ['P0'], []].map(priorityOf)).toEqual(['1', '0', undefined, undefined]);
});

describe('a pool of credentials', () => {
  const pool = ['a', 'b', 'c'].map((name) => ({ name, type: 'api-key' as const, secretRef: { name: `secret-${name}` } }));
  const drawn = (id: string, template: Template) => {
    const { metadata, spec } = build(undefined, anEvent({ id }), { spawner: aSpawner({ spec: { credentials: pool, taskTemplate: template } }) });
    return { label: metadata.labels!['kelos.dev/spawner-credential'], legacy: spec.credentials, worker: spec.worker };
  };

  test('gives an event the same whenever it is seen, in the worker where there is one', () => {
    expect(drawn('SHOP-1', { type: 'claude-code' })).toEqual(drawn('SHOP-1', { type: 'claude-code' }));
    expect(drawn('SHOP-1', { type: 'claude-code' })).toEqual({ label: 'b', legacy: { type: 'api-key', secretRef: { name: 'secret-b' } }, worker: undefined });
    expect(drawn('SHOP-1', { worker: { type: 'codex' } })).toEqual({ label: 'b', legacy: undefined, worker: { type: 'codex', credentials: { type: 'api-key', secretRef: { name: 'secret-b' } } } });
  });

  test('is drawn from evenly', () => {
    const counts = new Map<string, number>();
    for (let number = 0; number < 3_000; number += 1) {
      const { label } = drawn(`SHOP-${number}`, { type: 'claude-code' });
      counts.set(label!, (counts.get(label!) ?? 0) + 1);
    }
    for (const name of ['a', 'b', 'c']) expect(Math.abs(counts.get(name)! - 1_000)).toBeLessThan(120);
  });
});

describe('a Task that cannot be made says which field, and what to do', () => {
  const hostile = anEvent({ variables: { ID: '1', Title: 'x\u0000\u202e; rm -rf / {{.Context}}\n' } });

  test.each<[string, Template, SourceEvent, TaskBuildError]>([
    ['a label', { metadata: { labels: { team: '{{.Title}}' } } }, anEvent(), new TaskBuildError('taskTemplate.metadata.labels[team]', 'is no value of a label; it has to be at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit; put free text into an annotation', 'It is broken')],
    ['a branch', { branch: '{{.Title}}' }, hostile, new TaskBuildError('taskTemplate.branch', 'is not a name that git allows for a branch: it must not have spaces, control characters or any of ~ ^ : ? * [ \\; make it of numbers and words of the service', 'x ; rm -rf / {{.Context}}')],
    ['a prompt that reads what is not there', { promptTemplate: '{{.Titel}}' }, anEvent(), new TaskBuildError('taskTemplate.promptTemplate', 'cannot be rendered for this event, line 1, column 3: there is no .Titel; did you mean .Title?')],
    ['a prompt that is no template', { promptTemplate: '{{.Title' }, anEvent(), new TaskBuildError('taskTemplate.promptTemplate', 'is not a template that can be rendered, line 1, column 1: the action is never closed; end it with }}')],
  ])('%s', (_it, template, event, error) => {
    let thrown: unknown;
    try {
      build(template, event);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBeInstanceOf(TaskBuildError);
    const { field, seen, message } = thrown as TaskBuildError;
    expect({ field, seen, message }).toEqual({ field: error.field, seen: error.seen, message: error.message });
  });

  test('a title of a stranger is a text and nothing else', () => {
    const task = build({ promptTemplate: '{{.Title}}', metadata: { annotations: { title: '{{.Title}}' } } }, hostile);
    expect([task.spec.prompt, task.metadata.annotations!.title]).toEqual([hostile.variables.Title, hostile.variables.Title]);
  });
});

test.each(['-x', 'a..b', 'a//b', '/a', 'a/', 'a.', 'a.lock', 'a.lock/b', '.a', 'a/.b', '@', 'HEAD', 'a@{b', 'a b', 'a~b', 'a^b', 'a:b', 'a?b', 'a*b', 'a[b', 'a\\b', 'a\u007fb', 'a'.repeat(245)])('a branch is not %j', (branch) => {
  expect(() => build({ branch })).toThrow('taskTemplate.branch: is not a name that git allows');
});

test.each(['a', 'feat/42-x', 'ä', 'a@b', 'lock', 'a.b', 'a'.repeat(244)])('a branch may be %j', (branch) => {
  expect(build({ branch }).spec.branch).toBe(branch);
});
