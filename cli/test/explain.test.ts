import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiServer } from '@taskwright/runtime/embedded';
import { KubeClient, type KubeObject, type Resource, systemClock } from '@taskwright/runtime/kube';
import { crds, type Task, taskResource, type TaskSpawner, taskSpawnerResource } from '@taskwright/schema';
import { configMapResource, deploymentResource, namespaceResource } from '@taskwright/schema/kubernetes';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../src/index.ts';
import { kubeconfigFor } from '../src/kubeconfig.ts';
import { folderWith, type } from './a-terminal.ts';

const CRDS: Resource = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition', plural: 'customresourcedefinitions', namespaced: false };
const SPAWNER = { when: { cron: { schedule: '0 0 1 1 *' } }, taskTemplate: { promptTemplate: 'Fix it', worker: { type: 'claude-code', credentials: { type: 'none' } } } };
const T = '2026-01-01T12:00:00Z';

async function aCluster() {
  const api = new ApiServer({ clock: systemClock });
  const face = await api.listen();
  onTestFinished(() => face.close());
  const client = new KubeClient(api.transport, { userAgent: 'test' });
  for (const definition of crds()) await client.create(CRDS, definition as unknown as KubeObject);
  const folder = folderWith({});
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(face));
  return {
    client,
    kubeconfig,
    folder,
    say: (...args: string[]) => type([...args, '--kubeconfig', kubeconfig], { cwd: folder }),
    spawner: async (status: TaskSpawner['status'] = {}) => {
      const made = await client.create<TaskSpawner>(taskSpawnerResource, { metadata: { name: 'x', namespace: 'default' }, spec: SPAWNER } as KubeObject);
      return client.patchMerge<TaskSpawner>(taskSpawnerResource, { namespace: 'default', name: 'x', subresource: 'status' } as never, { metadata: { uid: made.metadata.uid }, status });
    },
    async task(spawner: TaskSpawner, name: string, status: Task['status'], annotations: Record<string, string> = {}) {
      const ownerReferences = [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'x', uid: spawner.metadata.uid!, controller: true }];
      await client.create(taskResource, { metadata: { name, namespace: 'default', labels: { 'kelos.dev/taskspawner': 'x' }, annotations, ownerReferences }, spec: { prompt: 'Fix it', type: 'claude-code', credentials: { type: 'none' } } } as KubeObject);
      await client.patchMerge(taskResource, { namespace: 'default', name, subresource: 'status' } as never, { status });
    },
    decisions: (spawner: TaskSpawner, ...decisions: object[]) => client.create(configMapResource, {
      metadata: { name: 'x-decisions', namespace: 'default', ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'x', uid: spawner.metadata.uid!, controller: true }] },
      data: { decisions: decisions.map((decision) => `${JSON.stringify(decision)}\n`).join('') },
    } as KubeObject),
  };
}

const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({ type, status, reason, message, lastTransitionTime: T });
const waiting = { phase: 'Waiting' as const, message: 'Waiting for a slot', conditions: [condition('Admitted', 'False', 'MaxConcurrencyReached', 'Waiting for a slot')] };
const skipped = { at: '2026-01-01T11:59:00.123Z', outcome: 'Skipped', event: '41', summary: 'issue #41 of acme/shop', filter: 'when.githubIssues.excludeLabels', seen: 'wontfix', times: 3, last: '2026-01-01T12:01:00.123Z' };
const fired = { at: '2026-01-01T11:58:00.000Z', outcome: 'Queued', event: '42', summary: 'issue #42 of acme/shop', task: 'x-42' };

test('a TaskSpawner is explained by its conditions, its queue and its decisions', async () => {
  const { say, spawner, task, decisions } = await aCluster();
  const x = await spawner({ phase: 'Running', message: 'Discovered 3 items, created 2 tasks total', lastDiscoveryTime: T, conditions: [condition('Ready', 'True', 'Looking', 'It looks for events')] });
  await task(x, 'x-42', waiting);
  await task(x, 'x-43', waiting, { 'taskwright.dev/priority': '1' });
  await task(x, 'x-44', { phase: 'Running' });
  await decisions(x, skipped, fired);
  const { code, out } = await say('explain', 'taskspawner/x');
  expect([code, out.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=\nP|\n2|\n\n)/g, 'SINCE')]).toEqual([0, `TaskSpawner default/x: Running, Discovered 3 items, created 2 tasks total
looked for events until SINCE

CONDITION  STATUS  REASON   SINCE                 MESSAGE
Ready      True    Looking  2026-01-01T12:00:00Z  It looks for events

PLACE  WAITS FOR A SLOT  PRIORITY  SINCE
1      x-43              1         SINCE
2      x-42                        SINCE

TIME                  OUTCOME     EVENT                   TASK  BY                               SEEN     WHY
2026-01-01T12:01:00Z  Skipped ×3  issue #41 of acme/shop        when.githubIssues.excludeLabels  wontfix
2026-01-01T11:58:00Z  Queued      issue #42 of acme/shop  x-42
`]);
});

test('one of which nothing is known says what to do next', async () => {
  const { say, spawner } = await aCluster();
  await spawner();
  expect(await say('explain', 'taskspawner/x')).toEqual({
    code: 0,
    err: '',
    out: 'TaskSpawner default/x: no operator has looked at it yet\n\nno decisions yet: nothing has happened that it waits for, or nobody has told it; see its conditions above, and the trigger in "taskwright get taskspawner -o yaml"\n',
  });
});

test('a Task is explained by what it waits for, where it came from and what woke it', async () => {
  const { say, spawner, task, decisions } = await aCluster();
  const x = await spawner();
  const chain = JSON.stringify([{ task: 'a', at: T, event: 'issue #4' }, { task: 'x-42', at: T, event: 'comment on #4' }]);
  await task(x, 'x-42', waiting, { 'taskwright.dev/event-id': '42', 'taskwright.dev/chain': chain });
  await decisions(x, skipped, fired);
  expect((await say('explain', 'task/x-42')).out).toBe(`Task default/x-42: Waiting, Waiting for a slot (MaxConcurrencyReached, since ${T})
made by TaskSpawner x of event 42; see "taskwright explain taskspawner/x"
woken by the work of others: issue #4 → Task a → comment on #4 → Task x-42

TIME                  OUTCOME  EVENT                   TASK  BY  SEEN  WHY
2026-01-01T11:58:00Z  Queued   issue #42 of acme/shop  x-42
`);
});

test('a program gets all of it as JSON', async () => {
  const { say, spawner, task, decisions } = await aCluster();
  const x = await spawner({ phase: 'Running' });
  await task(x, 'x-42', waiting);
  await decisions(x, fired);
  const { out } = await say('explain', 'taskspawner/x', '--output', 'json');
  expect(JSON.parse(out)).toEqual({ kind: 'TaskSpawner', namespace: 'default', name: 'x', phase: 'Running', conditions: [], queue: [{ task: 'x-42', since: expect.any(String) }], decisions: [fired] });
});

test('colours are for a terminal, and nothing of a stranger controls it', async () => {
  const { spawner, decisions, kubeconfig, folder } = await aCluster();
  const x = await spawner();
  await decisions(x, { ...fired, outcome: 'Refused', summary: 'a\u001b[2Jb', reason: 'no' });
  let out = '';
  await run(['explain', 'taskspawner/x', '--kubeconfig', kubeconfig], { out: (text) => void (out += text), err: () => {}, input: async () => '', env: {}, cwd: folder, isTerminal: true, signal: new AbortController().signal });
  expect([out.includes('\u001b[31m'), out.includes('\u001b[2J')]).toEqual([true, false]);
});

test.each([
  [['explain', 'taskspawner/none'], 1, 'taskwright: no TaskSpawner "none" in namespace "default"; list them with "taskwright get taskspawners", or name another namespace with -n\n'],
  [['explain', 'task/none'], 1, 'taskwright: no Task "none" in namespace "default"; list them with "taskwright get tasks", or name another namespace with -n\n'],
  [['explain', 'none'], 2, 'taskwright: got "none"; write taskspawner/<name> or task/<name>, and list them with "taskwright get taskspawners" or "taskwright get"\n'],
  [['explain', 'task/a', '-o', 'yaml'], 2, 'taskwright: --output: got "yaml"; allowed are text and json\n'],
  [['resume', 'x'], 2, 'taskwright: got "x"; write taskspawner/<name>, or nothing to let all spawning go on\n'],
  [['resume', 'taskspawner/none'], 1, 'taskwright: no TaskSpawner "none" in namespace "default"; list them with "taskwright get taskspawners", or name another namespace with -n\n'],
  [['pause', '--reason', ' '], 2, 'taskwright: --reason: is empty; say why, for those who wonder\n'],
])('%j says what to do', async (args, code, err) => {
  expect(await (await aCluster()).say(...args)).toEqual({ code, err, out: '' });
});

test('the operator is paused and let go on by the annotation of its Deployment', async () => {
  const { say, client } = await aCluster();
  expect(await say('pause')).toMatchObject({ code: 1, err: expect.stringContaining('no Deployment "taskwright-operator" in namespace "taskwright-system"; name the namespace of the operator with --operator-namespace') });
  await client.create(namespaceResource, { metadata: { name: 'ops' } });
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await client.create(deploymentResource, { metadata: { name: 'taskwright-operator', namespace: 'ops' }, spec: { selector: { matchLabels: { a: 'b' } }, template } } as KubeObject);
  const reason = async () => (await client.get(deploymentResource, { namespace: 'ops', name: 'taskwright-operator' })).metadata.annotations?.['taskwright.dev/pause'];
  expect([(await say('pause', '--reason', 'too many', '--operator-namespace', 'ops')).code, await reason()]).toEqual([0, 'too many']);
  expect([(await say('resume', '--operator-namespace', 'ops')).code, await reason()]).toEqual([0, undefined]);
});

test('a stopped TaskSpawner is let go on at a time after it was stopped, whatever the clock here says', async () => {
  const { say, client, spawner } = await aCluster();
  await spawner({ conditions: [{ ...condition('LoopDetected', 'True', 'LoopDetected', 'm'), lastTransitionTime: '2999-01-01T00:00:00Z' }] });
  expect((await say('resume', 'taskspawner/x')).out).toBe('TaskSpawner default/x goes on\n');
  expect((await client.get(taskSpawnerResource, { namespace: 'default', name: 'x' })).metadata.annotations).toEqual({ 'taskwright.dev/resumed-at': '2999-01-01T00:00:01.000Z' });
});

test('one that was not stopped stays as it is', async () => {
  const { say, client, spawner } = await aCluster();
  await spawner();
  expect((await say('resume', 'taskspawner/x')).out).toBe('TaskSpawner default/x was not stopped; see what it waits for: taskwright explain taskspawner/x\n');
  expect((await client.get(taskSpawnerResource, { namespace: 'default', name: 'x' })).metadata.annotations).toBeUndefined();
});
