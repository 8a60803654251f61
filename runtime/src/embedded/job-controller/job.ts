import type { KubeObject, ObjectMeta, Resource } from '../../kube/object.ts';
import type { PodSpec } from '../pod.ts';

/** The part of batch/v1 Job that the controller acts on. */
export interface Job extends KubeObject {
  spec: JobSpec;
  status?: JobStatus;
}

export const jobResource: Resource = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };

export interface JobSpec {
  parallelism?: number;
  /** Left out, any success ends the Job: its Pods share a queue of their own. */
  completions?: number;
  backoffLimit?: number;
  activeDeadlineSeconds?: number;
  ttlSecondsAfterFinished?: number;
  suspend?: boolean;
  podFailurePolicy?: PodFailurePolicy;
  podReplacementPolicy?: 'TerminatingOrFailed' | 'Failed';
  template: { metadata?: ObjectMeta; spec: PodSpec };
}

export interface PodFailurePolicy {
  rules: PodFailureRule[];
}

export interface PodFailureRule {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  onExitCodes?: { containerName?: string | null; operator: 'In' | 'NotIn'; values: number[] };
  onPodConditions?: { type: string; status?: string }[];
}

export interface JobStatus {
  active?: number;
  ready?: number;
  terminating?: number;
  succeeded?: number;
  failed?: number;
  startTime?: string;
  completionTime?: string;
  conditions?: JobCondition[];
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] };
}

export interface JobCondition {
  type: 'Suspended' | 'SuccessCriteriaMet' | 'Complete' | 'FailureTarget' | 'Failed';
  status: 'True' | 'False';
  reason: string;
  message: string;
  lastProbeTime: string;
  lastTransitionTime: string;
}

/** Keeps a finished Pod in the API until it has been counted. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export function conditionOf(job: Job, type: JobCondition['type']): JobCondition | undefined {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** The condition that ended the Job, if one has. */
export function finishedBy(job: Job): JobCondition | undefined {
  return conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed');
}
