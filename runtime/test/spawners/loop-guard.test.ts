import { taskMarker, taskSpawnerResource } from '@taskwright/schema';
import { afterEach, expect, test } from 'vitest';
import { decisionsIn } from '../../src/spawners/decision-log.ts';
import { configMapResource, type ConfigMap } from '@taskwright/schema/kubernetes';
import { KubeMetrics } from '../../src/kube/metrics.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { aSpawner, anEvent } from './spawner-fixtures.ts';
import { type SpawnerCluster, spawnerCluster } from './spawner-cluster.ts';

const MINUTE = 60_000;
let cluster: SpawnerCluster;
afterEach(() => cluster.stop());

/** Jira has an issue; each Task of it comments, by our own mark, which is another item that is found. */
async function aLoop(annotations: Record<string, string> = {}, metrics?: KubeMetrics): Promise<SpawnerCluster> {
  cluster = await spawnerCluster();
  cluster.operator(undefined, undefined, undefined, metrics);
  await cluster.spawn(aSpawner({ annotations }));
  cluster.jira.events = [anEvent({ id: 'SHOP-0', summary: 'issue SHOP-0' })];
  return cluster;
}

/** What the Tasks there are have written since. */
function comment({ jira, taskNames }: SpawnerCluster): void {
  const written = taskNames().map((name) => Number(name.split('-').at(-1)));
  const last = Math.max(...written);
  jira.events = [...Array(last + 1).keys()].map((index) => anEvent({
    id: `SHOP-${index}`,
    summary: index === 0 ? 'issue SHOP-0' : `comment ${index}`,
    ...(index === 0 ? {} : { origin: { text: taskMarker('dev', `bugs-shop-${index - 1}`) } }),
  }));
  jira.events = [...jira.events, anEvent({ id: `SHOP-${last + 1}`, summary: `comment ${last + 1}`, origin: { text: taskMarker('dev', `bugs-shop-${last}`) } })];
}

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    await cluster.clock.advance(MINUTE + 5_000);
    comment(cluster);
  }
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `bugs-shop-${index}`);
const conditionOf = async (type: string) => (await cluster.spawner()).status?.conditions?.find((condition) => condition.type === type);

test('a spawner that is woken by its own Tasks makes six and is stopped, with the chain; a person lets it go on', async () => {
  const { clock, edit, taskNames } = await aLoop();
  await rounds(10);
  expect(taskNames()).toEqual(names(6));
  expect(await conditionOf('LoopDetected')).toEqual({
    type: 'LoopDetected', status: 'True', reason: 'LoopDetected', lastTransitionTime: expect.any(String), observedGeneration: 1,
    message: 'Tasks woke each other 6 times within an hour: an event → Task bugs-shop-0 → comment 1 → Task bugs-shop-1 → comment 2 → Task bugs-shop-2 → comment 3 → Task bugs-shop-3 → comment 4 → Task bugs-shop-4 → comment 5 → Task bugs-shop-5 → comment 6; correct what wakes them, or raise the annotation taskwright.dev/loop-limit, then let it go on: taskwright resume taskspawner/bugs',
  });
  expect((await cluster.spawner()).status?.phase).toBe('Suspended');
  expect(await conditionOf('Ready')).toMatchObject({ status: 'False', reason: 'LoopDetected' });
  const kept = decisionsIn(await cluster.client.get<ConfigMap & KubeObject>(configMapResource, { namespace: 'dev', name: 'bugs-decisions' }));
  expect(kept[0]).toEqual({ at: expect.any(String), outcome: 'Refused', event: 'SHOP-6', summary: 'comment 6', filter: 'loop', reason: expect.stringMatching(/^Tasks woke each other 6 times/) });

  await edit({ metadata: { annotations: { 'taskwright.dev/resumed-at': clock.now().toISOString() } } });
  await rounds(3);
  expect(taskNames()).toEqual(names(9).sort());
  expect(await conditionOf('LoopDetected')).toMatchObject({ status: 'False', reason: 'Resumed' });
});

test('the next operator heeds what the last one has stopped', async () => {
  await aLoop();
  await rounds(8);
  cluster.operator();
  await rounds(3);
  expect(cluster.taskNames()).toEqual(names(6));
});

test('a limit that is raised lets a chain grow', async () => {
  await aLoop({ 'taskwright.dev/loop-limit': '7' });
  await rounds(12);
  expect(cluster.taskNames()).toEqual(names(8));
});

test('a spawner that is woken by people is never stopped', async () => {
  cluster = await spawnerCluster();
  cluster.operator();
  await cluster.spawn(aSpawner());
  for (let round = 0; round < 10; round += 1) {
    cluster.jira.events = [...cluster.jira.events, anEvent({ id: `SHOP-${round}`, origin: { actor: 'ann', subject: 'SHOP-0', text: 'again, please' } })];
    await cluster.clock.advance(MINUTE + 5_000);
  }
  expect(cluster.taskNames()).toEqual(names(10));
  expect((await cluster.client.get(taskSpawnerResource, { namespace: 'dev', name: 'bugs' }) as { status?: { phase?: string } }).status?.phase).toBe('Running');
});

test('what was decided is counted, and a loop once, however many events are refused after it', async () => {
  const metrics = new KubeMetrics();
  await aLoop({}, metrics);
  await rounds(10);
  const lines = (await metrics.text()).split('\n').filter((line) => /^taskwright_spawner_/.test(line));
  expect(lines).toEqual([
    'taskwright_spawner_decisions_total{namespace="dev",spawner="bugs",outcome="Fired"} 6',
    expect.stringMatching(/^taskwright_spawner_decisions_total\{namespace="dev",spawner="bugs",outcome="Refused"\} [1-9]\d*$/),
    'taskwright_spawner_loops_stopped_total{namespace="dev",spawner="bugs"} 1',
  ]);
});
