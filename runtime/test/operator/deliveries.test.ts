import { createHash } from 'node:crypto';
import { type Task, type TaskSpawner, taskSpawnerResource, type WebhookGateway, webhookGatewayResource, type Workspace, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { Pause } from '../../src/spawners/pause.ts';
import { images } from '../tasks/task-fixtures.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';
import { aGateway, aSpawner, fromGitHub, SECRETS } from '../webhooks/webhook-fixture.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const opened = JSON.stringify({ action: 'opened', issue: { number: 7, title: 'Slow' }, sender: { login: 'ada' }, repository: { full_name: 'acme/shop', name: 'shop', owner: { login: 'acme' } } });

function fresh<T extends TaskSpawner | WebhookGateway>(object: T): T {
  const { namespace, name } = object.metadata;
  return { ...object, metadata: { namespace, name } };
}

async function aCluster(...spawners: TaskSpawner[]): Promise<TestCluster> {
  const cluster = await startCluster();
  closing.push(() => cluster.stop());
  await cluster.client.create(webhookGatewayResource, fresh(aGateway('hooks', { github: { secretRef: { name: 'hooks' } } })));
  await cluster.client.create(secretResource, { metadata: { namespace: 'dev', name: 'hooks' }, data: { 'webhook-secret': Buffer.from(SECRETS.gateway).toString('base64') } } as never);
  await cluster.client.create(workspaceResource, { metadata: { namespace: 'dev', name: 'shop' }, spec: { repo: 'https://github.com/acme/shop.git' } } as Workspace);
  for (const spawner of spawners) await cluster.client.create(taskSpawnerResource, fresh(spawner));
  return cluster;
}

async function anOperator({ api, clock }: TestCluster, identity: string, pause = new Pause()) {
  const operator: Operator = startOperator({
    transport: api.transport, clock, images, identity, pause, leaderElection: { namespace: 'dev' },
    deliveries: { address: { host: '127.0.0.1', port: 0 }, files: { signing: {} }, allowsUnsigned: false },
  });
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    void operator.stop().then(() => (isStopped = true));
    // What was decided is written down first, and not more often than it may be.
    expect(await clock.runUntil(() => isStopped, { limitMs: 60_000 })).toBe(true);
  };
  closing.push(stop);
  await operator.ready;
  const port = await operator.deliveryPort;
  const deliver = async (id: string, body = opened) => {
    const response = await fetch(`http://127.0.0.1:${port}/webhook/dev/hooks`, { method: 'POST', body, headers: { 'content-type': 'application/json', connection: 'close', ...fromGitHub(body, { key: SECRETS.gateway, id }) } });
    return response.status;
  };
  return { operator, deliver, stop };
}

const workers = (gateway = 'hooks') => aSpawner('workers', { githubWebhook: { events: ['issues'], gatewayRef: { name: gateway } } }, { taskTemplate: { worker: { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } }, promptTemplate: 'Fix {{.Number}}: {{.Title}}' } });
const made = async ({ client }: TestCluster) => (await client.list<Task>({ group: 'kelos.dev', version: 'v1alpha2', kind: 'Task', plural: 'tasks', namespaced: true }, { namespace: 'dev' })).items.map(({ metadata, spec }) => `${metadata.name}: ${spec.prompt}`).sort();

test('every replica makes Tasks of deliveries, and of one that comes to both, one', async () => {
  const cluster = await aCluster(workers());
  const [first, second] = [await anOperator(cluster, 'one'), await anOperator(cluster, 'two')];
  expect(await cluster.clock.runUntil(() => first.operator.isLeading || second.operator.isLeading, { limitMs: 60_000 })).toBe(true);
  expect(await Promise.all([first.deliver('delivery-1'), second.deliver('delivery-1'), second.deliver('delivery-2'), first.deliver('delivery-3')])).toEqual([200, 200, 200, 200]);
  expect(await second.deliver('delivery-3')).toBe(200);
  const names = ['delivery-1', 'delivery-2', 'delivery-3'].map((id) => `workers-issues-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`);
  expect(await made(cluster)).toEqual(names.map((name) => `${name}: Fix 7: Slow`).sort());
});

test('a delivery that comes again after a restart makes nothing', async () => {
  const cluster = await aCluster(workers());
  const first = await anOperator(cluster, 'one');
  expect(await first.deliver('delivery-1')).toBe(200);
  await first.stop();
  const second = await anOperator(cluster, 'two');
  expect(await second.deliver('delivery-1')).toBe(200);
  expect(await made(cluster)).toEqual(['workers-issues-0b220df19691: Fix 7: Slow']);
});

test('a spawner whose gateway is missing says so, and listens from when it is there', async () => {
  const cluster = await aCluster(workers('later'));
  await anOperator(cluster, 'one');
  const status = async () => (await cluster.client.get<TaskSpawner>(taskSpawnerResource, { namespace: 'dev', name: 'workers' })).status;
  const until = async (phase: string) => {
    for (let step = 0; step < 200 && (await status())?.phase !== phase; step += 1) await cluster.clock.advance(100);
    return status();
  };
  expect(await until('Pending')).toMatchObject({ phase: 'Pending', message: 'Waiting for WebhookGateway "later" to be created' });
  await cluster.client.create<WebhookGateway>(webhookGatewayResource, fresh(aGateway('later', { github: { secretRef: { name: 'hooks' } } })));
  expect(await until('Running')).toMatchObject({ phase: 'Running' });
});

test('while all spawning is paused, who tells comes again', async () => {
  const cluster = await aCluster(workers());
  const pause = new Pause();
  const { deliver } = await anOperator(cluster, 'one', pause);
  pause.set('an incident');
  expect([await deliver('delivery-1'), await made(cluster)]).toEqual([503, []]);
  pause.set(undefined);
  expect([await deliver('delivery-1'), await made(cluster)]).toEqual([200, ['workers-issues-0b220df19691: Fix 7: Slow']]);
});
