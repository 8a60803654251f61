import { controllerReference, type KubeObject, sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { type Job, jobResource, podResource } from '@taskwright/schema/kubernetes';
import { aTask, inParallel } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import { COMMIT_AND_COST, completeStatus, podStatus } from './node.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

export interface Footprint {
  readonly rssMb: number;
  readonly peakRssMb: number;
  readonly readyAfterMs: number;
  readonly idlePercent: number;
}

const MODEL = 'model';
/** Who runs the Jobs and places the Pods. */
const NOBODY = 'bench.taskwright.dev/nobody';
const SETTLE_MS = 3_000;
const IDLE_MS = 5_000;

/** Fills a namespace with finished Tasks, and Jobs and Pods like those that the operator makes, which nobody but a cache looks after. */
export async function fill(server: BenchServer, start: OperatorSide, namespace: string, count: number): Promise<void> {
  const { client } = server;
  const template = await modelJob(server, start, namespace);
  const { metadata, spec } = template.spec!.template as { metadata: { labels: Record<string, string> }; spec: object };
  const labels = Object.fromEntries(Object.entries(metadata.labels).filter(([name]) => name.startsWith('kelos.dev/')));
  await inParallel(count, async (index) => {
    const name = `cached-${index}`;
    const task = await client.create(taskResource, { ...aTask(namespace, name), metadata: { namespace, name, labels: { 'bench': 'cached' } } } as KubeObject);
    const status = { phase: 'Succeeded', jobName: name, podName: name, message: 'Task completed successfully', startTime: '2026-01-01T00:00:00Z', completionTime: '2026-01-01T00:01:00Z' };
    await client.patchMerge(taskResource, { namespace, name, subresource: 'status' }, { status });
    const { backoffLimit } = template.spec!;
    const job = await client.create(jobResource, {
      metadata: { namespace, name, labels, ownerReferences: [controllerReference(task, taskResource)] },
      spec: { managedBy: NOBODY, backoffLimit, template: { metadata: { labels }, spec } },
    } as KubeObject);
    await client.patchMerge(jobResource, { namespace, name, subresource: 'status' }, { status: completeStatus() });
    const pod = await client.create(podResource, {
      metadata: { namespace, name, labels, ownerReferences: [controllerReference(job, jobResource)] },
      spec: { ...spec, schedulerName: NOBODY },
    } as KubeObject);
    await client.patchMerge(podResource, { namespace, name, subresource: 'status' }, { status: podStatus(pod, 'Succeeded', COMMIT_AND_COST) });
  });
}

/** What an operator costs that has everything in its caches and nothing to do. */
export async function footprint(server: BenchServer, start: OperatorSide, namespace: string): Promise<Footprint> {
  const { program, readyAfterMs } = await start(server, { namespace });
  await sleep(systemClock, SETTLE_MS);
  const cpuBefore = program.cpuSeconds();
  const before = performance.now();
  await sleep(systemClock, IDLE_MS);
  const idlePercent = ((program.cpuSeconds() - cpuBefore) * 100_000) / (performance.now() - before);
  const result = { rssMb: program.rssMb(), peakRssMb: program.peakRssMb(), readyAfterMs, idlePercent };
  await program.end();
  return result;
}

/** The Job that the operator makes of a Task. */
export async function modelJob(server: BenchServer, start: OperatorSide, namespace: string): Promise<Job> {
  const { program } = await start(server, { namespace });
  const watch = await taskWatch(server.client, namespace);
  await server.client.create(taskResource, aTask(namespace, MODEL));
  await watch.started(1);
  watch.stop();
  await program.end();
  return await server.client.get(jobResource, { namespace, name: MODEL }) as Job;
}
