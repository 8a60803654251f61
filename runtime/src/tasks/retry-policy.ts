import { MOST_RETRIES, type Task, TASK_FAILURES, type TaskFailure } from '@taskwright/schema';

/** Whether, when and after which failures a Task is tried again: annotations, so that its spec stays that of the reference. */
export interface RetryPolicy {
  /** How many Jobs may follow the first. Default: none. */
  readonly limit: number;
  /** How long after the first failure the next Job starts, in seconds; each further one waits twice as long, an hour at most. Default: 30. */
  readonly backoffSeconds: number;
  /** Default: all but `Limit`: who has spent what it may is not to spend as much again unless somebody says so. */
  readonly on: ReadonlySet<TaskFailure>;
}

const RETRY_LIMIT = 'taskwright.dev/retry-limit';
const RETRY_BACKOFF = 'taskwright.dev/retry-backoff-seconds';
const RETRY_ON = 'taskwright.dev/retry-on';
const TTL_AFTER_FAILED = 'taskwright.dev/ttl-seconds-after-failed';

const LONGEST_BACKOFF_SECONDS = 3_600;
const DEFAULT_BACKOFF_SECONDS = 30;

/** What a gate lets through can be read; anything else counts as left out. */
export function retryPolicyOf({ metadata }: Task): RetryPolicy {
  const annotations = metadata.annotations ?? {};
  const on = (annotations[RETRY_ON] ?? '').split(',').map((word) => word.trim()).filter(isFailureKind);
  return {
    limit: Math.min(wholeNumber(annotations[RETRY_LIMIT]) ?? 0, MOST_RETRIES),
    backoffSeconds: wholeNumber(annotations[RETRY_BACKOFF]) ?? DEFAULT_BACKOFF_SECONDS,
    on: new Set(on.length > 0 ? on : TASK_FAILURES.filter((kind) => kind !== 'Limit')),
  };
}

/** How long to wait after so many failures, in milliseconds. */
export function backoffMs({ backoffSeconds }: RetryPolicy, failures: number): number {
  return Math.min(backoffSeconds * 2 ** (failures - 1), LONGEST_BACKOFF_SECONDS) * 1_000;
}

/** When a finished Task is deleted, in seconds after its end: a failed one may be kept longer, or shorter, than one that succeeded. */
export function ttlSecondsOf({ metadata, spec, status }: Task): number | undefined {
  const ofFailed = status?.phase === 'Failed' ? wholeNumber(metadata.annotations?.[TTL_AFTER_FAILED]) : undefined;
  return ofFailed ?? spec.ttlSecondsAfterFinished;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function isFailureKind(word: string): word is TaskFailure {
  return (TASK_FAILURES as readonly string[]).includes(word);
}
