import { taskResource, taskSpawnerResource, workerPoolResource, workspaceResource } from '@taskwright/schema';
import { type ConfigMap, configMapResource, secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/object.ts';
import { SourceError } from '../../src/sources/source.ts';
import { decisionsIn } from '../../src/spawners/decision-log.ts';
import { type SpawnerCluster, spawnerCluster } from './spawner-cluster.ts';
import { anEvent, aSpawner } from './spawner-fixtures.ts';

const started: SpawnerCluster[] = [];
afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.stop();
});

async function aCluster(...args: Parameters<typeof spawnerCluster>): Promise<SpawnerCluster> {
  const cluster = await spawnerCluster(...args);
  started.push(cluster);
  return cluster;
}

/** The status of one that works. */
function running(lastDiscoveryTime: string, message: string, counts: object): object {
  const condition = (type: string, status: string, reason: string, message: string) => ({ type, status, reason, message, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' });
  return {
    phase: 'Running',
    message,
    ...counts,
    lastDiscoveryTime,
    conditions: [
      condition('DiscoveryError', 'False', 'NoErrors', 'Task creation succeeded for all discovered items'),
      condition('Suspended', 'False', 'Running', 'TaskSpawner is running'),
      condition('MaxTotalTasksReached', 'False', 'LimitAvailable', 'maxTotalTasks limit has not been reached'),
      condition('TaskBudgetExhausted', 'False', 'LimitAvailable', 'maxTotalTasks limit has not been reached'),
      condition('Ready', 'True', 'Looking', 'It looks for events'),
    ],
  };
}

const every5Minutes = aSpawner({ spec: { when: { cron: { schedule: '*/5 * * * *' } } }, template: { promptTemplate: 'It is {{.Time}}' } });

describe('a schedule', () => {
  test('makes a Task of each tick', async () => {
    const cluster = await aCluster();
    cluster.operator();
    await cluster.spawn(every5Minutes);
    await cluster.clock.advance(12 * 60_000);
    expect(cluster.taskNames()).toEqual(['bugs-20260101-0005', 'bugs-20260101-0010']);
    const task = cluster.task('bugs-20260101-0005')!;
    const { metadata } = await cluster.spawner();
    expect({ ...task.metadata, labels: task.metadata.labels, annotations: task.metadata.annotations }).toMatchObject({
      labels: { 'kelos.dev/taskspawner': 'bugs' },
      annotations: { 'taskwright.dev/source': 'cron', 'taskwright.dev/event-id': '20260101-0005', 'taskwright.dev/ordinal': '1' },
      ownerReferences: [{ apiVersion: 'kelos.dev/v1alpha2', kind: 'TaskSpawner', name: 'bugs', uid: metadata.uid, controller: true }],
    });
    expect(task.spec.prompt).toBe('It is 2026-01-01T00:05:00Z');
    expect(task.status?.phase).toBe('Succeeded');
    expect((await cluster.spawner()).status).toEqual(running('2026-01-01T00:10:00Z', 'Discovered 1 items, created 2 tasks total', { totalDiscovered: 1, totalTasksCreated: 2, activeTasks: 0 }));
  });
});

describe('a tick while the Task of an earlier one runs', () => {
  /** A Task takes seven minutes, and a tick comes every five. */
  async function aSchedule(policy: string) {
    const cluster = await aCluster({ runsForMs: 7 * 60_000, message: 'done' });
    cluster.operator();
    await cluster.spawn({ ...every5Minutes, metadata: { ...every5Minutes.metadata, annotations: { 'taskwright.dev/concurrency-policy': policy } } });
    const at = async (minutes: number) => {
      await cluster.clock.advance(Date.parse('2026-01-01T00:00:30Z') + minutes * 60_000 - cluster.clock.now().getTime());
      return cluster.tasks.list('dev').map(({ metadata, status }) => `${metadata.name!.slice(-4)} ${status?.phase}`).sort();
    };
    const decisions = async () => decisionsIn(await cluster.client.get<ConfigMap & KubeObject>(configMapResource, { namespace: 'dev', name: 'bugs-decisions' })).map(({ event, outcome }) => `${event.slice(-4)} ${outcome}`);
    return { at, decisions };
  }

  test('is left out under Forbid, and the next one after its end is not', async () => {
    const { at, decisions } = await aSchedule('Forbid');
    expect([await at(5), await at(10), await at(15), await at(20)]).toEqual([['0005 Running'], ['0005 Running'], ['0005 Succeeded', '0015 Running'], ['0005 Succeeded', '0015 Running']]);
    expect(await decisions()).toEqual(['0020 Skipped', '0015 Fired', '0010 Skipped', '0005 Fired']);
  });

  test('takes its place under Replace', async () => {
    const { at, decisions } = await aSchedule('Replace');
    expect([await at(5), await at(10), await at(15)]).toEqual([['0005 Running'], ['0010 Running'], ['0015 Running']]);
    expect(await decisions()).toEqual(['0015 Fired', '0010 Fired', '0005 Fired']);
  });
});

/** The status and reason of its condition `Ready`, and the message of it. */
async function ready(cluster: SpawnerCluster): Promise<string> {
  const { status } = await cluster.spawner();
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${status?.phase}: ${condition?.status} ${condition?.reason}: ${condition?.message}`;
}

const forever: Parameters<typeof spawnerCluster>[0] = { runsForMs: 30 * 24 * 3_600_000 };
const leave = { 'taskwright.dev/over-limit': 'leave' };

describe('a spawner that looks', () => {
  test('makes a Task of each item, once', async () => {
    const cluster = await aCluster();
    cluster.jira.events = [anEvent(), anEvent({ id: 'SHOP-2' })];
    cluster.operator();
    await cluster.spawn(aSpawner());
    await cluster.clock.advance(10 * 60_000);
    expect(cluster.taskNames()).toEqual(['bugs-shop-1', 'bugs-shop-2']);
    expect(cluster.jira.looks).toBe(11);
    expect((await cluster.spawner()).status).toEqual(running('2026-01-01T00:06:00Z', 'Discovered 2 items, created 2 tasks total', { totalDiscovered: 2, totalTasksCreated: 2, activeTasks: 0 }));
  });

  test('asks its service no sooner because a Task ends, and then makes what had no room', async () => {
    const cluster = await aCluster({ runsForMs: 20_000, message: 'done' });
    cluster.jira.events = ['1', '2', '3'].map((id) => anEvent({ id: `SHOP-${id}` }));
    cluster.operator();
    await cluster.spawn(aSpawner({ spec: { maxConcurrency: 1, when: { jira: { ...aSpawner().spec.when.jira!, pollInterval: '60m' } } }, annotations: leave }));
    expect(cluster.taskNames()).toEqual(['bugs-shop-1']);
    expect(await cluster.clock.runUntil(() => cluster.taskNames().length === 3, { limitMs: 50 * 60_000 })).toBe(true);
    expect(cluster.jira.looks).toBe(1);
  });

  test('makes Tasks that wait of what exceeds maxConcurrency', async () => {
    const cluster = await aCluster(forever);
    cluster.jira.events = ['1', '2', '3'].map((id) => anEvent({ id: `SHOP-${id}` }));
    cluster.operator();
    await cluster.spawn(aSpawner({ spec: { maxConcurrency: 1 } }));
    await cluster.clock.advance(30_000);
    expect((await cluster.tasksOf()).map(({ status }) => status?.phase).sort()).toEqual(['Running', 'Waiting', 'Waiting']);
    expect((await cluster.spawner()).status?.activeTasks).toBe(3);
  });

  test('makes no more than maxTotalTasks, though the first are gone and the operator is another', async () => {
    const cluster = await aCluster();
    cluster.jira.events = [anEvent(), anEvent({ id: 'SHOP-2' }), anEvent({ id: 'SHOP-3' })];
    const first = cluster.operator();
    await cluster.spawn(aSpawner({ spec: { maxTotalTasks: 2 } }));
    await cluster.clock.advance(30_000);
    expect(cluster.taskNames()).toHaveLength(2);
    await first.stop();
    for (const { metadata } of await cluster.tasksOf()) await cluster.client.patchMerge(taskResource, { namespace: 'dev', name: metadata.name! }, { metadata: { finalizers: null } });
    for (const { metadata } of await cluster.tasksOf()) await cluster.client.delete(taskResource, { namespace: 'dev', name: metadata.name! });
    cluster.operator();
    await cluster.clock.advance(10 * 60_000);
    expect(cluster.taskNames()).toEqual([]);
    const { status } = await cluster.spawner();
    expect(status?.totalTasksCreated).toBe(2);
    expect(status?.conditions?.filter(({ reason }) => reason === 'LimitReached').map(({ type, message }) => `${type}: ${message}`)).toEqual([
      'MaxTotalTasksReached: Total tasks created (2) has reached maxTotalTasks (2)',
      'TaskBudgetExhausted: Total tasks created (2) has reached maxTotalTasks (2)',
    ]);
  });

  test('does again what was asked for after its end, by a Task of the same name', async () => {
    const cluster = await aCluster();
    cluster.jira.events = [anEvent()];
    cluster.operator();
    await cluster.spawn(aSpawner());
    expect(await cluster.clock.runUntil(() => cluster.task('bugs-shop-1')?.status?.phase === 'Succeeded', { limitMs: 600_000 })).toBe(true);
    const first = cluster.task('bugs-shop-1')!;
    cluster.jira.events = [anEvent({ triggerTime: new Date(Date.parse(first.status!.completionTime!) + 1_000) })];
    expect(await cluster.clock.runUntil(() => ![undefined, first.metadata.uid].includes(cluster.task('bugs-shop-1')?.metadata.uid), { limitMs: 600_000 })).toBe(true);
    await cluster.clock.advance(10 * 60_000);
    expect((await cluster.spawner()).status?.totalTasksCreated).toBe(2);
  });

  test('deletes nothing for a Task that the server would not take', async () => {
    const cluster = await aCluster();
    cluster.jira.events = [anEvent()];
    cluster.operator();
    await cluster.spawn(aSpawner());
    await cluster.clock.runUntil(() => cluster.task('bugs-shop-1')?.status?.phase === 'Succeeded', { limitMs: 600_000 });
    await cluster.edit({ spec: { taskTemplate: { ttlSecondsAfterFinished: null, metadata: { labels: { 'not a key': 'x' } } } } });
    cluster.jira.events = [anEvent({ triggerTime: new Date(cluster.clock.now().getTime() + 3_600_000) })];
    await cluster.clock.advance(3 * 60_000);
    expect(cluster.task('bugs-shop-1')?.metadata.deletionTimestamp).toBeUndefined();
    expect((await cluster.spawner()).status?.message).toMatch(/^Discovered 1 items, created 1 tasks total; 1 creation error\(s\): issue SHOP-1: taskTemplate: makes a Task that the API server does not take: .*not a key/);
  });

  test('goes on with the others when one cannot be made', async () => {
    const cluster = await aCluster();
    await cluster.create({ metadata: { name: 'bugs-shop-1', namespace: 'dev' }, spec: { type: 'claude-code', credentials: { type: 'none' }, prompt: 'of somebody else' } } as never);
    cluster.jira.events = [anEvent(), anEvent({ id: 'SHOP-2' }), anEvent({ id: 'SHOP-3', variables: { ID: 'SHOP-3' } })];
    cluster.operator();
    await cluster.spawn(aSpawner());
    expect(cluster.taskNames()).toEqual(['bugs-shop-1', 'bugs-shop-2']);
    const { status } = await cluster.spawner();
    expect(status?.phase).toBe('Running');
    expect(status?.conditions?.[0]).toEqual({
      type: 'DiscoveryError',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
      reason: 'TaskCreationFailed',
      message: 'issue SHOP-1: Task "bugs-shop-1" is there and not of this TaskSpawner; delete it, or give the Tasks another name with taskTemplate.nameTemplate; issue SHOP-3: taskTemplate.promptTemplate: cannot be rendered for this event, line 1, column 3: there is no .Title; there is ID',
    });
  });

  test('makes one Task of several items of one name', async () => {
    const cluster = await aCluster();
    cluster.jira.events = [anEvent(), anEvent({ id: 'SHOP-2' })];
    cluster.operator();
    await cluster.spawn(aSpawner({ template: { nameTemplate: 'one' } }));
    await cluster.clock.advance(60_000);
    expect(cluster.taskNames()).toEqual(['one']);
    expect((await cluster.spawner()).status?.totalTasksCreated).toBe(1);
  });
});

describe('a look that fails', () => {
  test('is tried again later each time, and says why', async () => {
    const cluster = await aCluster();
    cluster.jira.answer = () => Promise.reject(new SourceError('when.jira.project: there is no project SHOP; correct it'));
    cluster.operator();
    await cluster.spawn(aSpawner());
    expect(await ready(cluster)).toBe('Pending: False DiscoveryFailed: when.jira.project: there is no project SHOP; correct it');
    await cluster.clock.advance(61_000);
    // At 0, 2, 6, 14 and 30 s.
    expect(cluster.jira.looks).toBe(5);
    cluster.jira.answer = undefined;
    cluster.jira.events = [anEvent()];
    await cluster.clock.advance(300_000);
    expect(await ready(cluster)).toBe('Running: True Looking: It looks for events');
    expect(cluster.taskNames()).toEqual(['bugs-shop-1']);
  });

  test('stays away for as long as the service asks', async () => {
    const cluster = await aCluster();
    cluster.jira.answer = () => Promise.reject(new SourceError('Jira is busy', 3_600_000));
    cluster.operator();
    await cluster.spawn(aSpawner());
    await cluster.clock.advance(3_599_000);
    expect(cluster.jira.looks).toBe(1);
    await cluster.clock.advance(2_000);
    expect(cluster.jira.looks).toBe(2);
  });

  test('ends after a minute, though its source waits for ever', async () => {
    const cluster = await aCluster();
    cluster.jira.answer = () => new Promise(() => {});
    cluster.operator();
    await cluster.spawn(aSpawner());
    await cluster.clock.advance(60_000);
    expect(await ready(cluster)).toBe('Pending: False DiscoveryFailed: the look took more than 60 s');
  });

  test('for want of a Secret is tried again when that is there, and no sooner', async () => {
    const cluster = await aCluster();
    cluster.jira.answer = async (_, { readSecret }) => {
      if (!(await readSecret('jira'))) throw new SourceError('when.jira.secretRef: there is no Secret "jira"; create it', 24 * 3_600_000);
      return { events: [anEvent()], skipped: [], failed: [] };
    };
    cluster.operator();
    await cluster.spawn(aSpawner());
    expect(await ready(cluster)).toBe('Pending: False SecretMissing: Waiting for Secret "jira" to be created');
    await cluster.clock.advance(3_600_000);
    expect(cluster.jira.looks).toBe(1);
    await cluster.create({ metadata: { name: 'jira', namespace: 'dev' } }, secretResource);
    await cluster.clock.advance(1_000);
    expect(cluster.taskNames()).toEqual(['bugs-shop-1']);
  });
});

describe('a spawner that cannot look', () => {
  test.each([
    { it: 'it has several triggers', spawner: aSpawner({ spec: { when: { cron: { schedule: '* * * * *' }, jira: aSpawner().spec.when.jira! } } }), says: 'Failed: False SeveralTriggers: spec.when has cron, jira; a TaskSpawner waits for one: make another for each' },
    { it: 'it has none', spawner: aSpawner({ spec: { when: {} } }), says: 'Failed: False TriggerMissing: spec.when names no trigger; name one, and the Task that is made of its events in spec.taskTemplate' },
    { it: 'an annotation says what nobody can read', spawner: aSpawner({ annotations: { 'taskwright.dev/over-limit': 'drop' } }), says: 'Failed: False AnnotationInvalid: metadata.annotations[taskwright.dev/over-limit] has to be queue or leave' },
    { it: 'it is suspended', spawner: aSpawner({ spec: { suspend: true } }), says: 'Suspended: False Suspended: Set spec.suspend to false to let it make Tasks' },
  ])('because $it says so', async ({ spawner, says }) => {
    const cluster = await aCluster();
    cluster.operator();
    await cluster.spawn(spawner);
    await cluster.clock.advance(600_000);
    expect(await ready(cluster)).toBe(says);
    expect([cluster.jira.looks, cluster.taskNames()]).toEqual([0, []]);
  });

  test('is woken by its pool and its Workspace, and by no timer', async () => {
    const cluster = await aCluster();
    const { transport } = cluster.operator();
    cluster.jira.events = [anEvent()];
    await cluster.spawn(aSpawner({ spec: { taskTemplate: { workerPoolRef: { name: 'warm' } } } }));
    expect(await ready(cluster)).toBe('Pending: False WorkerPoolMissing: Waiting for WorkerPool "warm" to be created');
    const asked = transport.requests.length;
    await cluster.clock.advance(3_600_000);
    expect(transport.requests.slice(asked)).toEqual([]);
    const worker = { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } };
    await cluster.create({ metadata: { name: 'warm', namespace: 'dev' }, spec: { worker, volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } } as never, workerPoolResource);
    await cluster.clock.settle();
    expect(await ready(cluster)).toBe('Pending: False WorkspaceMissing: Waiting for Workspace "shop" to be created');
    await cluster.create({ metadata: { name: 'shop', namespace: 'dev' }, spec: { repo: 'https://github.com/a/b' } } as never, workspaceResource);
    await cluster.clock.settle();
    expect(cluster.taskNames()).toEqual(['bugs-shop-1']);
  });

  test('looks as soon as it may again, and after a change of its spec', async () => {
    const cluster = await aCluster();
    cluster.operator();
    await cluster.spawn(aSpawner({ spec: { suspend: true } }));
    await cluster.edit({ spec: { suspend: false } });
    expect(cluster.jira.looks).toBe(1);
    await cluster.edit({ metadata: { labels: { a: 'b' } } });
    expect(cluster.jira.looks).toBe(1);
    await cluster.edit({ spec: { when: { jira: { project: 'OTHER' } } } });
    expect(cluster.jira.looks).toBe(2);
  });
});

test('first looks after a start are spread over a minute, and wait for their interval', async () => {
  const cluster = await aCluster();
  const first = cluster.operator();
  for (let number = 0; number < 40; number += 1) await cluster.spawn(aSpawner({ name: `bugs-${number}` }));
  await cluster.clock.advance(10_000);
  await first.stop();
  const before = cluster.jira.looks;
  cluster.operator();
  await cluster.clock.settle();
  expect(cluster.jira.looks).toBe(before);
  await cluster.clock.advance(49_000);
  expect(cluster.jira.looks).toBe(before);
  await cluster.clock.advance(12_000);
  expect(cluster.jira.looks).toBeGreaterThan(before + 30);
});

test('a spawner of the reference is let go, with its Tasks', async () => {
  const cluster = await aCluster();
  cluster.jira.events = [anEvent()];
  cluster.operator();
  await cluster.spawn(aSpawner());
  await cluster.edit({ metadata: { finalizers: ['kelos.dev/taskspawner-finalizer'] } });
  await cluster.client.delete(taskSpawnerResource, { namespace: 'dev', name: 'bugs' });
  expect(await cluster.clock.runUntil(() => cluster.taskNames().length === 0, { limitMs: 600_000 })).toBe(true);
  expect((await cluster.client.list(taskSpawnerResource)).items).toEqual([]);
});
