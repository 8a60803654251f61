import { isFinishedPod, type Pod } from '../pod.ts';
import { conditionOf, finishedBy, type Job, type JobStatus, TRACKING_FINALIZER } from './job.ts';
import type { DefaultedJobSpec } from './job-defaults.ts';
import { judgeFailure } from './pod-failure-policy.ts';

/** The Pods of a Job, counted once each. */
export interface PodAccount {
  readonly succeeded: number;
  readonly failed: number;
  /** Those two as they go into the status: without the uncounted, which stand beside them. */
  readonly counted: Pick<JobStatus, 'succeeded' | 'failed'>;
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] };
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  readonly succeededPods: readonly Pod[];
  readonly failedPods: readonly Pod[];
  /** Written down, or of no account: their finalizer can go. */
  readonly releasable: readonly Pod[];
  /** Why the failure policy ends the Job, if it does. */
  readonly failJobMessage?: string;
}

/**
 * Counts each Pod exactly once, whenever the controller dies.
 *
 * A finished Pod is first listed as uncounted in the status, then loses its finalizer, and only when that is seen does the
 * counter grow: each step can be repeated without counting twice.
 */
export function accountFor(job: Job, pods: readonly Pod[], spec: DefaultedJobSpec): PodAccount {
  const tracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid!));
  const listed = job.status?.uncountedTerminatedPods ?? {};
  const stillTracked = (uids: readonly string[] = []) => uids.filter((uid) => tracked.has(uid));
  const stillListed = { succeeded: stillTracked(listed.succeeded), failed: stillTracked(listed.failed) };
  const countedSucceeded = (job.status?.succeeded ?? 0) + (listed.succeeded?.length ?? 0) - stillListed.succeeded.length;
  const countedFailed = (job.status?.failed ?? 0) + (listed.failed?.length ?? 0) - stillListed.failed.length;

  const ending = conditionOf(job, 'FailureTarget') !== undefined || finishedBy(job) !== undefined;
  const succeededPods: Pod[] = [];
  const failedPods: Pod[] = [];
  const active: Pod[] = [];
  const terminating: Pod[] = [];
  const releasable: Pod[] = [];
  const uncounted = { succeeded: [...stillListed.succeeded], failed: [...stillListed.failed] };
  let failJobMessage: string | undefined;

  for (const pod of pods) {
    const isDeleting = pod.metadata.deletionTimestamp !== undefined;
    if (!isFinishedPod(pod)) (isDeleting ? terminating : active).push(pod);
    const outcome = outcomeOf(pod, { spec, ending });
    if (outcome === undefined) continue;
    if (isTracked(pod)) releasable.push(pod);
    if (outcome === 'succeeded') succeededPods.push(pod);
    if (outcome !== 'failed') {
      if (outcome === 'succeeded' && isTracked(pod)) list(uncounted.succeeded, pod);
      continue;
    }
    const verdict = judgeFailure(pod, spec.podFailurePolicy);
    if (verdict.action === 'FailJob') failJobMessage ??= verdict.message;
    failedPods.push(pod);
    if (verdict.action !== 'Ignore' && isTracked(pod)) list(uncounted.failed, pod);
  }

  return {
    succeeded: countedSucceeded + uncounted.succeeded.length,
    failed: countedFailed + uncounted.failed.length,
    counted: { ...(countedSucceeded > 0 && { succeeded: countedSucceeded }), ...(countedFailed > 0 && { failed: countedFailed }) },
    uncounted,
    active,
    terminating,
    succeededPods,
    failedPods,
    releasable,
    ...(failJobMessage !== undefined && { failJobMessage }),
  };
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** The finalizers of a Pod that has been counted. */
export function withoutTracking({ finalizers = [] }: Pod['metadata']): string[] {
  return finalizers.filter((finalizer) => finalizer !== TRACKING_FINALIZER);
}

/** `gone`: it ends without a result that counts. */
function outcomeOf(pod: Pod, { spec, ending }: { spec: DefaultedJobSpec; ending: boolean }): 'succeeded' | 'failed' | 'gone' | undefined {
  if (pod.status?.phase === 'Succeeded') return 'succeeded';
  if (pod.status?.phase === 'Failed') return 'failed';
  if (pod.metadata.deletionTimestamp === undefined) return undefined;
  // Deleted because the Job is suspended: it did not fail, it was sent home.
  if (spec.suspend) return 'gone';
  return spec.podReplacementPolicy === 'TerminatingOrFailed' || ending ? 'failed' : undefined;
}

function list(uids: string[], { metadata: { uid } }: Pod): void {
  if (!uids.includes(uid!)) uids.push(uid!);
}
