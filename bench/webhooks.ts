import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isNotFound, type KubeObject, type Resource, sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource, taskSpawnerResource } from '@taskwright/schema';
import { inParallel } from './a-task.ts';
import { figure, median } from './figure.ts';
import { imageOperator } from './operator/side.ts';
import type { Program } from './program.ts';
import { type BenchServer, benchServer } from './server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Deliveries that become Tasks: how many a second over what the server takes by itself, how long one takes, what duplicates make, and what is left when a replica is
 * killed. The replicas, two of the file that the operator's image holds, do not lead: what a leader does with the Tasks is measured by `tasks.ts` and `operator.ts`.
 *
 * `node --conditions=taskwright-source bench/webhooks.ts [--kubeconfig FILE] [--only accept|latency|duplicates|killed] [--rounds 5] [--node-flags=FLAGS]`
 *
 * Each round of `accept` is told on stderr as it ends, so that a run that is cut off has said something.
 */
const { values: { kubeconfig, only, rounds, 'node-flags': nodeFlags } } = parseArgs({
  options: { 'kubeconfig': { type: 'string' }, 'only': { type: 'string' }, 'rounds': { type: 'string', default: '5' }, 'node-flags': { type: 'string', default: '' } },
});
const SECRET = randomBytes(16).toString('hex');
const namespaces: string[] = [];
const startOperator = imageOperator(nodeFlags.split(' ').filter((flag) => flag !== ''));
const LEASES: Resource = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true };
const NAMESPACES: Resource = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false };
const ACCEPTED = 2_000;
const SENDERS = 64;
const LONGEST_ANSWER_MS = 10_000;
/** A replica that is killed is there again in a second or two. Who is not let in for so long never will be. */
const PATIENCE_MS = 30_000;
const LEAVE_MS = 90_000;
/** Of what a replica printed, for the message when it does not take what is sent. */
const KEPT_LINES = 5;

interface Replica {
  readonly program: Program;
  readonly port: number;
  /** What it said last that is no delivery. */
  readonly said: readonly string[];
}

async function startReplica(server: BenchServer, secretFile: string): Promise<Replica> {
  const flags = [`--kubeconfig=${server.kubeconfig}`, '--leader-elect=true', '--metrics-bind-address=0', '--health-probe-bind-address=0', '--webhook-server-address=127.0.0.1:0', `--generic-webhook-secret-file=${secretFile}`];
  const program = startOperator(flags);
  const said: string[] = [];
  for (;;) {
    const line = await program.line();
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    said.push(line);
    if (msg !== 'deliveries are taken') continue;
    // What nobody reads would stop it.
    void (async () => {
      for (;;) {
        const next = await program.line();
        if (!next.includes('"msg":"delivery"') && said.push(next) > KEPT_LINES) said.shift();
      }
    })().catch((error: Error) => said.push(error.message));
    return { program, port: port!, said };
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
async function insist(open: () => readonly Replica[], source: string, id: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let status = 0;
  for (let attempt = 0; performance.now() < until; attempt += 1) {
    const replicas = open();
    if (replicas.length > 0) status = await deliver(replicas[attempt % replicas.length]!.port, source, id);
    if (status === 200) return;
    await sleep(systemClock, 100);
  }
  throw notTaken(id, status, open());
}

function notTaken(id: string, status: number, replicas: readonly Replica[]): Error {
  const said = replicas.map((replica) => `\n  replica ${replica.program.pid}: ${replica.said.slice(-KEPT_LINES).join('\n    ')}`);
  return new Error(`delivery ${id}: not taken within ${PATIENCE_MS / 1_000} s, the last answer was ${status === 0 ? 'none' : status}; the replicas said last:${said.join('')}`);
}

/** No other run has it, whatever one before left behind. */
function namespaceOf(part: string): string {
  const name = `webhooks-${process.pid}-${part}`;
  namespaces.push(name);
  return name;
}

/** A real server keeps what it was given, and every replica of the next run would hold it. What is not gone in time goes while nobody looks. */
async function leave(server: BenchServer): Promise<void> {
  await Promise.all(namespaces.map((name) => server.client.delete(NAMESPACES, { name }).catch(unlessNotFound)));
  const until = performance.now() + LEAVE_MS;
  for (;;) {
    const { items } = await server.client.list(NAMESPACES);
    const left = items.filter(({ metadata }) => namespaces.includes(metadata.name!));
    if (left.length === 0) return;
    if (performance.now() > until) return void process.stderr.write(`${left.length} namespaces of this run are still being deleted: what is measured meanwhile is measured beside that\n`);
    await sleep(systemClock, 500);
  }
}

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
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
async function warm(server: BenchServer, replica: Replica, namespace: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const before = await taskCount(server, namespace);
  for (let attempt = 0; (await taskCount(server, namespace)) === before; attempt += 1) {
    const id = `warm-${replica.port}-${attempt}`;
    const status = await deliver(replica.port, namespace, id);
    if (performance.now() > until) throw notTaken(id, status, [replica]);
    await sleep(systemClock, 50);
  }
}

async function accept(server: BenchServer, [replica, other]: readonly [Replica, Replica]): Promise<void> {
  const taken: number[] = [];
  const raw: number[] = [];
  const cpu: Record<'replica' | 'other', number[]> = { replica: [], other: [] };
  for (let round = 0; round < Number(rounds); round += 1) {
    const namespace = namespaceOf(`accept-${round}`);
    await aSpawner(server, namespace);
    await warm(server, replica, namespace);
    const before = await taskCount(server, namespace);
    const cpuBefore = [replica.program.cpuSeconds(), other.program.cpuSeconds()] as const;
    let startedAt = performance.now();
    await inParallel(ACCEPTED, async (index) => insist(() => [replica], namespace, `a-${index}`), SENDERS);
    taken.push(ACCEPTED / ((performance.now() - startedAt) / 1_000));
    cpu.replica.push((1_000 * (replica.program.cpuSeconds() - cpuBefore[0])) / ACCEPTED);
    cpu.other.push((1_000 * (other.program.cpuSeconds() - cpuBefore[1])) / ACCEPTED);
    const made = (await taskCount(server, namespace)) - before;
    if (made !== ACCEPTED) throw new Error(`accept: ${ACCEPTED} deliveries made ${made} Tasks`);

    const [model] = (await server.client.list<KubeObject>(taskResource, { namespace, limit: 1 })).items;
    const { labels, annotations, ownerReferences } = model!.metadata;
    startedAt = performance.now();
    await inParallel(ACCEPTED, (index) => server.client.create(taskResource, { ...model!, metadata: { namespace, name: `raw-${index}`, labels: labels!, annotations: annotations!, ownerReferences: ownerReferences! } }), SENDERS);
    raw.push(ACCEPTED / ((performance.now() - startedAt) / 1_000));
    await server.empty(namespace);
    process.stderr.write(`accept ${round + 1} of ${rounds}: ${taken.at(-1)!.toFixed(0)} deliveries/s, ${raw.at(-1)!.toFixed(0)} creates/s, ${(taken.at(-1)! / raw.at(-1)!).toFixed(2)}; CPU of a delivery ${cpu.replica.at(-1)!.toFixed(2)} ms, in the replica beside it ${cpu.other.at(-1)!.toFixed(2)} ms\n`);
  }
  figure('webhooks', `${ACCEPTED} deliveries to a Task, one replica`, median(taken), 'deliveries/s');
  figure('webhooks', 'the same Tasks created by themselves', median(raw), 'Tasks/s');
  figure('webhooks', 'deliveries over creates', median(taken) / median(raw), 'ratio');
  figure('webhooks', 'CPU of a delivery in the replica that takes it', median(cpu.replica), 'ms');
  figure('webhooks', 'CPU of a delivery in the replica beside it', median(cpu.other), 'ms');
}

async function latency(server: BenchServer, replica: Replica): Promise<void> {
  const namespace = namespaceOf('latency');
  await aSpawner(server, namespace);
  await warm(server, replica, namespace);
  const took: number[] = [];
  const sent: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < 1_000; index += 1) {
    await sleep(systemClock, startedAt + index * 10 - performance.now());
    const at = performance.now();
    sent.push(deliver(replica.port, namespace, `l-${index}`).then((status) => void took.push(status === 200 ? performance.now() - at : Infinity)));
  }
  await Promise.all(sent);
  took.sort((a, b) => a - b);
  figure('webhooks', '100 deliveries/s for 10 s, sent to taken, p50', took[499]!, 'ms');
  figure('webhooks', 'the same, p99', took[989]!, 'ms');
  await server.empty(namespace);
}

async function duplicates(server: BenchServer, replicas: readonly Replica[]): Promise<void> {
  const namespace = namespaceOf('duplicates');
  await aSpawner(server, namespace);
  for (const replica of replicas) await warm(server, replica, namespace);
  const before = await taskCount(server, namespace);
  const startedAt = performance.now();
  await inParallel(100_000, (index) => insist(() => [replicas[index % replicas.length]!], namespace, `d-${index % 100}`), SENDERS);
  figure('webhooks', '100,000 deliveries of 100 events, to two replicas', 100_000 / ((performance.now() - startedAt) / 1_000), 'deliveries/s');
  figure('webhooks', 'Tasks made of them', (await taskCount(server, namespace)) - before, 'Tasks');
  await server.empty(namespace);
}

async function killed(server: BenchServer, replicas: readonly Replica[], restart: () => Promise<Replica>): Promise<void> {
  const namespace = namespaceOf('killed');
  await aSpawner(server, namespace);
  for (const replica of replicas) await warm(server, replica, namespace);
  const before = await taskCount(server, namespace);
  const alive = [...replicas];
  let done = 0;
  let died: Promise<void> | undefined;
  await inParallel(10_000, async (index) => {
    await insist(() => alive, namespace, `k-${index}`);
    done += 1;
    if (done === 3_000) died = alive.shift()!.program.end('SIGKILL').then(async () => void alive.push(await restart()));
  }, SENDERS);
  await died;
  figure('webhooks', '10,000 deliveries, a replica killed after 3,000 and started again: Tasks', (await taskCount(server, namespace)) - before, 'Tasks');
  await server.empty(namespace);
  await Promise.all(alive.filter((replica) => !replicas.includes(replica)).map(({ program }) => program.end()));
}

const server = await benchServer(kubeconfig);
const folder = temporaryFolder('webhooks');
const secretFile = join(folder, 'webhook-secret');
writeFileSync(secretFile, SECRET);
const now = systemClock.now().toISOString().replace('Z', '000Z');
// Somebody else leads, for as long as this takes: whoever did so in a run that was cut off leads no more.
const lease = { name: 'taskwright-operator', namespace: 'default' };
await server.client.delete(LEASES, lease).catch(unlessNotFound);
await server.client.create(LEASES, { metadata: lease, spec: { holderIdentity: 'bench', leaseDurationSeconds: 3_600, acquireTime: now, renewTime: now } } as KubeObject);
const replicas: readonly [Replica, Replica] = [await startReplica(server, secretFile), await startReplica(server, secretFile)];
try {
  if (only === undefined || only === 'accept') await accept(server, replicas);
  if (only === undefined || only === 'latency') await latency(server, replicas[0]);
  if (only === undefined || only === 'duplicates') await duplicates(server, replicas);
  if (only === undefined || only === 'killed') await killed(server, replicas, () => startReplica(server, secretFile));
} finally {
  agent.destroy();
  await Promise.all(replicas.map(({ program }) => program.end(nodeFlags === '' ? 'SIGKILL' : 'SIGTERM')));
  await server.client.delete(LEASES, lease);
  if (!server.isEmbedded) await leave(server);
  await server.close();
  rmSync(folder, { recursive: true });
}
