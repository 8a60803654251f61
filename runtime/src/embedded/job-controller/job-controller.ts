import { applyPlan, type Effects } from '../../kube/apply-plan.ts';
import { Controller, type ReconcileResult, source } from '../../kube/controller.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Log } from '../../kube/log.ts';
import { controllerOf, keyOf } from '../../kube/object.ts';
import { Written } from '../../kube/written.ts';
import { type Pod, podResource } from '../pod.ts';
import { type Job, jobResource } from './job.ts';
import { planJob } from './plan-job.ts';
import { isTracked, withoutTracking } from './pod-accounting.ts';

/** Pods by the key of the Job that controls them, whether or not that Job is still there. */
export const BY_JOB = 'job';

export function jobKeysOf(pod: Pod): string[] {
  const owner = controllerOf(pod);
  return owner?.kind === 'Job' ? [keyOf({ metadata: { namespace: pod.metadata.namespace!, name: owner.name } })] : [];
}

export interface JobControllerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly jobs: Informer<Job>;
  readonly pods: Informer<Pod, typeof BY_JOB>;
  readonly events?: NonNullable<Effects['events']>;
  readonly log?: Log;
}

/** Gathers a Job and its Pods, plans, applies. */
export function jobController({ client, clock, jobs, pods, events, log }: JobControllerOptions): Controller {
  const written = new Written([jobs, pods], clock);
  const effects: Effects = { client, fieldManager: 'job-controller', written, ...(events && { events }) };

  async function reconcile(key: string, { signal }: { signal: AbortSignal }): Promise<ReconcileResult> {
    const job = jobs.get(key);
    const found = pods.byIndex(BY_JOB, key);
    const mine = found.filter((pod) => job !== undefined && controllerOf(pod)!.uid === job.metadata.uid);
    for (const orphan of found) if (!mine.includes(orphan) && isTracked(orphan)) await release(orphan, signal);
    if (job === undefined) return {};
    return applyPlan(effects, { resource: jobResource, object: job }, planJob({ job, pods: mine, now: clock.now() }), signal);
  }

  /** Its Job is gone, so nobody will count it. */
  async function release({ metadata }: Pod, signal: AbortSignal): Promise<void> {
    const { namespace, name, uid, resourceVersion } = metadata;
    const patch = { metadata: { uid, resourceVersion, finalizers: withoutTracking(metadata) } };
    await client.patchMerge(podResource, { namespace: namespace!, name: name! }, patch, { signal });
  }

  return new Controller({
    name: 'job',
    sources: [source(jobs, (job) => [keyOf(job)]), source(pods, jobKeysOf)],
    reconcile,
    written,
    clock,
    ...(log && { log }),
  });
}
