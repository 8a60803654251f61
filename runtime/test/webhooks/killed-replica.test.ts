import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { taskResource, taskSpawnerResource } from '@taskwright/schema';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { sleep, systemClock } from '../../src/kube/clock.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import { startLoopbackCluster } from '../faults/loopback-cluster.ts';
import { SECRETS, signed } from './webhook-fixture.ts';

/** `bench/webhooks.ts` does the same with 10,000. */
const DELIVERIES = 1_000;
const SENDERS = 16;
const MAIN = fileURLToPath(new URL('../../src/operator/main.ts', import.meta.url));

const children: ChildProcess[] = [];
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const close of closing.reverse()) await close();
});

test(`a replica is killed while ${DELIVERIES} deliveries come, and each of them makes one Task`, async () => {
  const cluster = await startLoopbackCluster();
  closing.push(() => cluster.close());
  const namespace = await cluster.namespace();
  const { kubeconfig, secret } = await files(cluster, namespace);
  const spec = { when: { webhook: { source: 'alerts', fieldMapping: { id: '$.id' } } }, taskTemplate: { dependsOn: ['later'], promptTemplate: 'Look into {{.ID}}', worker: { type: 'claude-code', credentials: { type: 'none' } } } };
  await cluster.client.create(taskSpawnerResource, { metadata: { name: 'alerts', namespace }, spec } as KubeObject);
  const replica = async () => startReplica(kubeconfig, secret, namespace);
  const [first, second] = await Promise.all([replica(), replica()]);
  const alive = new Set([first, second]);

  let restarted: Promise<unknown> | undefined;
  let done = 0;
  await Promise.all(Array.from({ length: SENDERS }, async (_, sender) => {
    for (let index = sender; index < DELIVERIES; index += SENDERS) {
      await insist(alive, `a-${index}`);
      done += 1;
      if (done !== Math.floor(DELIVERIES / 3)) continue;
      alive.delete(first);
      first.child.kill('SIGKILL');
      restarted = replica().then((next) => alive.add(next));
    }
  }));
  await restarted;
  const tasks = await cluster.client.list(taskResource, { namespace });
  expect(tasks.items.length).toBe(DELIVERIES);
});

interface Replica {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startReplica(kubeconfig: string, secret: string, namespace: string): Promise<Replica> {
  const flags = [`--kubeconfig=${kubeconfig}`, `--watch-namespaces=${namespace}`, '--health-probe-bind-address=0', '--metrics-bind-address=0', '--leader-elect', '--webhook-server-address=127.0.0.1:0', `--generic-webhook-secret-file=${secret}`];
  const child = spawn(process.execPath, ['--conditions=taskwright-source', MAIN, ...flags], { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env.PATH, HOME: tmpdir(), POD_NAMESPACE: namespace } });
  children.push(child);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === 'deliveries are taken') resolve(port!);
  });
  void once(child, 'exit').then(([code]) => reject(new Error(`the replica ended with ${String(code)}`)));
  return { child, port: await promise };
}

/** As a sender that comes again until it is told 200. */
async function insist(alive: ReadonlySet<Replica>, id: string): Promise<void> {
  const body = JSON.stringify({ id });
  for (let attempt = 0; ; attempt += 1) {
    const replica = [...alive][attempt % alive.size]!;
    const answer = await fetch(`http://127.0.0.1:${replica.port}/webhook/alerts`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...signed(body) } }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(systemClock, 20);
  }
}

async function files({ transport }: Awaited<ReturnType<typeof startLoopbackCluster>>, namespace: string): Promise<{ kubeconfig: string; secret: string }> {
  const proxy = await FaultProxy.open({ upstream: transport });
  closing.push(() => proxy.close());
  const folder = await mkdtemp(join(tmpdir(), 'taskwright-webhooks-'));
  closing.push(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, 'config');
  const secret = join(folder, 'webhook-secret');
  await writeFile(secret, SECRETS.generic);
  await writeFile(kubeconfig, stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace } }],
    clusters: [{ name: 'c', cluster: { server: proxy.url, 'certificate-authority-data': Buffer.from(proxy.ca).toString('base64') } }],
    users: [{ name: 'u', user: { token: 'the-proxy-asks-nobody' } }],
  }));
  return { kubeconfig, secret };
}
