import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type KubeObject, type Resource, sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource, taskSpawnerResource } from '@taskwright/schema';
import { inParallel } from './a-task.ts';
import { figure, median } from './figure.ts';
import { type Program, startNode } from './program.ts';
import { type BenchServer, benchServer } from './server.ts';

/**
 * Deliveries that become Tasks: how many a second over what the server takes by itself, how long one takes, what duplicates make, and what is left when a replica is
 * killed. The replicas do not lead: what a leader does with the Tasks is measured by `tasks.ts` and `operator.ts`.
 *
 * `node --conditions=taskwright-source bench/webhooks.ts [--kubeconfig FILE] [--only accept|latency|duplicates|killed]`
 */
const SECRET = randomBytes(16).toString('hex');
const MAIN = new URL('../runtime/src/operator/main.ts', import.meta.url).pathname;
const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true };
const ACCEPTED = 2_000;
const ROUNDS = 5;
const SENDERS = 64;
const LONGEST_ANSWER_MS = 10_000;

interface Replica {
  readonly program: Program;
  readonly port: number;
}

async function startReplica(server: BenchServer, secretFile: string): Promise<Replica> {
  const flags = [`--kubeconfig=${server.kubeconfig}`, '--leader-elect=true', '--metrics-bind-address=0', '--health-probe-bind-address=0', '--webhook-server-address=127.0.0.1:0', `--generic-webhook-secret-file=${secretFile}`];
  const program = startNode(MAIN, flags);
  for (;;) {
    const { msg, port } = JSON.parse(await program.line()) as { msg: string; port?: number };
    if (msg !== 'deliveries are taken') continue;
    // What nobody reads would stop it.
    void (async () => {
      for (;;) await program.line();
    })().catch(() => {});
    return { program, port: port! };
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });

/** The status of the answer; 0 for none. */
async function deliver(port: number, source: string, id: string): Promise<number> {
  const body = JSON.stringify({ id, title: `Alert ${id}`, status: 'firing', labels: { team: 'shop' } });
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-hub-signature-256': `sha256=${signature}` };
  const sent = request({ host: '127.0.0.1', port, path: `/webhook/${source}`, method: 'POST', headers, agent, timeout: LONGEST_ANSWER_MS });
  sent.on('timeout', () => sent.destroy());
  try {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
    response.resume();
    await once(response, 'end');
    return response.statusCode;
  } catch {
    return 0;
  }
}

/** As a sender does that comes again until it is told 200. */
async function insist(ports: () => readonly number[], source: string, id: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const open = ports();
    if (open.length > 0 && (await deliver(open[attempt % open.length]!, source, id)) === 200) return;
    await sleep(systemClock, 100);
  }
}

async function aSpawner(server: BenchServer, namespace: string): Promise<void> {
  await server.namespace(namespace);
  const spec = { when: { webhook: { source: namespace, fieldMapping: { id: '$.id', title: '$.title' } } }, taskTemplate: { promptTemplate: 'Look into {{.Title}}', worker: { type: 'claude-code', credentials: { type: 'none' } } } };
  await server.client.create(taskSpawnerResource, { metadata: { name: 'alerts', namespace }, spec } as KubeObject);
}

async function taskCount(server: BenchServer, namespace: string): Promise<number> {
  return (await server.client.list(taskResource, { namespace })).items.length;
}

/** Whether a replica knows the spawner shows when a delivery makes a Task. */
async function warm(server: BenchServer, port: number, namespace: string): Promise<void> {
  for (let attempt = 0; (await taskCount(server, namespace)) === 0; attempt += 1) {
    await deliver(port, namespace, `warm-${attempt}`);
    await sleep(systemClock, 50);
  }
}

async function accept(server: BenchServer, { port }: Replica): Promise<void> {
  const taken: number[] = [];
  const raw: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const namespace = `accept-${round}`;
    await aSpawner(server, namespace);
    await warm(server, port, namespace);
    const before = await taskCount(server, namespace);
    let startedAt = performance.now();
    await inParallel(ACCEPTED, async (index) => insist(() => [port], namespace, `a-${index}`), SENDERS);
    taken.push(ACCEPTED / ((performance.now() - startedAt) / 1_000));
    const made = (await taskCount(server, namespace)) - before;
    if (made !== ACCEPTED) throw new Error(`accept: ${ACCEPTED} deliveries made ${made} Tasks`);

    const [model] = (await server.client.list<KubeObject>(taskResource, { namespace, limit: 1 })).items;
    const { labels, annotations, ownerReferences } = model!.metadata;
    startedAt = performance.now();
    await inParallel(ACCEPTED, (index) => server.client.create(taskResource, { ...model!, metadata: { namespace, name: `raw-${index}`, labels: labels!, annotations: annotations!, ownerReferences: ownerReferences! } }), SENDERS);
    raw.push(ACCEPTED / ((performance.now() - startedAt) / 1_000));
    await server.empty(namespace);
  }
  figure('webhooks', `${ACCEPTED} deliveries to a Task, one replica`, median(taken), 'deliveries/s');
  figure('webhooks', 'the same Tasks created by themselves', median(raw), 'Tasks/s');
  figure('webhooks', 'deliveries over creates', median(taken) / median(raw), 'ratio');
}

async function latency(server: BenchServer, { port }: Replica): Promise<void> {
  const namespace = 'latency';
  await aSpawner(server, namespace);
  await warm(server, port, namespace);
  const took: number[] = [];
  const sent: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < 1_000; index += 1) {
    await sleep(systemClock, startedAt + index * 10 - performance.now());
    const at = performance.now();
    sent.push(deliver(port, namespace, `l-${index}`).then((status) => void took.push(status === 200 ? performance.now() - at : Infinity)));
  }
  await Promise.all(sent);
  took.sort((a, b) => a - b);
  figure('webhooks', '100 deliveries/s for 10 s, sent to taken, p50', took[499]!, 'ms');
  figure('webhooks', 'the same, p99', took[989]!, 'ms');
  await server.empty(namespace);
}

async function duplicates(server: BenchServer, replicas: readonly Replica[]): Promise<void> {
  const namespace = 'duplicates';
  await aSpawner(server, namespace);
  for (const { port } of replicas) await warm(server, port, namespace);
  const before = await taskCount(server, namespace);
  const startedAt = performance.now();
  await inParallel(100_000, (index) => insist(() => [replicas[index % replicas.length]!.port], namespace, `d-${index % 100}`), SENDERS);
  figure('webhooks', '100,000 deliveries of 100 events, to two replicas', 100_000 / ((performance.now() - startedAt) / 1_000), 'deliveries/s');
  figure('webhooks', 'Tasks made of them', (await taskCount(server, namespace)) - before, 'Tasks');
  await server.empty(namespace);
}

async function killed(server: BenchServer, replicas: readonly Replica[], restart: () => Promise<Replica>): Promise<void> {
  const namespace = 'killed';
  await aSpawner(server, namespace);
  for (const { port } of replicas) await warm(server, port, namespace);
  const before = await taskCount(server, namespace);
  const alive = [...replicas];
  let done = 0;
  let died: Promise<void> | undefined;
  await inParallel(10_000, async (index) => {
    await insist(() => alive.map(({ port }) => port), namespace, `k-${index}`);
    done += 1;
    if (done === 3_000) died = alive.shift()!.program.end('SIGKILL').then(async () => void alive.push(await restart()));
  }, SENDERS);
  await died;
  figure('webhooks', '10,000 deliveries, a replica killed after 3,000 and started again: Tasks', (await taskCount(server, namespace)) - before, 'Tasks');
  await server.empty(namespace);
  await Promise.all(alive.filter((replica) => !replicas.includes(replica)).map(({ program }) => program.end()));
}

const { values: { kubeconfig, only } } = parseArgs({ options: { kubeconfig: { type: 'string' }, only: { type: 'string' } } });
const server = await benchServer(kubeconfig);
const folder = mkdtempSync(join(tmpdir(), 'bench-webhooks-'));
const secretFile = join(folder, 'webhook-secret');
writeFileSync(secretFile, SECRET);
const now = systemClock.now().toISOString().replace('Z', '000Z');
// Somebody else leads, for as long as this takes.
await server.client.create(LEASES, { metadata: { name: 'taskwright-operator', namespace: 'default' }, spec: { holderIdentity: 'bench', leaseDurationSeconds: 3_600, acquireTime: now, renewTime: now } } as KubeObject);
const replicas = [await startReplica(server, secretFile), await startReplica(server, secretFile)];
try {
  if (only === undefined || only === 'accept') await accept(server, replicas[0]!);
  if (only === undefined || only === 'latency') await latency(server, replicas[0]!);
  if (only === undefined || only === 'duplicates') await duplicates(server, replicas);
  if (only === undefined || only === 'killed') await killed(server, replicas, () => startReplica(server, secretFile));
} finally {
  agent.destroy();
  await Promise.all(replicas.map(({ program }) => program.end('SIGKILL')));
  await server.client.delete(LEASES, { name: 'taskwright-operator', namespace: 'default' });
  await server.close();
  rmSync(folder, { recursive: true });
}
