import type { JobCondition } from '@taskwright/schema/kubernetes';
import type { ObservedJob } from '../observed.ts';

export type JobEnd =
  | { readonly succeeded: true; readonly at?: string }
  | { readonly succeeded: false; readonly at?: string; readonly reason?: string; readonly message?: string };

/** How a Job ended; nothing while it may still start another Pod. A failed Pod alone ends nothing. */
export function jobEnd({ status }: ObservedJob): JobEnd | undefined {
  const failed = condition(status?.conditions, 'Failed');
  if (failed) return { succeeded: false, at: failed.lastTransitionTime, reason: failed.reason, message: failed.message };
  const complete = condition(status?.conditions, 'Complete');
  if (complete || (status?.succeeded ?? 0) > 0) return { succeeded: true, at: status?.completionTime ?? complete?.lastTransitionTime };
  return undefined;
}

function condition(conditions: readonly JobCondition[] | undefined, type: 'Complete' | 'Failed'): JobCondition | undefined {
  return conditions?.find((candidate) => candidate.type === type && candidate.status === 'True');
}
