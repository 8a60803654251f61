import type { Job, JobSpec } from './job.ts';

export type DefaultedJobSpec = JobSpec & Required<Pick<JobSpec, 'parallelism' | 'backoffLimit' | 'suspend' | 'podReplacementPolicy'>>;

/** What the API server fills in when a Job is created. A Job that was stored without it means the same. */
export function withJobDefaults(spec: JobSpec): DefaultedJobSpec {
  const queueOfItsOwn = spec.completions === undefined && spec.parallelism !== undefined;
  return {
    ...spec,
    parallelism: spec.parallelism ?? 1,
    ...(queueOfItsOwn ? {} : { completions: spec.completions ?? 1 }),
    backoffLimit: spec.backoffLimit ?? 6,
    suspend: spec.suspend ?? false,
    podReplacementPolicy: spec.podReplacementPolicy ?? (spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'),
  };
}

/** The labels by which the Pods of a Job are found; the two without a prefix are older than the others and still read by tools. */
export function podLabelsOf({ metadata: { name, uid } }: Job): Record<string, string> {
  return {
    'batch.kubernetes.io/controller-uid': uid!,
    'batch.kubernetes.io/job-name': name!,
    'controller-uid': uid!,
    'job-name': name!,
  };
}
