import type { JobSpec, JobStatus, PodStatus } from '@taskwright/schema/kubernetes';
import type { KubeObject } from '../kube/object.ts';

/** What the rules use of a Job, and what is kept of it: its Pod template is most of its size. */
export interface ObservedJob extends KubeObject {
  spec?: Pick<JobSpec, 'activeDeadlineSeconds'>;
  status?: JobStatus;
}

/** What the rules use of a Pod. */
export interface ObservedPod extends KubeObject {
  status?: PodStatus;
}
