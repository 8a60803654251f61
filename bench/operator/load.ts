import { sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { aTask, createTasks } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly cpuMsPerTask: number;
}

/** Tasks per second from the first create until the last Task has a Job and a status that names it. */
export async function burst(server: BenchServer, start: OperatorSide, namespace: string, tasks: number): Promise<number> {
  const operator = await start(server, { namespace });
  const watch = await taskWatch(server.client, namespace);
  await warmUp(server, watch, namespace);
  const startedAt = performance.now();
  await createTasks(server.client, namespace, 'burst', tasks);
  await watch.started(tasks + WARM_UP_TASKS);
  const seconds = (performance.now() - startedAt) / 1_000;
  watch.stop();
  await operator.program.end();
  return tasks / seconds;
}

/** Creates Tasks at a fixed rate, however slow the answers are, and measures from the answer to the create until the Job is seen. */
export async function openLoop(server: BenchServer, start: OperatorSide, namespace: string, { rate, seconds }: { rate: number; seconds: number }): Promise<Latency> {
  const operator = await start(server, { namespace });
  const watch = await taskWatch(server.client, namespace);
  await warmUp(server, watch, namespace);
  const cpuBefore = operator.program.cpuSeconds();
  const createdAt = new Map<string, number>();
  const creates: Promise<void>[] = [];
  const count = rate * seconds;
  const begin = performance.now();
  for (let index = 0; index < count; index += 1) {
    await sleep(systemClock, begin + (index * 1_000) / rate - performance.now());
    creates.push(create(`open-${index}`));
  }
  await Promise.all(creates);
  await watch.started(count + WARM_UP_TASKS);
  const cpuMsPerTask = ((operator.program.cpuSeconds() - cpuBefore) * 1_000) / count;
  watch.stop();
  await operator.program.end();
  // A Job may be seen before the answer to the create of its Task.
  const latencies = [...createdAt].map(([name, at]) => Math.max(watch.jobSeenAt.get(name)! - at, 0)).sort((a, b) => a - b);
  return { p50: latencies[Math.floor(count * 0.5)]!, p99: latencies[Math.floor(count * 0.99)]!, cpuMsPerTask };

  async function create(name: string): Promise<void> {
    await server.client.create(taskResource, aTask(namespace, name));
    createdAt.set(name, performance.now());
  }
}

/** Enough for a JIT to have seen every path. */
const WARM_UP_TASKS = 100;

async function warmUp({ client }: BenchServer, watch: Awaited<ReturnType<typeof taskWatch>>, namespace: string): Promise<void> {
  await createTasks(client, namespace, 'warm-up', WARM_UP_TASKS);
  await watch.started(WARM_UP_TASKS);
}
