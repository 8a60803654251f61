import { Informer, type KubeClient, type KubeObject, type Resource, systemClock, toKubeTime } from '@taskwright/runtime/kube';
import { type Job, jobResource } from '@taskwright/schema/kubernetes';

const QUOTAS: Resource = { group: '', version: 'v1', kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true };

/**
 * Ends every Job of a namespace well as soon as it is seen. The namespace gets no Pods: what is measured is what becomes of Tasks, and the Job
 * controller of a cluster makes five Pods a second. Answers how to stop.
 */
export async function playJobs(client: KubeClient, namespace: string): Promise<() => void> {
  await client.create(QUOTAS, { metadata: { namespace, name: 'no-pods' }, spec: { hard: { pods: '0' } } } as KubeObject);
  const stop = new AbortController();
  const jobs = new Informer<Job & { metadata: object }>(client, { resource: jobResource, namespace });
  jobs.onChange(({ type, object: { metadata, status } }) => {
    if (type === 'deleted' || status?.conditions?.some((condition) => condition.type === 'Complete')) return;
    const at = toKubeTime(systemClock.now());
    const conditions = ['SuccessCriteriaMet', 'Complete'].map((condition) => ({ type: condition, status: 'True', lastProbeTime: at, lastTransitionTime: at }));
    // The Job controller may have been here before.
    const ended = { startTime: status?.startTime ?? at, completionTime: at, active: 0, ready: 0, terminating: 0, uncountedTerminatedPods: null, conditions };
    // Whatever made it too late is a change, too, and so the next try.
    client.patchMerge(jobResource, { namespace, name: metadata.name!, subresource: 'status' }, { status: ended }).catch(() => {});
  });
  jobs.start(stop.signal).catch(() => {}); // It ends by being stopped.
  await jobs.synced;
  return () => stop.abort(new Error('the round is over'));
}
