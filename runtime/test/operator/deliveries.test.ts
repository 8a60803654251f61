import { createHash } from 'node:crypto';
import { type Task, taskResource, type TaskSpawner, taskSpawnerResource, type WebhookGateway, webhookGatewayResource, type Workspace, workspaceResource } from '@taskwright/schema';
import { secretResource } from '@taskwright/schema/kubernetes';
import { afterEach, expect, test } from 'vitest';
import { type Clock, sleep } from '../../src/kube/clock.ts';
import type { KubeObject, Resource } from '../../src/kube/object.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { type Operator, startOperator } from '../../src/operator/operator.ts';
import { Pause } from '../../src/spawners/pause.ts';
import { CountedTransport, type Crash } from '../tasks/counted-transport.ts';
import { images } from '../tasks/task-fixtures.ts';
import { startCluster, type TestCluster } from '../tasks/test-cluster.ts';
import { aGateway, aSpawner, fromGitHub, SECRETS } from '../webhooks/webhook-fixture.ts';

const EVENTS: Resource = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const opened = JSON.stringify({ action: 'opened', issue: { number: 7, title: 'Slow' }, sender: { login: 'ada' }, repository: { full_name: 'acme/shop', name: 'shop', owner: { login: 'acme' } } });

function fresh<T extends TaskSpawner | WebhookGateway>(object: T): T {
  const { namespace, name, annotations } = object.metadata;
  return { ...object, metadata: { namespace, name, ...(annotations && { annotations }) } };
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

async function anOperator({ api, clock }: TestCluster, identity: string, pause = new Pause(), asked?: typeof globalThis.fetch, { crash, writeMs = 0 }: { readonly crash?: Crash; readonly writeMs?: number } = {}) {
  const transport = new CountedTransport(writeMs === 0 ? api.transport : slowly(api.transport, clock, writeMs), crash);
  const operator: Operator = startOperator({
    transport, clock, images, identity, pause, leaderElection: { namespace: 'dev' },
    ...(asked && { fetch: asked }),
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
  const deliver = async (id: string, body = opened, { event = 'issues', key = SECRETS.gateway } = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/webhook/dev/hooks`, { method: 'POST', body, headers: { 'content-type': 'application/json', connection: 'close', ...fromGitHub(body, { key, id, event }) } });
    return response.status;
  };
  return { operator, transport, deliver, stop };
}

/** Each write takes a while, before anybody knows of it. */
function slowly(transport: Transport, clock: Clock, ms: number): Transport {
  return {
    async request(request) {
      if (request.method !== 'GET') await sleep(clock, ms);
      return transport.request(request);
    },
    stream: (request) => transport.stream(request),
    close: () => transport.close(),
  };
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
  // Also that which does not lead says what it made.
  await Promise.all([first.stop(), second.stop()]);
  const { items } = await cluster.client.list<KubeObject & { reason: string; reportingInstance: string }>(EVENTS, { namespace: 'dev' });
  expect(items.flatMap(({ reason, reportingInstance }) => (reason === 'Fired' ? reportingInstance : [])).sort()).toEqual(['one', 'two']);
});

/** Tasks that never start, so that all of them count. */
const limited = (spec: object, annotations?: Record<string, string>) => {
  const { metadata, ...spawner } = workers();
  return { metadata: { ...metadata, ...(annotations && { annotations }) }, spec: { ...spawner.spec, ...spec, taskTemplate: { ...spawner.spec.taskTemplate, dependsOn: ['later'] } } };
};
const limits = [
  { it: 'maxTotalTasks', spawner: limited({ maxTotalTasks: 3 }) },
  { it: 'maxConcurrency where what is beyond it is left', spawner: limited({ maxConcurrency: 3 }, { 'taskwright.dev/over-limit': 'leave' }) },
];
const DELIVERIES = Array.from({ length: 10 }, (_, index) => `delivery-${index}`);

type Replica = Awaited<ReturnType<typeof anOperator>>;

/** Each by a sender who comes again until it is taken, to the other replica each time. */
async function insist(cluster: TestCluster, replicas: readonly Replica[], ids: readonly string[]): Promise<void> {
  let left = ids.length;
  for (const [first, id] of ids.entries()) {
    void (async () => {
      for (let attempt = first; (await replicas[attempt % replicas.length]!.deliver(id)) !== 200; attempt += 1);
      left -= 1;
    })();
  }
  // The clock knows nothing of sockets: time passes for as long as they take.
  while (left > 0) await cluster.clock.advance(25);
}

test.each(limits)('$it holds for what two replicas are told at a time', async ({ spawner }) => {
  const cluster = await aCluster(fresh(spawner));
  const writeMs = 40;
  const replicas = [await anOperator(cluster, 'one', undefined, undefined, { writeMs }), await anOperator(cluster, 'two', undefined, undefined, { writeMs })];
  await insist(cluster, replicas, DELIVERIES);
  expect((await made(cluster)).length).toBe(3);
});

test.each(limits.flatMap((limit) => [1, 2, 3, 4, 5, 6].map((atWrite) => ({ ...limit, atWrite }))))('$it holds, and leaves no place unused, when a replica dies after write $atWrite', async ({ spawner, atWrite }) => {
  const cluster = await aCluster(fresh(spawner));
  const [dying, second] = [await anOperator(cluster, 'one', undefined, undefined, { crash: { atWrite, when: 'after' } }), await anOperator(cluster, 'two')];
  await insist(cluster, [dying, second], DELIVERIES.slice(0, 2));
  await dying.stop();
  await insist(cluster, [second, await anOperator(cluster, 'three')], DELIVERIES);
  expect((await made(cluster)).length).toBe(3);
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

test('a delivery that comes again when its Task has come and gone makes nothing, whoever takes it', async () => {
  const { spec, ...spawner } = workers();
  const cluster = await aCluster({ ...spawner, spec: { ...spec, taskTemplate: { ...spec.taskTemplate, ttlSecondsAfterFinished: 60 } } });
  const first = await anOperator(cluster, 'one');
  expect(await first.deliver('delivery-1')).toBe(200);
  const [task] = (await cluster.client.list<Task>(taskResource, { namespace: 'dev' })).items;
  await cluster.client.delete(taskResource, { namespace: 'dev', name: task!.metadata.name! });
  expect(await cluster.clock.runUntil(() => cluster.tasks.list('dev').length === 0, { limitMs: 600_000 })).toBe(true);
  await first.stop();
  const second = await anOperator(cluster, 'two');
  expect([await second.deliver('delivery-1'), await made(cluster)]).toEqual([200, []]);
  // The answer waits until it is written what became of the delivery, which is twice a second at most.
  let isAnswered = false;
  const answer = second.deliver('delivery-2').finally(() => (isAnswered = true));
  while (!isAnswered) await cluster.clock.advance(100);
  expect([await answer, (await made(cluster)).length]).toEqual([200, 1]);
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

const secret = (name: string, data: Record<string, string>) => ({ metadata: { namespace: 'dev', name }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) }) as never;
const worker = { type: 'claude-code', credentials: { type: 'none' }, workspaceRef: { name: 'shop' } } as const;
const commented = (sender: string, body: string) => JSON.stringify({
  action: 'created',
  issue: { number: 7, title: 'Slow', body: 'It takes a minute', state: 'open', html_url: 'https://github.com/acme/shop/pull/7', labels: [], user: { login: 'eve' }, pull_request: { url: 'https://api.github.com/repos/acme/shop/pulls/7' } },
  comment: { id: 1, body, html_url: 'https://github.com/acme/shop/pull/7#issuecomment-1', user: { login: sender } },
  sender: { login: sender },
  repository: { full_name: 'acme/shop', name: 'shop', owner: { login: 'acme' } },
});

test('a comment on a pull request that is signed is one Task of its branch, however often it is told, and none when it is signed wrongly', async () => {
  const fixers = aSpawner('fixers', { githubWebhook: { events: ['issue_comment'], gatewayRef: { name: 'hooks' }, filters: [{ event: 'issue_comment', action: 'created', commentOn: 'PullRequest', bodyPattern: '^/bot fix' }] } }, { taskTemplate: { worker, branch: '{{.Branch}}', promptTemplate: 'Fix #{{.Number}}: {{.Title}}' } });
  const cluster = await aCluster(fixers);
  await cluster.client.create(secretResource, secret('bot', { GITHUB_TOKEN: 't0ken' }));
  await cluster.client.patchMerge(webhookGatewayResource, { namespace: 'dev', name: 'hooks' }, { spec: { github: { credentialsRef: { name: 'bot' } } } });
  const asked: string[] = [];
  const github: typeof globalThis.fetch = async (url, init) => {
    asked.push(`${init?.method} ${String(url)} ${new Headers(init?.headers).get('authorization')}`);
    return String(url).endsWith('/pulls/7') ? Response.json({ head: { ref: 'fix/cart', sha: 'c'.repeat(40) } }) : Response.json({ message: 'Not Found' }, { status: 404 });
  };
  const { deliver } = await anOperator(cluster, 'one', new Pause(), github);
  const tasks = async () => (await cluster.client.list<Task>(taskResource, { namespace: 'dev' })).items;
  const body = commented('ada', '/bot fix, please');

  expect([await deliver('delivery-0', body, { event: 'issue_comment', key: 'wrong' }), await tasks(), asked]).toEqual([401, [], []]);
  expect(await deliver('delivery-1', body, { event: 'issue_comment' })).toBe(200);
  expect(await deliver('delivery-1', body, { event: 'issue_comment' })).toBe(200);
  const [{ metadata, spec }, ...others] = await tasks() as [Task, ...Task[]];
  expect(others).toEqual([]);
  expect(asked).toEqual(['GET https://api.github.com/repos/acme/shop/pulls/7 Bearer t0ken']);
  expect({ name: metadata.name, prompt: spec.prompt, branch: spec.branch, annotations: metadata.annotations }).toEqual({
    name: 'fixers-issue-comment-0b220df19691',
    prompt: 'Fix #7: Slow',
    branch: 'fix/cart',
    annotations: {
      'taskwright.dev/source': 'githubWebhook',
      'taskwright.dev/event-id': 'delivery-1',
      'taskwright.dev/subject': 'acme/shop#7',
      'taskwright.dev/event-actor': 'ada',
      'taskwright.dev/ordinal': '1',
    },
  });
});

test('a spawner that is woken by the account that its Tasks write as is stopped, and GitHub is asked once who that is', async () => {
  const answerers = aSpawner('answerers', { githubWebhook: { events: ['issue_comment'], gatewayRef: { name: 'hooks' } } }, { taskTemplate: { worker, promptTemplate: 'Answer {{.Number}}' } });
  const cluster = await aCluster(answerers);
  await cluster.client.create(secretResource, secret('bot', { GITHUB_TOKEN: 't0ken' }));
  await cluster.client.patchMerge(workspaceResource, { namespace: 'dev', name: 'shop' }, { spec: { secretRef: { name: 'bot' } } });
  const asked: string[] = [];
  const github: typeof globalThis.fetch = async (url) => {
    asked.push(String(url));
    return Response.json({ login: 'shop-bot' });
  };
  const { deliver } = await anOperator(cluster, 'one', new Pause(), github);
  const began = () => cluster.tasks.list('dev').filter(({ status }) => status?.startTime !== undefined).length;
  const until = async (count: number) => expect(await cluster.clock.runUntil(() => began() === count, { limitMs: 120_000 })).toBe(true);

  await deliver('delivery-0', commented('ada', 'please'), { event: 'issue_comment' });
  expect(asked).toEqual([]);
  await until(1);
  for (let round = 1; round <= 5; round += 1) {
    expect(await deliver(`delivery-${round}`, commented('Shop-Bot', 'done'), { event: 'issue_comment' })).toBe(200);
    await until(round + 1);
  }
  // A refusal is written down before it is answered, and not more often than it may be.
  await cluster.clock.advance(60_000);
  expect(await deliver('delivery-6', commented('Shop-Bot', 'done'), { event: 'issue_comment' })).toBe(200);
  expect([cluster.tasks.list('dev').length, asked]).toEqual([6, ['https://api.github.com/user']]);
  const { status } = await cluster.client.get<TaskSpawner>(taskSpawnerResource, { namespace: 'dev', name: 'answerers' });
  expect(status?.conditions?.find(({ type }) => type === 'LoopDetected')).toMatchObject({ status: 'True', message: expect.stringMatching(/^Tasks woke each other 6 times within an hour: /) });
});
