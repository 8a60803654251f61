import { sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource } from '@taskwright/schema';
import { aTask, createTasks } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

const SINGLES = 20;
const EVERY_MS = 500;

/** One operator for all namespaces. While one tenant submits many Tasks, another creates one now and then: milliseconds from each create to its Job, in order of size. */
export async function besideABurst(server: BenchServer, start: OperatorSide, namespace: string, burst: number): Promise<number[]> {
  const { client } = server;
  const quiet = `${namespace}-quiet`;
  await server.namespace(quiet);
  const operator = await start(server, {});
  const [own, others] = [await taskWatch(client, quiet), await taskWatch(client, namespace)];
  await createTasks(client, namespace, 'warm-up', 100);
  await others.started(100);
  const submitted = createTasks(client, namespace, 'burst', burst);
  const createdAt = new Map<string, number>();
  for (let index = 0; index < SINGLES; index += 1) {
    await sleep(systemClock, EVERY_MS);
    const name = `single-${index}`;
    await client.create(taskResource, aTask(quiet, name));
    createdAt.set(name, performance.now());
  }
  await own.started(SINGLES);
  await submitted;
  own.stop();
  others.stop();
  await operator.program.end();
  await server.empty(quiet);
  // A Job may be seen before the answer to the create of its Task.
  return [...createdAt].map(([name, at]) => Math.max(own.jobSeenAt.get(name)! - at, 0)).sort((a, b) => a - b);
}
