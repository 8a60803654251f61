import { toKubeTime } from '../../kube/time.ts';
import { failedAttemptsOf } from '../failed-attempts.ts';
import type { Gate } from '../gate.ts';
import { backoffMs, isFailureKind, MOST_RETRIES, RETRY_BACKOFF, RETRY_LIMIT, RETRY_ON, retryPolicyOf, TTL_AFTER_FAILED, wholeNumber } from '../retry-policy.ts';
import { FAILURE_KINDS } from '../outcome/failure-message.ts';

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

/** Holds a Task whose annotations say something that nobody can read: its author meant to say something. */
export const annotationGate: Gate = ({ task }) => {
  const annotations = task.metadata.annotations ?? {};
  const bad = Object.entries(RULES).find(([name, { isRight }]) => annotations[name] !== undefined && !isRight(annotations[name]));
  if (!bad) return undefined;
  const [name, { allowed }] = bad;
  return { hold: 'AnnotationInvalid', message: `Waiting for annotation ${name} to be corrected, got ${JSON.stringify(annotations[name]!.slice(0, 100))}; it has to be ${allowed}` };
};

const seconds = { isRight: (text: string) => wholeNumber(text) !== undefined, allowed: 'a whole number of seconds' };
const RULES: Readonly<Record<string, { isRight(text: string): boolean; allowed: string }>> = {
  [RETRY_LIMIT]: { isRight: (text) => (wholeNumber(text) ?? Infinity) <= MOST_RETRIES, allowed: `a whole number from 0 to ${MOST_RETRIES}` },
  [RETRY_BACKOFF]: seconds,
  [RETRY_ON]: { isRight: (text) => text.split(',').every((word) => isFailureKind(word.trim())), allowed: `some of ${FAILURE_KINDS.join(', ')}, with commas between them` },
  [TTL_AFTER_FAILED]: seconds,
};
