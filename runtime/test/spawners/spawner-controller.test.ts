import { afterEach, describe, expect, test } from 'vitest';
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
});
