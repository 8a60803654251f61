import { SPAWNER_LABEL, type Task } from '@taskwright/schema';
import { configMapResource, jobResource, persistentVolumeClaimResource, podResource, secretResource, type Service, serviceResource } from '@taskwright/schema/kubernetes';
import { type DataNeed, decodeData, type ReadData } from '../agent-configs/referenced-data.ts';
import { ApiError, isNotFound } from '../kube/api-error.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../kube/clock.ts';
import { keyOf, type KubeObject } from '../kube/object.ts';
import type { Pause } from '../spawners/pause.ts';
import type { InstallationTokens } from '../workspaces/installation-tokens.ts';
import { branchFactsOf, lockOf } from './branch-queue.ts';
import { budgetStandingsOf, limitFor } from './budget-standings.ts';
import { isAboutToStart } from './gates/cached-obstacle.ts';
import { dataToRead } from './gates/referenced-data.ts';
import { type LogReading, readLogResult } from './outcome/log-result.ts';
import { jobNameOf, taskLabelOf } from './names.ts';
import type { NetworkRules } from './network/network-rules.ts';
import type { ServiceName } from './network/reach.ts';
import type { ServiceNamed } from './network/policy-objects.ts';
import { AGENT_CONTAINER } from './pod/paths.ts';
import type { Images } from './pod/image.ts';
import { missesItsJob } from './progress.ts';
import { jobKeysOf, OF_TASKS, siblingKey, type TaskCaches } from './task-caches.ts';
import type { Need, Predecessor } from './predecessor.ts';
import { slotFactsOf } from './slot-queue.ts';
import { spawnerOf } from './slot.ts';
import type { SpawnerLookup } from './spawner-lookup.ts';
import type { Starting } from './starting.ts';
import type { CachedFacts, TaskFacts } from './task-facts.ts';
import { isAboutToGo } from './deletion.ts';
import { claimToRead, meetsForeignJob, servicesToRead, tokenToAsk } from './start.ts';
import { logsToRead, missesPods } from './task-plan.ts';
import { workerOf } from './worker.ts';
import type { ObservedJob, ObservedPod } from './observed.ts';

export interface Surroundings {
  readonly client: KubeClient;
  readonly caches: TaskCaches;
  readonly clock: Clock;
  readonly images: Images;
  /** What agents may reach. Left out: they get no policy. */
  readonly network?: NetworkRules;
  readonly tokens: InstallationTokens;
  /** Whether TaskSpawners are to make nothing for now. Left out: never. */
  readonly pause?: Pick<Pause, 'reason'>;
  /** Looks at a Task again, soon. */
  readonly wake: (taskKey: string) => void;
  readonly starting: Starting;
  readonly predecessor: Pick<Predecessor, 'isKnown' | 'ask'>;
  readonly spawnerLookup: Pick<SpawnerLookup, 'isKnown' | 'ask'>;
}

/**
 * Gathers what the rules need to know about one Task: from the caches, and from the server only what the rules ask for.
 * That is nothing in most runs; Secrets, and a token of GitHub's, when a Task is about to start, a log when the termination message is not enough, and whatever a decision
 * rests on that cannot be taken back, when the caches may contradict each other.
 *
 * Answers nothing when the caches do not show yet what an earlier operator started.
 */
export async function gather(task: Task, surroundings: Surroundings, signal: AbortSignal): Promise<TaskFacts | undefined> {
  const { client, caches, clock, images, network, tokens, wake, starting, predecessor, spawnerLookup, pause } = surroundings;
  const { tasks, jobs, workspaces, agentConfigs } = caches;
  const { workspaceName } = workerOf(task);
  const jobKey = siblingKey(task, jobNameOf(task));
  const cachedJob = jobs.get(jobKey);
  const cachedPods = caches.pods.byIndex('job', jobKey);
  const isLast = isAboutToGo({ task, job: cachedJob, pods: cachedPods });
  const job = isLast || missesItsJob(task, cachedJob) || meetsForeignJob({ task, job: cachedJob }) ? await readJob(client, task, signal) : cachedJob;
  const pods = isLast || missesPods({ task, job, pods: cachedPods }) ? await readPods(client, task, signal) : cachedPods;
  // No waiting from here to where the Task is noted as starting: of two that are planned at a time, the second sees the first.
  const branch = branchFactsOf(task, caches, starting);
  const slot = slotFactsOf(task, caches, starting);
  const spawnerName = task.metadata.labels?.[SPAWNER_LABEL];
  const spawner = spawnerName === undefined ? undefined : caches.spawners.get(siblingKey(task, spawnerName));
  const now = clock.now();
  const cached: CachedFacts = {
    task,
    job,
    pods,
    ...(branch ? { branch } : {}),
    ...(slot ? { slot } : {}),
    ...(spawner ? { spawner } : {}),
    ...(pause?.reason === undefined ? {} : { pausedBecause: pause.reason }),
    budgets: () => budgetStandingsOf(task, caches, starting, now),
    hasRecord: caches.records.get(siblingKey(task, task.metadata.uid!)) !== undefined,
    ...(workspaceName === undefined ? {} : { workspace: workspaces.get(siblingKey(task, workspaceName)) }),
    agentConfig: (name: string) => agentConfigs.get(siblingKey(task, name)),
    taskNamed: (name: string) => tasks.get(siblingKey(task, name)),
    dependants: tasks.byIndex('dependsOn', keyOf(task)),
    ...(network && { network }),
    images,
    serverIsBusy: client.isBusy,
    now,
  };
  let limit: TaskFacts['limit'];
  if (isAboutToStart(cached)) {
    if (!spawnerLookup.isKnown(task)) {
      await spawnerLookup.ask(task, signal);
      return gather(tasks.get(keyOf(task)) ?? task, surroundings, signal);
    }
    const needs: Need[] = ['budgets', ...(spawnerOf(task) ? ['spawners' as const] : []), ...(branch || slot ? ['work' as const] : [])];
    if (!predecessor.isKnown(task.metadata.namespace!, needs)) {
      // What is above was read before the answer.
      return (await predecessor.ask(task.metadata.namespace!, needs, signal)) ? gather(tasks.get(keyOf(task)) ?? task, surroundings, signal) : undefined;
    }
    limit = limitFor(task, cached.budgets());
    starting.begin({ task, lock: lockOf(task, caches), limit });
  }
  const needs = dataToRead(cached);
  const facts: TaskFacts = {
    ...cached,
    read: await readData(client, task, needs, signal),
    logs: await readLogs(client, logsToRead(cached), signal),
    serviceNamed: () => undefined,
    limit,
  };
  const request = needs.length > 0 ? tokenToAsk(facts) : undefined;
  const gitToken = request && tokens.get(request, `start ${keyOf(task)}`, () => wake(keyOf(task)));
  const cloneCache = await readClaim(client, task, claimToRead(facts), signal);
  return { ...facts, ...(gitToken && { gitToken }), ...(cloneCache && { cloneCache }), serviceNamed: await readServices(client, servicesToRead(facts), signal) };
}

/** A cache may be behind. What is decided for good is decided on what the server says: that a Job is lost, that its name is taken, that it is gone. */
async function readJob(client: KubeClient, task: Task, signal: AbortSignal): Promise<ObservedJob | undefined> {
  return orNothing(client.get<ObservedJob>(jobResource, { namespace: task.metadata.namespace, name: jobNameOf(task) }, { signal }));
}

/** The Pods of this name, whichever Job they are of. */
async function readPods(client: KubeClient, task: Task, signal: AbortSignal): Promise<ObservedPod[]> {
  const labelSelector = `${OF_TASKS},kelos.dev/task=${taskLabelOf(task)}`;
  const { items } = await client.list<ObservedPod>(podResource, { namespace: task.metadata.namespace, labelSelector, signal });
  return items.filter((pod) => jobKeysOf(pod).includes(siblingKey(task, jobNameOf(task))));
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

/** One that is not there, that we may not look at, or that goes, keeps its Pods waiting for ever. */
async function readClaim(client: KubeClient, { metadata: { namespace } }: Task, name: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const claim = await orNothing(client.get(persistentVolumeClaimResource, { namespace, name }, { signal }), isForbidden);
  return claim && !claim.metadata.deletionTimestamp ? name : undefined;
}

/** One that is not there, or in a namespace where we may not look, is nothing. */
async function readServices(client: KubeClient, services: readonly ServiceName[], signal: AbortSignal): Promise<ServiceNamed> {
  const id = ({ namespace, name }: ServiceName) => `${namespace}/${name}`;
  const distinct = [...new Map(services.map((service) => [id(service), service])).values()];
  const found = await Promise.all(distinct.map(async (service) => [id(service), await orNothing(client.get<Service & KubeObject>(serviceResource, service, { signal }), isForbidden)] as const));
  const byName = new Map(found);
  return (service) => byName.get(id(service));
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

async function orNothing<T>(request: Promise<T>, isNothing: (error: unknown) => boolean = () => false): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error) || isNothing(error)) return undefined;
    throw error;
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.code === 403;
}
