import { type KubeObject, sleep, systemClock } from '@taskwright/runtime/kube';
import { taskResource, workspaceResource } from '@taskwright/schema';
import { type Job, jobResource } from '@taskwright/schema/kubernetes';
import { aTask, createTasks } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

const SINGLES = 20;
const EVERY_MS = 300;
const WORKSPACE = 'touched';

export interface BesideABurst {
  /** From the answer to each create to its Job, in milliseconds. */
  readonly toJob: readonly number[];
  /** What the server takes for the two writes that lead to a Job, one after the other: a patch of a custom object, and a Job. */
  readonly twoWrites: readonly number[];
}

/** One operator for all namespaces. While one tenant submits many Tasks, so many at a time, another creates one now and then. */
export async function besideABurst(server: BenchServer, start: OperatorSide, namespace: string, { burst, atATime }: { burst: number; atATime: number }): Promise<BesideABurst> {
  const { client } = server;
  const quiet = `${namespace}-quiet`;
  await server.namespace(quiet);
  await client.create(workspaceResource, { metadata: { namespace: quiet, name: WORKSPACE }, spec: { repo: 'https://git.example.com/acme/shop.git' } } as KubeObject);
  const operator = await start(server, {});
  const [own, others] = [await taskWatch(client, quiet), await taskWatch(client, namespace)];
  await createTasks(client, namespace, 'warm-up', 100);
  await others.started(100);
  const submitted = createTasks(client, namespace, 'burst', burst, atATime);
  const createdAt = new Map<string, number>();
  const twoWrites: number[] = [];
  for (let index = 0; index < SINGLES; index += 1) {
    await sleep(systemClock, EVERY_MS);
    const name = `single-${index}`;
    await client.create(taskResource, aTask(quiet, name));
    createdAt.set(name, performance.now());
    await sleep(systemClock, EVERY_MS);
    const begin = performance.now();
    await client.patchMerge(workspaceResource, { namespace: quiet, name: WORKSPACE }, { metadata: { annotations: { touched: name } } });
    await client.create(jobResource, aJob(quiet, `by-hand-${index}`), { metadataOnly: true });
    twoWrites.push(performance.now() - begin);
  }
  await own.started(SINGLES);
  await submitted;
  own.stop();
  others.stop();
  await operator.program.end();
  await server.empty(quiet);
  // A Job may be seen before the answer to the create of its Task.
  const toJob = [...createdAt].map(([name, at]) => Math.max(own.jobSeenAt.get(name)! - at, 0));
  return { toJob, twoWrites };
}

/** One that makes no Pods. */
function aJob(namespace: string, name: string): Job & KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'none', image: 'registry.example.com/none' }] } };
  return { metadata: { namespace, name }, spec: { suspend: true, template } } as Job & KubeObject;
}
