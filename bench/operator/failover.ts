import { type KubeClient, LEASES, type Lease, sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { aTask } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import type { OperatorProcess, OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

const LEASE_NAMESPACE = 'default';
const LEASE_NAMES = ['taskwright-operator', 'go-baseline'];
const POLL_MS = 20;

/** Two operators, one leads: milliseconds from the signal to it until a Task that was created right after has its Job. */
export async function failover(server: BenchServer, start: OperatorSide, namespace: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
  await forgetLeases(server.client);
  const leader = await start(server, { namespace, leaderElect: true });
  await leads(server.client);
  const follower: OperatorProcess = await start(server, { namespace, leaderElect: true });
  const watch = await taskWatch(server.client, namespace);
  // The first Task proves that somebody works.
  await server.client.create(taskResource, aTask(namespace, 'before'));
  await watch.started(1);

  const signalledAt = performance.now();
  const gone = leader.program.end(signal);
  await server.client.create(taskResource, aTask(namespace, 'after'));
  await watch.started(2);
  const tookMs = watch.jobSeenAt.get('after')! - signalledAt;
  watch.stop();
  await gone;
  await follower.program.end();
  return tookMs;
}

async function leads(client: KubeClient): Promise<void> {
  while (!(await leases(client)).some(({ spec }) => spec?.holderIdentity)) await sleep(systemClock, POLL_MS);
}

async function forgetLeases(client: KubeClient): Promise<void> {
  for (const { metadata } of await leases(client)) await client.delete(LEASES, { namespace: LEASE_NAMESPACE, name: metadata.name! });
}

async function leases(client: KubeClient): Promise<Lease[]> {
  const { items } = await client.list<Lease>(LEASES, { namespace: LEASE_NAMESPACE });
  return items.filter(({ metadata }) => LEASE_NAMES.includes(metadata.name!));
}
