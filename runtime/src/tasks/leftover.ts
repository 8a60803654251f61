import { jobResource } from '@taskwright/schema/kubernetes';
import { deletion } from '../kube/plan.ts';
import { jobEnd } from './outcome/job-state.ts';
import { isForeignJob } from './start.ts';
import type { TaskFacts, TaskPlan } from './task-facts.ts';

/** Stops what still runs for a finished Task: extra containers that outlive the agent would run, and cost, for ever. */
export function planLeftover(facts: Pick<TaskFacts, 'task' | 'job'>): TaskPlan | undefined {
  const { job } = facts;
  if (!job || isForeignJob(facts) || jobEnd(job) || job.metadata.deletionTimestamp) return undefined;
  return { writes: [deletion(jobResource, job)] };
}
