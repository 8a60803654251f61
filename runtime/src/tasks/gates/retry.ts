import { toKubeTime } from '../../kube/time.ts';
import { failedAttemptsOf } from '../failed-attempts.ts';
import type { Gate } from '../gate.ts';
import { backoffMs, retryPolicyOf } from '../retry-policy.ts';

/** Holds a Task whose Job failed until it is time for the next. */
export const backoffGate: Gate = ({ task, now }) => {
  const failed = failedAttemptsOf(task);
  const last = failed.at(-1);
  if (!last) return undefined;
  const policy = retryPolicyOf(task);
  const leftMs = Date.parse(last.at) + backoffMs(policy, failed.length) - now.getTime();
  if (leftMs <= 0) return undefined;
  const at = toKubeTime(new Date(now.getTime() + leftMs));
  return { hold: 'RetryBackOff', message: `Waiting until ${at} to try again; attempt ${failed.length} of ${policy.limit + 1} failed: ${last.message}`, retryAfterMs: leftMs };
};
