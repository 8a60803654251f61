import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer } from '@taskwright/runtime/embedded';
import { KubeClient, type KubeObject, systemClock } from '@taskwright/runtime/kube';
import { crds, type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { kubeconfigFor } from '../src/kubeconfig.ts';
import { TASK_FLAGS } from '../src/task-flags.ts';
import { folderWith, type } from './a-terminal.ts';

const CRDS = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };

const api = new ApiServer({ clock: systemClock });
const client = new KubeClient(api.transport, { userAgent: 'test' });
const files = { 'issue.yaml': 'Number: 12345678\nTitle: Plus signs\n', 'empty.yaml': '', 'list.yaml': '- 1\n', 'text.yaml': 'x\n', 'broken.yaml': '{a: [\n' };
let folder: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const face = await api.listen();
  close = () => face.close();
  folder = folderWith({ ...files, kubeconfig: kubeconfigFor(face) });
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  await spawner('bugs', { promptTemplate: 'Fix #{{.Number}}: {{.Title}}', branch: 'bot-{{.Number}}' });
  await spawner('owned', { promptTemplate: '{{.Context.owners}}', contextSources: [{ name: 'owners', http: { url: 'https://127.0.0.1:1/owners' } }] } as TaskSpawner['spec']['taskTemplate']);
});

afterAll(() => close());

afterEach(async () => {
  for (const { metadata } of await tasks()) await client.delete(taskResource, { namespace: 'default', name: metadata.name! });
});

async function spawner(name: string, template: TaskSpawner['spec']['taskTemplate']): Promise<void> {
  const spec = { when: { githubIssues: {} }, taskTemplate: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' }, ...template } };
  await client.create(taskSpawnerResource, { metadata: { name, namespace: 'default' }, spec } as KubeObject);
}

const run = (args: readonly string[], input = '') => type(['run', '--kubeconfig', 'kubeconfig', ...args], { cwd: folder, input });
const tasks = async () => (await client.list<Task>(taskResource, { namespace: 'default' })).items;

test('a Task is made of a TaskSpawner with the values of a file', async () => {
  const { code, out, err } = await run(['--from', 'taskspawner/bugs', '--values', 'issue.yaml']);
  const [task] = await tasks();
  const name = task!.metadata.name!;
  expect(name).toMatch(/^bugs-manual-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect({ code, out, err }).toEqual({ code: 0, err: '', out: `Task default/${name} is made of TaskSpawner bugs\nwhat its agent does: taskwright logs ${name} --follow\n` });
  expect(task!.spec).toEqual({ type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' }, prompt: 'Fix #12345678: Plus signs', branch: 'bot-12345678' });
  expect([task!.metadata.labels, task!.metadata.ownerReferences]).toEqual([{}, undefined]);
  const time = task!.metadata.annotations!['kelos.dev/trigger-time'];
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(task!.metadata.annotations).toEqual({ 'kelos.dev/created-from-taskspawner': 'bugs', 'kelos.dev/trigger-type': 'manual', 'kelos.dev/trigger-time': time });
});

test.each(['taskspawner/bugs', 'taskspawners/bugs', 'ts/bugs'])('--from %s is understood, with values from standard input and a name', async (from) => {
  expect((await run(['--from', from, '--values', '-', '--name', 'mine'], '{"Number": 7}')).err).toBe('');
  const [task] = await tasks();
  expect([task!.metadata.name, task!.spec.prompt]).toEqual(['mine', 'Fix #7: Manual run of TaskSpawner bugs']);
});

describe('what does not work says what to do', () => {
  test.each<readonly [readonly string[], string, number]>([
    [[], '--from is required; name a TaskSpawner: taskwright run --from taskspawner/<name>', 2],
    [['--from', 'bugs'], '--from: got "bugs"; it has to be taskspawner/<name>', 2],
    [['--from', 'task/bugs'], '--from: got "task/bugs"; it has to be taskspawner/<name>', 2],
    [['--from', 'ts/nope'], 'no TaskSpawner "nope" in namespace "default"; list them with "taskwright get taskspawners"', 1],
    [['--from', 'ts/bugs'], 'TaskSpawner default/bugs, taskTemplate.branch: cannot be rendered for this event, line 1, column 7: there is no .Number; there is ID, Kind, Title, TriggerTime or TriggerType; what an event would carry is given with --values', 1],
    [['--from', 'ts/bugs', '--values', 'nope.yaml'], '--values: nope.yaml: cannot be read, ENOENT', 2],
    [['--from', 'ts/bugs', '--values', 'empty.yaml'], '--values: empty.yaml: got nothing; it has to be an object of variables, such as {"Number": 42}', 2],
    [['--from', 'ts/bugs', '--values', 'list.yaml'], '--values: list.yaml: got a list; it has to be an object of variables, such as {"Number": 42}', 2],
    [['--from', 'ts/bugs', '--values', 'text.yaml'], '--values: text.yaml: got a string; it has to be an object of variables, such as {"Number": 42}', 2],
    [['--from', 'ts/bugs', '--values', 'broken.yaml'], '--values: broken.yaml: cannot be read, ', 2],
  ])('%j: %s', async (args, message, code) => {
    const session = await run(args);
    expect(session.err.startsWith(`taskwright: ${message}`), session.err).toBe(true);
    expect([session.code, session.out, await tasks()]).toEqual([code, '', []]);
  });
});

test.each(TASK_FLAGS)('--%s is refused beside --from', async (flag) => {
  const session = await type(['run', '--from', 'ts/bugs', `--${flag}`, 'x'], { cwd: folderWith({}) });
  expect(session).toEqual({ code: 2, out: '', err: `taskwright: --${flag} cannot be used with --from; the TaskSpawner says it, and what its templates read is in --values\n` });
});

test('a name that is taken makes no second Task', async () => {
  const args = ['--from', 'ts/bugs', '--name', 'mine', '--values', '-'];
  await run(args, '{"Number": 1}');
  expect(await run(args, '{"Number": 2}')).toEqual({ code: 1, out: '', err: 'taskwright: Task default/mine is there already; pass another --name, or none\n' });
  expect((await tasks()).map(({ spec }) => spec.branch)).toEqual(['bot-1']);
});

test('a context source that cannot be reached makes no Task, and one beside the internet has to be allowed', async () => {
  const refused = await run(['--from', 'ts/owned']);
  expect(refused.err).toContain('TaskSpawner default/owned, taskTemplate.contextSources: context source "owners": ');
  expect(refused.err).toContain('127.0.0.1');
  expect((await run(['--from', 'ts/owned', '--context-source-allow', '10.0.0.0/99'])).err).toContain('taskwright: --context-source-allow: got "10.0.0.0/99"');
  expect(await tasks()).toEqual([]);
});

test('an engine that has stopped would run nothing, and says so', async () => {
  const stopped = folderWith({ '.taskwright/run/state.jsonl': '{"taskwright":"state","version":1}\n' });
  mkdirSync(join(stopped, '.taskwright/run/pods'));
  symlinkSync('run', join(stopped, '.taskwright/latest'));
  expect(await type(['run', '--from', 'ts/bugs'], { cwd: stopped })).toEqual({
    code: 1, out: '', err: 'taskwright: the engine of the last taskwright dev: it is not running, so nobody would run the Task; start it: taskwright dev --keep, or name a cluster with --kubeconfig\n',
  });
});
