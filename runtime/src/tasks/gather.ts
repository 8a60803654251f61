import type { Task } from '@taskwright/schema';
import { configMapResource, jobResource, secretResource } from '@taskwright/schema/kubernetes';
import { type DataNeed, decodeData, type ReadData } from '../agent-configs/referenced-data.ts';
import { ApiError, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { keyOf } from '../kube/object.ts';
import { dataToRead } from './gates/referenced-data.ts';
import { type LogReading, readLogResult } from './outcome/log-result.ts';
import { jobNameOf } from './names.ts';
import { AGENT_CONTAINER } from './pod/paths.ts';
import type { Images } from './pod/image.ts';
import { missesItsJob } from './progress.ts';
import { siblingKey, type TaskCaches } from './task-caches.ts';
import type { TaskFacts } from './task-facts.ts';
import { logsToRead } from './task-plan.ts';
import { workerOf } from './worker.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';

export interface Surroundings {
  readonly client: KubeClient;
  readonly caches: TaskCaches;
  readonly clock: Clock;
  readonly images: Images;
}

/**
 * Gathers what the rules need to know about one Task: from the caches, and from the server only what the rules ask for.
 * That is nothing in most runs; Secrets when a Task is about to start, and a log when the termination message is not enough.
 */
export async function gather(task: Task, { client, caches, clock, images }: Surroundings, signal: AbortSignal): Promise<TaskFacts> {
  const { tasks, jobs, pods, workspaces, agentConfigs } = caches;
  const { workspaceName } = workerOf(task);
  const jobKey = siblingKey(task, jobNameOf(task));
  const cachedJob = jobs.get(jobKey);
  const cached = {
    task,
    job: missesItsJob(task, cachedJob) ? await readJob(client, task, signal) : cachedJob,
    pods: pods.byIndex('job', jobKey),
    ...(workspaceName === undefined ? {} : { workspace: workspaces.get(siblingKey(task, workspaceName)) }),
    agentConfig: (name: string) => agentConfigs.get(siblingKey(task, name)),
    taskNamed: (name: string) => tasks.get(siblingKey(task, name)),
    dependants: tasks.byIndex('dependsOn', keyOf(task)),
    images,
    now: clock.now(),
  };
  return {
    ...cached,
    read: await readData(client, task, dataToRead(cached), signal),
    logs: await readLogs(client, logsToRead(cached), signal),
  };
}

/** A cache may be behind; a Task that is failed for its lost Job is failed for good, so the server is asked. */
async function readJob(client: KubeClient, task: Task, signal: AbortSignal): Promise<ObservedJob | undefined> {
  return orNothing(client.get<ObservedJob>(jobResource, { namespace: task.metadata.namespace, name: jobNameOf(task) }, { signal }));
}

async function readData(client: KubeClient, task: Task, needs: readonly DataNeed[], signal: AbortSignal): Promise<ReadData> {
  const found = await Promise.all(
    needs.map(async ({ kind, name }) => {
      const resource = kind === 'Secret' ? secretResource : configMapResource;
      const object = await orNothing(client.get(resource, { namespace: task.metadata.namespace, name }, { signal }));
      return [`${kind}/${name}`, object && decodeData(kind, object)] as const;
    }),
  );
  const byName = new Map(found);
  return (kind, name) => byName.get(`${kind}/${name}`);
}

async function readLogs(client: KubeClient, pods: readonly ObservedPod[], signal: AbortSignal): Promise<Map<string, LogReading>> {
  const readings = new Map<string, LogReading>();
  for (const { metadata } of pods) readings.set(metadata.uid!, await readLog(client, metadata, signal));
  return readings;
}

async function readLog(client: KubeClient, { namespace, name }: ObservedPod['metadata'], signal: AbortSignal): Promise<LogReading> {
  try {
    return { lines: await readLogResult(client.logs({ namespace: namespace!, name: name!, container: AGENT_CONTAINER }, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiError && (error.code === 404 || error.code === 400)) return { lines: undefined };
    // Without the address: a message must not change with every try.
    return { unreadable: error instanceof ApiError ? `the server answered ${error.code}` : 'the connection was lost' };
  }
}

async function orNothing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
