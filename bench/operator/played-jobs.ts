import { Informer, keyOf, type KubeClient, type KubeObject, type Resource, systemClock, toKubeTime } from '@taskwright/runtime/kube';
import { type Job, jobResource } from '@taskwright/schema/kubernetes';

const QUOTAS: Resource = { group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true };

export interface PlayedJobs {
  /** When the server had taken the end of a Job, in milliseconds of `performance.now()`, by its name. */
  readonly endedAt: ReadonlyMap<string, number>;
  stop(): void;
}

/**
 * Ends every Job of a namespace well, `afterMs` after it is seen (default: at once). The namespace gets no Pods: what is measured is what becomes of Tasks, and the Job
 * controller of a cluster makes five Pods a second.
 */
export async function playJobs(client: KubeClient, namespace: string, afterMs = 0): Promise<PlayedJobs> {
  await client.create(QUOTAS, { metadata: { namespace, name: 'no-pods' }, spec: { hard: { pods: '0' } } } as KubeObject);
  const stop = new AbortController();
  const jobs = new Informer<PlayedJob>(client, { resource: jobResource, namespace });
  const due = new Set<string>();
  const endedAt = new Map<string, number>();
  jobs.onChange(({ type, object }) => {
    if (type === 'deleted' || isComplete(object)) return;
    if (due.has(keyOf(object))) end(object);
    else if (type === 'added') systemClock.after(afterMs, () => end(jobs.get(keyOf(object)) ?? object));
  });
  jobs.start(stop.signal).catch(() => {}); // It ends by being stopped.
  await jobs.synced;
  return { endedAt, stop: () => stop.abort(new Error('the round is over')) };

  function end({ metadata, status }: PlayedJob): void {
    due.add(keyOf({ metadata }));
    const at = toKubeTime(systemClock.now());
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((condition) => ({ type: condition, status: 'True', lastProbeTime: at, lastTransitionTime: at }));
    // The Job controller may have been here before.
    const ended = { startTime: status?.startTime ?? at, completionTime: at, active: 0, ready: 0, terminating: 0, uncountedTerminatedPods: null, conditions };
    // Whatever made it too late is a change, too, and so the next try.
    client.patchMerge(jobResource, { namespace, name: metadata.name!, subresource: 'status' }, { status: ended }).then(() => endedAt.set(metadata.name!, performance.now()), () => {});
  }
}

type PlayedJob = Job & KubeObject;

function isComplete({ status }: PlayedJob): boolean {
  return status?.conditions?.some(({ type }) => type === 'Complete') ?? false;
}
