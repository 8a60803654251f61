import { EVENTS, type KubeEvent, sleep, systemClock } from '@taskwright/runtime/kube';
import { createTasks, inParallel } from '../a-task.ts';
import type { BenchServer } from '../server.ts';
import { COMMIT_AND_COST, endJob, runPod } from './node.ts';
import type { OperatorSide } from './side.ts';
import { taskWatch } from './task-watch.ts';

export interface LifeCycle {
  /** Without those that wrote events. */
  readonly perTask: number;
  readonly eventsPerTask: number;
  readonly gets: number;
}

const TASKS = 50;
/** Events are sent after what they tell of. */
const LAST_EVENTS_MS = 1_000;

/** What Tasks cost the API server from their creation until they succeeded. One that tells what it spent has a TaskRecord as well. */
export async function lifeCycle(server: BenchServer, start: OperatorSide, namespace: string, { tellsCost }: { tellsCost: boolean }): Promise<LifeCycle> {
  const operator = await start(server, { namespace });
  const watch = await taskWatch(server.client, namespace);
  await sleep(systemClock, LAST_EVENTS_MS);
  const before = await operator.requests();
  await createTasks(server.client, namespace, 'life', TASKS);
  await watch.started(TASKS);
  await inParallel(TASKS, (index) => runPod(server, namespace, `life-${index}`));
  await watch.reached('Running', TASKS);
  await inParallel(TASKS, (index) => endJob(server, namespace, `life-${index}`, tellsCost ? COMMIT_AND_COST : undefined));
  await watch.reached('Succeeded', TASKS);
  await sleep(systemClock, LAST_EVENTS_MS);
  const after = await operator.requests();
  watch.stop();
  await operator.program.end();
  const grown = (method: string) => (after[method] ?? 0) - (before[method] ?? 0);
  const total = Object.keys(after).reduce((sum, method) => sum + grown(method), 0);
  const { items: events } = await server.client.list(EVENTS, { namespace });
  const ofTasks = events.filter((event) => (event as KubeEvent).regarding?.kind === 'Task').length;
  return { perTask: (total - ofTasks) / TASKS, eventsPerTask: ofTasks / TASKS, gets: grown('GET') };
}
