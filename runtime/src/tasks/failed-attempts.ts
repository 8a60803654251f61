import { type Task, taskResource, type TaskUsage } from '@taskwright/schema';
import type { Write } from '../kube/plan.ts';
import { ENDED_ATTEMPTS } from './outcome/attempts.ts';

/** Where a Task keeps the Jobs of it that failed and were tried again: how many there are says which Job is next. */
const ANNOTATION = 'taskwright.dev/failed-attempts';

/** A Job of a Task that failed, before the one that it has, or is to get. */
export interface FailedAttempt {
  /** When it ended. */
  readonly at: string;
  readonly message: string;
  readonly usage?: TaskUsage;
}

/** The oldest first. What a hand or another program wrote there counts as none. */
export function failedAttemptsOf({ metadata }: Task): readonly FailedAttempt[] {
  try {
    const found: unknown = JSON.parse(metadata.annotations?.[ANNOTATION] ?? '[]');
    return Array.isArray(found) && found.every(isAttempt) ? found : [];
  } catch {
    return [];
  }
}

/**
 * Notes that the Job of a Task failed and is to be followed by another. This one write decides it: from then on the Task has the name of its next
 * Job. It carries the version it was made from, so that no attempt is noted twice.
 */
export function noteFailedAttempt(task: Task, attempt: FailedAttempt): Write {
  const { uid, resourceVersion } = task.metadata;
  const annotations = { [ANNOTATION]: JSON.stringify([...failedAttemptsOf(task), attempt]), [ENDED_ATTEMPTS]: null };
  return { verb: 'mergePatch', resource: taskResource, target: task, patch: { metadata: { uid, resourceVersion, annotations } } };
}

function isAttempt(value: unknown): value is FailedAttempt {
  const { at, message } = (value ?? {}) as Partial<FailedAttempt>;
  return typeof message === 'string' && typeof at === 'string' && !Number.isNaN(Date.parse(at));
}
