import { type Task, type TaskSpawner, taskResource, taskSpawnerResource } from '@taskwright/schema';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/kube/clock.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { polledSources } from '../../src/sources/sources.ts';
import { until } from '../contract/until.ts';
import { anEvent, aSpawner, manifestOf } from '../spawners/spawner-fixtures.ts';
import { FakeSource } from '../spawners/spawner-cluster.ts';
import { images } from '../tasks/task-fixtures.ts';
import { install, OperatorTransport } from './installed-operator.ts';
import { connectToCluster, type RealConnection } from './real-connection.ts';

let connection: RealConnection;
let namespace: string;
let jira: FakeSource;
const processes: { operator: Operator; transport: OperatorTransport }[] = [];

beforeAll(async () => {
  connection = await connectToCluster();
  await install(connection);
});
afterAll(() => connection.close());

beforeEach(async () => {
  namespace = await connection.namespace();
  jira = new FakeSource();
});
afterEach(async () => {
  const forbidden = processes.flatMap(({ transport }) => transport.forbidden);
  await stopAll();
  expect(forbidden).toEqual([]);
});

/** With the rights that were installed. */
async function anOperator(clock: Clock = systemClock): Promise<void> {
  const transport = await OperatorTransport.open(connection);
  const sources = [jira.source, ...polledSources.filter(({ trigger }) => trigger === 'cron')];
  const operator = startOperator({ transport, images, sources, clock, namespaces: [namespace] });
  processes.push({ operator, transport });
  await operator.ready;
}

async function stopAll(): Promise<void> {
  for (const { operator, transport } of processes.splice(0)) {
    await operator.stop();
    await transport.close();
  }
}

/** Tasks that never start: there is no node. */
const waiting = { dependsOn: ['nobody-makes-it'] };

function spawn(spawner: TaskSpawner): Promise<KubeObject> {
  return connection.client.create(taskSpawnerResource, manifestOf({ ...spawner, metadata: { ...spawner.metadata, namespace } }));
}

const tasks = async () => (await connection.client.list<Task>(taskResource, { namespace })).items;
const status = async () => (await connection.client.get<TaskSpawner>(taskSpawnerResource, { namespace, name: 'bugs' })).status;

test('what is found becomes Tasks, once, and they go with their spawner', async () => {
  jira.events = ['1', '2', '3'].map((id) => anEvent({ id: `SHOP-${id}` }));
  await anOperator();
  await spawn(aSpawner({ spec: { maxTotalTasks: 2 }, template: waiting }));
  expect(await until(connection, async () => (await status())?.totalTasksCreated === 2)).toBe(true);
  await stopAll();
  const looks = jira.looks;
  await anOperator();
  await connection.client.patchMerge(taskSpawnerResource, { namespace, name: 'bugs' }, { spec: { when: { jira: { project: 'OTHER' } } } });
  expect(await until(connection, async () => jira.looks > looks && (await status())?.conditions?.[0]?.observedGeneration === 2)).toBe(true);
  expect((await tasks()).map(({ metadata }) => metadata.name)).toEqual(['bugs-shop-1', 'bugs-shop-2']);
  await connection.client.delete(taskSpawnerResource, { namespace, name: 'bugs' });
  expect(await until(connection, async () => (await tasks()).length === 0)).toBe(true);
});

test('a tick becomes one Task, whoever looks', async () => {
  // Ahead by some minutes, so that ticks are due at once.
  const clock: Clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + 5 * 60_000) };
  await anOperator(clock);
  await spawn(aSpawner({ spec: { when: { cron: { schedule: '*/2 * * * *' } }, maxTotalTasks: 1 }, template: waiting }));
  expect(await until(connection, async () => (await status())?.totalTasksCreated === 1)).toBe(true);
  const [made] = await tasks();
  await stopAll();
  await anOperator(clock);
  await connection.client.patchMerge(taskSpawnerResource, { namespace, name: 'bugs' }, { spec: { maxConcurrency: 9 } });
  expect(await until(connection, async () => (await status())?.conditions?.[0]?.observedGeneration === 2)).toBe(true);
  expect((await tasks()).map(({ metadata }) => metadata.uid)).toEqual([made!.metadata.uid]);
});

test('what was asked for again is tried by the server before anything is deleted', async () => {
  jira.events = [anEvent()];
  await anOperator();
  await spawn(aSpawner({ template: waiting }));
  expect(await until(connection, async () => (await tasks()).length === 1)).toBe(true);
  await stopAll();
  const [first] = await tasks();
  const completionTime = first!.metadata.creationTimestamp!;
  await connection.client.patchMerge(taskResource, { namespace, name: 'bugs-shop-1', subresource: 'status' }, { status: { phase: 'Succeeded', completionTime } });
  jira.events = [anEvent({ triggerTime: new Date(Date.parse(completionTime) + 1_000) })];
  await anOperator();
  await connection.client.patchMerge(taskSpawnerResource, { namespace, name: 'bugs' }, { spec: { when: { jira: { project: 'OTHER' } } } });
  expect(await until(connection, async () => (await tasks()).some(({ metadata }) => metadata.uid !== first!.metadata.uid))).toBe(true);
  expect((await tasks()).map(({ metadata }) => metadata.name)).toEqual(['bugs-shop-1']);
});
