import { afterEach, expect, test } from 'vitest';
import { startOperator } from '../../src/operator/operator.ts';
import { Pause } from '../../src/spawners/pause.ts';
import { images } from '../tasks/task-fixtures.ts';
import { aSpawner, anEvent } from './spawner-fixtures.ts';
import { type SpawnerCluster, spawnerCluster } from './spawner-cluster.ts';

const MINUTE = 60_000;
let cluster: SpawnerCluster;
let stop = async () => {};
afterEach(async () => {
  await stop();
  await cluster.stop();
});

async function aPaused(): Promise<Pause> {
  cluster = await spawnerCluster();
  const pause = new Pause();
  const operator = startOperator({ transport: cluster.api.transport, clock: cluster.clock, images, sources: [cluster.jira.source], pause });
  stop = () => operator.stop();
  cluster.jira.events = [anEvent()];
  return pause;
}

const conditionOf = async (type: string) => (await cluster.spawner()).status?.conditions?.find((condition) => condition.type === type);

test('while spawning is paused nobody looks and no Task is made, the spawner says so, and afterwards it goes on', async () => {
  const pause = await aPaused();
  pause.set('the bill is too high');
  await cluster.spawn(aSpawner());
  await cluster.clock.advance(10 * MINUTE);
  expect([cluster.jira.looks, cluster.taskNames()]).toEqual([0, []]);
  const message = 'All spawning is paused: the bill is too high; let it go on: taskwright resume';
  expect(await conditionOf('Paused')).toMatchObject({ status: 'True', reason: 'SpawningPaused', message });
  expect(await conditionOf('Ready')).toMatchObject({ status: 'False', reason: 'SpawningPaused', message });
  expect((await cluster.spawner()).status).toMatchObject({ phase: 'Suspended', message });
  pause.set(undefined);
  await cluster.clock.advance(MINUTE);
  expect(cluster.taskNames()).toEqual(['bugs-shop-1']);
  expect(await conditionOf('Paused')).toMatchObject({ status: 'False', reason: 'Running' });
  expect((await cluster.spawner()).status?.phase).toBe('Running');
});

test('one that was never paused says nothing of it', async () => {
  await aPaused();
  await cluster.spawn(aSpawner());
  await cluster.clock.advance(MINUTE);
  expect(await conditionOf('Paused')).toBeUndefined();
});

test('handlers hear of a change once', () => {
  const pause = new Pause();
  const heard: (string | undefined)[] = [];
  const stopListening = pause.onChange(() => heard.push(pause.reason));
  for (const reason of ['a', 'a', 'b', undefined, undefined]) pause.set(reason);
  stopListening();
  pause.set('c');
  expect(heard).toEqual(['a', 'b', undefined]);
});
